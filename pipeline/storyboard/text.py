"""YAML 1.2 -> plain values and their places; the only door to PyYAML.

PyYAML's C parser gives the events; what they mean is decided here by the core schema of YAML 1.2,
so that ``16:9``, ``yes`` and dates are text, ``0123`` is 123 and ``1e3`` a number. One pass with a
stack of its own: no depth of nesting can end in a RecursionError, no alias in a bomb.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

import yaml

from pipeline.storyboard.fault import Fault, Path, Places, Related, Source, Span, Spot
from pipeline.storyboard.scalars import scalar
from pipeline.storyboard.slips import Complaint, word_slip

DEEPEST = 20
EMPTY_HINT = "write a value behind the colon, or delete the line"
MOST_ALIASED = 10_000
MOST_FAULTS = 1_000
MOST_VALUES = 400_000
"""A shot with all its keys is some twenty of them."""
_NO_KEY = "\0"  # for a key that is not text; no board has a NUL
_PURE_UP_TO = 500_000  # characters; the pure parser says it better but is many times slower


@dataclass(frozen=True)
class Parsed:
    """What a board says.

    ``value`` holds dicts with text keys, tuples, text, int, float, bool and None; ``item_lines``
    gives, for each list right under a top-level key, the line each item begins on.
    """

    value: object
    item_lines: dict[str, list[int]]
    faults: tuple[Fault, ...]


class _Stop(Exception):  # noqa: N818 - it ends a loop, it is no error
    """Nothing after this can be read."""


@dataclass(slots=True)
class _Open:
    """A collection that has begun and not yet ended."""

    items: dict[str, object] | list[object]
    path: Path
    start: int
    anchor: str | None
    own_key: tuple[int, int] | None
    discarded: bool = False  # it stands where a key should be
    key: str | None = None
    key_at: tuple[int, int] = (0, 0)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    size: int = 1


def parse(source: Source) -> Parsed:
    """Read a board's text; ``value`` is None where a fault keeps it from being read."""
    builder = _Builder(source)
    return Parsed(builder.build(), builder.item_lines, tuple(builder.faults))


def places(source: Source) -> Places:
    """Where everything stands; read again because only boards with faults need to know."""
    builder = _Builder(source, keep_places=True)
    builder.build()
    return Places(source, builder.spots)


