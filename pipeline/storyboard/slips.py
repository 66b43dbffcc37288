"""The parser's complaint -> a fault in words an author can act on.

A YAML parser says where it gave up, which is often not where the slip is. Each function here looks
for one common slip around that place; the first that finds it words the fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.storyboard.fault import Fault, Related, Source

_UNDER_A_BAR = "put the text under `{key}: |`, on lines of its own, indented"
_KEY = re.compile(r"(?P<before>[ ]*(?:-[ ]+)?)(?P<key>[A-Za-z_][\w-]*)[ ]*:(?=[ ]|$)[ ]*")
_NAMES = {"@": "`@`", "`": "a backtick", "%": "`%`"}
_GLUED = re.compile(r"[ ]*(?:-[ ]+)?(?P<key>[A-Za-z_][\w-]*):(?=[^\s:/])")
_QUOTED_THEN_MORE = re.compile(r"(?P<quote>['\"])(?:(?!(?P=quote)).)*(?P=quote)(?=\s*[^\s,\]}:#])")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the parser said, and where: offsets into the text."""

    problem: str
    offset: int
    context: str
    context_offset: int


@dataclass(frozen=True, slots=True)
class _Scene:
    """The complaint with the lines around it at hand; ``number`` is the problem's line."""

    source: Source
    complaint: Complaint
    number: int
    line: str

    @property
    def column(self) -> int:
        """Of the problem, from 0."""
        return min(self.complaint.offset, len(self.source.text)) - self.source.start_of(self.number)

    def before(self) -> tuple[int, str] | None:
        """The nearest line above with something on it."""
        for number in range(self.number - 1, 0, -1):
            line = self.source.line(number)
            if line.strip() and not line.lstrip().startswith("#"):
                return number, line
        return None

    def fault(
        self,
        code: str,
        message: str,
        start: int,
        end: int,
        *,
        number: int | None = None,
        label: str = "",
        hint: str | None = None,
        related: Related | None = None,
    ) -> Fault:
        """A fault at columns ``start`` to ``end`` (from 0) of a line, by default the problem's."""
        first = self.source.start_of(number or self.number)
        span = self.source.span(first + start, first + end)
        return Fault(code, message, span, label, hint, related=related)


def word_slip(source: Source, complaint: Complaint) -> Fault:
    """The fault behind the parser's complaint."""
    number, _ = source.place(min(complaint.offset, len(source.text)))
    scene = _Scene(source, complaint, number, source.line(number))
    found = (slip(scene) for slip in _SLIPS)
    return next((fault for fault in found if fault), None) or _plain(scene)


def _tab(scene: _Scene) -> Fault | None:
    for number in _nearby(scene):
        line = scene.source.line(number)
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            at = indent.index("\t")
            return scene.fault(
                "tab-indent",
                "a tab stands in the indentation",
                at,
                at + 1,
                number=number,
                label="a tab",
                hint="YAML indents with spaces; let the editor write two for a tab",
            )
    return None


def _nearby(scene: _Scene) -> range:
    around, _ = scene.source.place(min(scene.complaint.context_offset, len(scene.source.text)))
    return range(
        max(1, min(around, scene.number - 1)), min(scene.number + 1, scene.source.lines) + 1
    )


def _bad_start(scene: _Scene) -> Fault | None:
    if "cannot start any token" not in scene.complaint.problem:
        return None
    rest = scene.line[scene.column :]
    if rest[:1] not in _NAMES:
        return None
    key = _KEY.match(scene.line)
    return scene.fault(
        "bad-start",
        f"a value cannot begin with {_NAMES[rest[0]]}",
        scene.column,
        scene.column + 1,
        label="YAML keeps this character for itself",
        hint=_UNDER_A_BAR.format(key=key["key"]) if key else "put the value in quotes",
    )


def _quote_left_open(scene: _Scene) -> Fault | None:
    if "quoted scalar" not in scene.complaint.context:
        return None
    if "unexpected" not in scene.complaint.problem:
        return None
    start = scene.complaint.context_offset
    number, column = scene.source.place(start)
    quote = scene.source.text[start : start + 1]
    return scene.fault(
        "unclosed-quote",
        f"the quote `{quote}` opened here is never closed",
        column - 1,
        column,
        number=number,
        label="opened here",
        hint=f"close it with `{quote}`, or put the text under a key with `|`",
    )


