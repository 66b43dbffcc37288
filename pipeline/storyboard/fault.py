"""Where text stands and what is wrong with it: the nouns that every check of a board speaks.

Lines and columns count from 1, columns in characters (code points); an end is the place just
after the last character.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pipeline.ids import ShotId

Severity = Literal["error", "warning"]

Path = tuple[str | int, ...]
"""The way to a value: ``("shots", 0, "prompt")``."""

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a place to just behind another."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a board, at its place.

    ``code`` names the rule and never changes; ``message`` is a sentence without a full stop;
    ``label`` stands beside the carets; ``help`` says what to do.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    help: str | None = None
    severity: Severity = "error"
    related: Related | None = None
    shot: ShotId | None = None


@dataclass(frozen=True)
class Source:
    """A board's text, by lines as YAML counts them."""

    text: str
    _starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0, *(match.end() for match in _BREAK.finditer(self.text))]
        object.__setattr__(self, "_starts", starts)

    @property
    def lines(self) -> int:
        """How many lines there are; at least one."""
        return len(self._starts)

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1, without its break."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def start_of(self, number: int) -> int:
        """Where line ``number`` begins in the text."""
        return self._starts[number - 1]

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of the character at ``offset``."""
        number = bisect.bisect_right(self._starts, offset)
        return number, offset - self._starts[number - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of ``text[start:end]``, trailing white space left out unless it is all."""
        start = min(start, len(self.text))
        written = self.text[start:end].rstrip() or self.text[start:end].rstrip("\r\n")
        return Span(*self.place(start), *self.place(start + len(written)))


@dataclass(frozen=True, slots=True)
class Spot:
    """Offsets of a value, and of the key before it if it has one."""

    start: int
    end: int
    key: tuple[int, int] | None = None


@dataclass(frozen=True)
class Places:
    """Where each value of a board stands in its text."""

    source: Source
    spots: dict[Path, Spot]

    def value(self, path: Path) -> Span:
        """The span of the value at ``path``, or of the nearest one around it."""
        spot = self._nearest(path)
        return self.source.span(spot.start, spot.end)

    def key(self, path: Path) -> Span:
        """The span of the key of ``path``; of the value, for what has no key."""
        spot = self._nearest(path)
        return self.source.span(*(spot.key or (spot.start, spot.end)))

    def first_key(self, path: Path) -> Span:
        """The span of the first key of the mapping at ``path``; of ``path``, if it is none."""
        spot = self._first_spots.get(path)
        return self.source.span(*spot) if spot else self.value(path)

    def part(self, path: Path, pattern: str) -> Span:
        """The span of the first match of ``pattern`` in the value at ``path``, else of it all."""
        spot = self._nearest(path)
        match = re.compile(pattern).search(self.source.text, spot.start, spot.end)
        return self.source.span(*match.span()) if match else self.value(path)

    @functools.cached_property
    def _first_spots(self) -> dict[Path, tuple[int, int]]:
        firsts: dict[Path, tuple[int, int]] = {}
        for path, spot in self.spots.items():
            if spot.key:
                firsts.setdefault(path[:-1], spot.key)
        return firsts

    def _nearest(self, path: Path) -> Spot:
        if path[2:3] == (0,) and path[:3] not in self.spots:  # one piece of music, in no list
            path = (*path[:2], *path[3:])
        for length in range(len(path), 0, -1):
            if spot := self.spots.get(path[:length]):
                return spot
        return self.spots.get((), Spot(0, 0))


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults by place; where several begin at one, the first error and the first warning."""
    kept: dict[tuple[int, int, Severity], Fault] = {}
    for fault in faults:
        kept.setdefault((fault.span.line, fault.span.column, fault.severity), fault)
    return tuple(sorted(kept.values(), key=lambda fault: (fault.span, fault.severity)))