class _Builder:
    """Events -> values."""

    def __init__(self, source: Source, *, keep_places: bool = False) -> None:
        self.source = source
        self.keep_places = keep_places
        self.spots: dict[Path, Spot] = {}
        self.item_lines: dict[str, list[int]] = {}
        self.faults: list[Fault] = []
        self._value: object = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[object, int] | None] = {}
        self._aliased = 0
        self._values = 0
        self._documents = 0

    def build(self) -> object:
        steps = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_sequence,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            for event in yaml.parse(self.source.text, Loader=yaml.CSafeLoader):
                if step := steps.get(type(event)):
                    step(event)
        except yaml.MarkedYAMLError as error:
            self.faults.append(word_slip(self.source, _complaint(self.source, error)))
            return None
        except _Stop:
            return None
        return self._value

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            start = event.start_mark.index
            self._stop(
                "several-documents",
                "a second document begins here; a board is one",
                start,
                start + 3,
                hint="make two files of it, or delete the `---`",
            )

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self._refuse_tag(event, start)
        if self._wants_key():
            self._begin_key(event.value, start, end)
            return
        value = self._meaning(event, start, end)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._take(value, start, end, 1)

    def _meaning(self, event: Any, start: int, end: int) -> object:
        """A scalar's value; nothing in a board may be null."""
        if not event.implicit[0]:
            return event.value
        try:
            value = scalar(event.value)
        except ValueError:
            problem, hint = "this is no number that can be used", "write it in quotes if it is text"
            self._fault("not-a-number", problem, start, end, hint=hint)
            return event.value
        key_at = self._key_of_next() if self._stack else None
        if value is None and key_at:
            problem = f"`{self._stack[-1].key}` is empty"
            self._fault("empty-value", problem, *key_at, hint=EMPTY_HINT)
        return value

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {})

    def _open_sequence(self, event: Any) -> None:
        if self._stands_in_root():
            self.item_lines[str(self._stack[0].key)] = []
        self._open(event, [])

    def _open(self, event: Any, items: dict[str, object] | list[object]) -> None:
        start = event.start_mark.index
        if len(self._stack) >= DEEPEST:
            self._stop(
                "too-deep",
                f"this is nested more than {DEEPEST} deep",
                start,
                start + 1,
                hint="nothing lies that deep; is a bracket too many?",
            )
        self._refuse_tag(event, start)
        opened = _Open(items, (), start, event.anchor, None)
        if self._wants_key():
            opened.discarded, opened.path = True, ("",)
            self._key_not_text(start, start + 1)
        elif self._stack:
            opened.path, opened.own_key = self._next_path(), self._key_of_next()
        if event.anchor:
            self._anchors[event.anchor] = None
        if self.keep_places:  # before its contents, so that a mapping's first key stays first
            self.spots[opened.path] = Spot(start, start, opened.own_key)
        self._stack.append(opened)

    def _close(self, event: Any) -> None:
        opened = self._stack.pop()
        value = opened.items if isinstance(opened.items, dict) else tuple(opened.items)
        if opened.anchor:
            self._anchors[opened.anchor] = (value, opened.size)
        if opened.discarded:
            self._stack[-1].key = _NO_KEY
            return
        self._take(value, opened.start, event.end_mark.index, opened.size)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if self._wants_key():
            self._key_not_text(start, end)
            self._stack[-1].key = _NO_KEY
            return
        known = self._anchors.get(event.anchor)
        if known is None:
            self._unknown_alias(event.anchor, start, end)
            known = ("", 1)
        self._aliased += known[1]
        if self._aliased > MOST_ALIASED:
            self._stop(
                "too-many-aliases",
                f"names with `*` repeat more than {MOST_ALIASED:,} values",
                start,
                end,
                hint="say what is common once, under `defaults:`",
            )
        if self._stands_in_root() and isinstance(known[0], tuple):
            line, _ = self.source.place(start)
            self.item_lines[str(self._stack[0].key)] = [line] * len(known[0])
        self._take(known[0], start, end, known[1])

    def _take(self, value: object, start: int, end: int, size: int) -> None:
        """Put a finished value where it belongs."""
        self._values += 1
        if self._values > MOST_VALUES:
            problem = f"a board has at most {MOST_VALUES:,} values; this is one more"
            self._stop("too-large", problem, start, end, hint="divide it into several boards")
        if not self._stack:
            self._value = value
            if self.keep_places:
                self.spots[()] = Spot(start, end)
            return
        if self.keep_places:
            self.spots[self._next_path()] = Spot(start, end, self._key_of_next())
        around = self._stack[-1]
        around.size += size
        if isinstance(around.items, list):
            if len(self._stack) == 2 and str(self._stack[0].key) in self.item_lines:
                line, _ = self.source.place(start)
                self.item_lines[str(self._stack[0].key)].append(line)
            around.items.append(value)
            return
        if around.key != _NO_KEY:
            around.items[str(around.key)] = value
        around.key = None

    def _begin_key(self, key: str, start: int, end: int) -> None:
        around = self._stack[-1]
        around.key, around.key_at = key, (start, end)
        if key == "<<" and self.source.text[start:end] == "<<":
            around.key = _NO_KEY
            self._fault(
                "merge-key",
                "`<<` cannot be used in a board",
                start,
                end,
                hint="say what is common once, under `defaults:`",
            )
        elif key in around.keys:
            first = self.source.span(*around.keys[key])
            self._fault(
                "duplicate-key",
                f"`{key}` is said twice",
                start,
                end,
                label="again here",
                hint="keep one of them",
                first=(first, "first said here"),
            )
        else:
            around.keys[key] = (start, end)

    def _wants_key(self) -> bool:
        return bool(
            self._stack and isinstance(self._stack[-1].items, dict) and self._stack[-1].key is None
        )

    def _stands_in_root(self) -> bool:
        """Whether the next value stands right under a top-level key."""
        return len(self._stack) == 1 and isinstance(self._stack[0].items, dict)

    def _next_path(self) -> Path:
        if not self.keep_places:
            return ()
        around = self._stack[-1]
        name = len(around.items) if isinstance(around.items, list) else str(around.key)
        return (*around.path, name)

    def _key_of_next(self) -> tuple[int, int] | None:
        around = self._stack[-1]
        return around.key_at if isinstance(around.items, dict) else None

    def _refuse_tag(self, event: Any, start: int) -> None:
        end = start + 1
        if event.tag is None:
            return
        while end < len(self.source.text) and not self.source.text[end - 1].isspace():
            end += 1
        problem, hint = "a tag; a board has none", "write the value alone, in quotes if it is text"
        self._fault("tag", f"`{_short_tag(event.tag)}` is {problem}", start, end, hint=hint)

    def _key_not_text(self, start: int, end: int) -> None:
        self._fault(
            "key-not-text",
            "a key is a plain word, nothing in brackets",
            start,
            end,
            hint="put text that begins with `[`, `{`, `*` or `&` in quotes",
        )

    def _unknown_alias(self, name: str, start: int, end: int) -> None:
        if name in self._anchors:
            self._fault(
                "unknown-alias",
                f"`*{name}` stands within `&{name}` itself",
                start,
                end,
                hint="write out what is meant; text that begins with `*` goes in quotes",
            )
            return
        near = difflib.get_close_matches(name, self._anchors, 1)
        self._fault(
            "unknown-alias",
            f"`*{name}` repeats `&{name}`, which is nowhere before it",
            start,
            end,
            hint=f"did you mean `*{near[0]}`?" if near else "put text with a `*` first in quotes",
        )

    def _stop(self, code: str, message: str, start: int, end: int, *, hint: str) -> None:
        self._fault(code, message, start, end, hint=hint)
        raise _Stop

    def _fault(
        self,
        code: str,
        message: str,
        start: int,
        end: int,
        *,
        label: str = "",
        hint: str | None = None,
        first: tuple[Span, str] | None = None,
    ) -> None:
        related = Related(*first) if first else None
        span = self.source.span(start, end)
        self.faults.append(Fault(code, message, span, label, hint, related=related))
        if len(self.faults) >= MOST_FAULTS:
            raise _Stop


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _complaint(source: Source, error: yaml.MarkedYAMLError) -> Complaint:
    """What is wrong with the syntax; in the pure parser's words, which name things."""
    if len(source.text) <= _PURE_UP_TO:
        try:
            for _ in yaml.parse(source.text, Loader=yaml.SafeLoader):
                pass
        except yaml.MarkedYAMLError as better:
            error = better
        except (yaml.YAMLError, RecursionError):  # the first words stand
            pass
    mark, around = error.problem_mark, error.context_mark
    offset = mark.index if mark else 0
    return Complaint(
        problem=error.problem or "this cannot be read",
        offset=offset,
        context=error.context or "",
        context_offset=around.index if around else offset,
    )