def _text_after_quote(scene: _Scene) -> Fault | None:
    if "expected" not in scene.complaint.problem:
        return None
    match = _QUOTED_THEN_MORE.search(scene.line)
    if not match or match.end() > scene.column + 1:
        return None
    key = _KEY.match(scene.line)
    return scene.fault(
        "unclosed-quote",
        f"text stands after the closing `{match['quote']}`",
        match.end() - 1,
        match.end(),
        label="the value ends here",
        hint=_UNDER_A_BAR.format(key=key["key"])
        if key
        else f"double a `{match['quote']}` that belongs to the text",
    )


def _bracket(scene: _Scene) -> Fault | None:
    if not re.search(r"flow (sequence|mapping)", scene.complaint.context):
        return None
    start = scene.complaint.context_offset
    number, column = scene.source.place(start)
    bracket = scene.source.text[start : start + 1]
    if bracket not in ("[", "{"):
        return None
    closing = "]" if bracket == "[" else "}"
    return scene.fault(
        "unclosed-bracket",
        f"`{bracket}` is not closed where it should be",
        column - 1,
        column,
        number=number,
        label="opened here",
        hint=f"close it with `{closing}`, and put commas between its entries",
        related=Related(
            scene.source.span(scene.complaint.offset, scene.complaint.offset + 1),
            "reading stopped here",
        ),
    )


def _missing_space(scene: _Scene) -> Fault | None:
    for number in reversed(_nearby(scene)):
        match = _GLUED.match(scene.source.line(number))
        if match:
            at = match.end("key")
            return scene.fault(
                "missing-space",
                f"a blank is missing after `{match['key']}:`",
                at,
                at + 1,
                number=number,
                label="here",
                hint=f"write `{match['key']}: ...`",
            )
    return None


def _colon_in_text(scene: _Scene) -> Fault | None:
    if "mapping values are not allowed" not in scene.complaint.problem:
        return None
    key = _KEY.match(scene.line)
    if key and scene.column <= key.end("key"):
        return _deeper_than_its_key(scene, key)
    holder = key or _key_above(scene)
    return scene.fault(
        "colon-in-text",
        "this line has `: ` inside a value",
        scene.column,
        scene.column + 1,
        label="read as the end of a second key",
        hint=_UNDER_A_BAR.format(key=holder["key"]) if holder else "put the value in quotes",
    )


def _key_above(scene: _Scene) -> re.Match[str] | None:
    """The nearest key that stands less deep than the problem's line: whose text goes on there."""
    depth = len(scene.line) - len(scene.line.lstrip())
    lines = (scene.source.line(number) for number in range(scene.number - 1, 0, -1))
    keys = (match for line in lines if (match := _KEY.match(line)))
    return next((key for key in keys if len(key["before"]) < depth), None)


def _deeper_than_its_key(scene: _Scene, key: re.Match[str]) -> Fault | None:
    """``title: T`` and on the next line, deeper, ``look: L``: text going on, or a slip?"""
    above = _key_above(scene)
    before = scene.before()
    if not above or not before or above.string != before[1] or above.end() >= len(before[1]):
        return None
    start = scene.source.start_of(before[0])
    return scene.fault(
        "indentation",
        f"`{key['key']}` is indented deeper than `{above['key']}` above it",
        key.start("key"),
        key.end("key"),
        label="deeper",
        hint=f"line it up with `{above['key']}`; or, if it is more of that text, "
        + _UNDER_A_BAR.format(key=above["key"]),
        related=Related(
            scene.source.span(start + above.start("key"), start + above.end("key")),
            "this has its value already",
        ),
    )


def _indentation(scene: _Scene) -> Fault | None:
    if not re.search(
        r"expected <block end>|did not find expected (key|'-')|"
        r"could not find expected ':'",
        scene.complaint.problem,
    ):
        return None
    written = scene.line.strip() or scene.line
    start = len(scene.line) - len(scene.line.lstrip())
    return scene.fault(
        "indentation",
        "this line does not line up with those above it",
        start,
        start + max(1, len(written)),
        label="unexpected here",
        hint="keys that belong together begin in one column, and so do the `- ` of a list",
    )


def _plain(scene: _Scene) -> Fault:
    problem = scene.complaint.problem
    context = f" ({scene.complaint.context})" if scene.complaint.context else ""
    return scene.fault(
        "syntax",
        f"this is not YAML: {problem}{context}",
        scene.column,
        scene.column + 1,
        hint="put free text under a key with `|`, or in quotes",
    )


_SLIPS: tuple[Callable[[_Scene], Fault | None], ...] = (
    _tab,
    _bad_start,
    _quote_left_open,
    _text_after_quote,
    _bracket,
    _missing_space,
    _colon_in_text,
    _indentation,
)
