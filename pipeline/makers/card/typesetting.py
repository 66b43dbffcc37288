"""A card's words as lines of type: sized, broken and shrunk until all of them fit.

Lines that begin with ``# `` are headings: large and bold. An empty line leaves a gap.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.makers.lettering import Lettering, pieces, plain, wrapped

HEADING = "# "
_BODY = 0.062  # type sizes, of the frame's short side
_HEADING = 0.118
_STEP = 0.94  # a try to the next smaller one
_STEPS = 60  # then type is a fortieth of its size
_UNBROKEN = 0.5  # type is shrunk to this before a long word is broken
_LEADING = 1.3
_GAP = 0.75  # an empty line, in lines of ordinary type
_LEAST = 4  # pixels; below it nothing is a letter, and words fit anyhow


@dataclass(frozen=True, slots=True)
class Faces:
    """The font files that draw ordinary words and headings, each with what stands in for it."""

    regular: tuple[Path, ...]
    bold: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type; ``top`` is where its room begins, ``baseline`` what its letters stand on."""

    text: str
    type: Lettering
    top: int
    baseline: int

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.type.width(self.text)


@dataclass(frozen=True, slots=True)
class Setting:
    """All lines in their room; ``height`` is theirs together, ``size`` the smallest type's."""

    lines: tuple[Line, ...]
    height: int
    size: int


def typeset(text: str, faces: Faces, short: int, width: int, height: int) -> Setting:
    """Set ``text`` as large as it fits.

    Args:
        text: what the author wrote.
        faces: the fonts.
        short: the frame's short side, which the size of the type goes by.
        width: of the room, in pixels.
        height: of the room.
    """

    def fits(step: int) -> bool:
        share = _STEP**step
        made = _set(text, faces, short * share, width)
        broken = made.too_wide and share > _UNBROKEN
        return made.setting.height <= height and not broken

    step = bisect.bisect_left(range(_STEPS), True, key=fits)
    return _set(text, faces, short * _STEP**step, width).setting


@dataclass(frozen=True, slots=True)
class _Try:
    setting: Setting
    too_wide: bool  # a word is wider than the room


def _set(text: str, faces: Faces, short: float, width: int) -> _Try:
    body = Lettering(max(_LEAST, round(short * _BODY)), faces=faces.regular)
    heading = Lettering(max(_LEAST, round(short * _HEADING)), bold=True, faces=faces.bold)
    lines: list[Line] = []
    top, too_wide, used = 0.0, False, []
    for written in text.splitlines():
        kind = heading if written.startswith(HEADING) else body
        words = plain(written.removeprefix(HEADING))
        if not words:
            top += body.size * _LEADING * _GAP
            continue
        used.append(kind.size)
        too_wide = too_wide or any(kind.width(piece) > width for _, piece in pieces(words))
        for row in _rows(words, kind, width):
            baseline = top + kind.size * (_LEADING - 1) / 2 + kind.ascent * _rising(kind)
            lines.append(Line(row, kind, round(top), round(baseline)))
            top += kind.size * _LEADING
    return _Try(Setting(tuple(lines), round(top), min(used, default=body.size)), too_wide)


def _rising(kind: Lettering) -> float:
    """What of a font's ascent its letters take: its line is as high as its size, however drawn."""
    return kind.size / max(1, kind.ascent + kind.descent)


def _rows(words: str, kind: Lettering, width: int) -> Sequence[str]:
    """The words in as few rows as they need, and these as even as can be."""
    rows = wrapped(words, lambda row: kind.width(row) <= width)
    if len(rows) < 2:
        return rows
    widest = max(kind.width(piece) for _, piece in pieces(words))  # evening breaks no word
    low, high = max(width // len(rows), min(width, int(widest))), width
    while high - low > max(1, kind.size // 4):
        middle = (low + high) // 2
        if len(wrapped(words, functools.partial(_fits, kind, middle))) <= len(rows):
            high = middle
        else:
            low = middle
    return wrapped(words, functools.partial(_fits, kind, high))


def _fits(kind: Lettering, width: int, row: str) -> bool:
    return kind.width(row) <= width
