"""Two texts as one: what was taken out of it and what was put in, as git's word diff marks them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_AROUND = 5  # words told on either side of a change
_ALIKE = 0.4  # below that two texts are better read one after the other
_MOST = 2000  # words that are compared: difflib takes their product in time


@dataclass(frozen=True, slots=True)
class Part:
    """Some words that stayed, were taken out, or were put in; a blank stands between parts."""

    kind: Literal["same", "out", "in"]
    text: str


def compared(old: str, new: str) -> tuple[Part, ...] | None:
    """The words of two texts, put together; none where hardly any stayed."""
    before, now = old.split(), new.split()
    if len(before) + len(now) > _MOST:
        return None
    matcher = difflib.SequenceMatcher(None, before, now, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    return tuple(_parts(matcher, before, now))


def _parts(
    matcher: difflib.SequenceMatcher[str], before: list[str], now: list[str]
) -> Iterator[Part]:
    for kind, i, j, m, n in matcher.get_opcodes():
        if kind == "equal":
            yield Part("same", " ".join(now[m:n]))
            continue
        if i < j:
            yield Part("out", " ".join(before[i:j]))
        if m < n:
            yield Part("in", " ".join(now[m:n]))


def shortened(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same with long stretches that stayed left out, but for a few words by each change."""
    last = len(parts) - 1
    return tuple(
        Part(part.kind, _short(part.text, first=n == 0, last=n == last))
        if part.kind == "same"
        else part
        for n, part in enumerate(parts)
    )


def _short(text: str, *, first: bool, last: bool) -> str:
    words = text.split(" ")
    if len(words) <= 2 * _AROUND + 2:
        return text
    head = [] if first else words[:_AROUND]
    tail = [] if last else words[-_AROUND:]
    return " ".join((*head, "…", *tail))


def marked(parts: Sequence[Part]) -> str:
    """As plain text: ``the fox [-stops-]{+runs+}``."""
    forms = {"same": "{}", "out": "[-{}-]", "in": "{{+{}+}}"}
    told = ""
    for number, part in enumerate(parts):
        replaced = part.kind == "in" and number and parts[number - 1].kind == "out"
        told += ("" if replaced or not number else " ") + forms[part.kind].format(part.text)
    return told
