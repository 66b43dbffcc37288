"""Where the burn-in and the picture lie in a frame: fixed for each size of frame.

Solid bands hold the words and the picture moves in the window between them. So a clip that starts
on another clip's last frame covers the old words with its own, and none drift into the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.makers.animatic.geometry import Box

_TYPE = 0.035  # of the short side
_LEAST_TYPE = 11  # pixels; Noto Sans stays legible on a screen
_LEADING = 1.34
_TALLEST_PROMPT = 0.19  # of the frame's height
_ROOMY = 200  # short side, pixels; below it only what must be said
_LETTER = 0.53  # a letter's mean width in type sizes


@dataclass(frozen=True, slots=True)
class Layout:
    """The frame's parts, in pixels; ``top`` and ``bottom`` are the heights of the bands, even.

    ``rows`` is how many lines the top band has (1 or 2), ``lines`` how many of the prompt the
    bottom band holds, ``rule`` the thickness of the line that shows the time passing.
    """

    width: int
    height: int
    top: int
    bottom: int
    rows: int
    lines: int
    type_size: int
    leading: int
    margin: int
    padding: int
    rule: int

    @property
    def window(self) -> Box:
        """Where the picture moves; its corners are even."""
        return Box(0, self.top, self.width, self.height - self.bottom)

    @property
    def side(self) -> int:
        """The columns at either side of a band where nothing is ever drawn."""
        return max(2, self.margin - 2)

    @property
    def roomy(self) -> bool:
        """Whether there is room for more than the shot, the time and the prompt."""
        return min(self.width, self.height) >= _ROOMY


def layout_of(width: int, height: int) -> Layout:
    """Lay out a frame of any even size."""
    short = min(width, height)
    type_size = max(_LEAST_TYPE, round(short * _TYPE))
    leading = round(type_size * _LEADING)
    margin = max(4, round(short * 0.03))
    padding = max(2, round(type_size * 0.42))
    rule = max(2, round(short / 240) // 2 * 2)
    columns = (width - 2 * margin) / (type_size * _LETTER)
    rows = 2 if columns < 62 and short >= _ROOMY and height > width else 1
    lines = _lines(columns, height, leading, padding)
    return Layout(
        width=width,
        height=height,
        top=_even(rows * leading + 2 * padding),
        bottom=_even(lines * leading + 2 * padding + rule),
        rows=rows,
        lines=lines,
        type_size=type_size,
        leading=leading,
        margin=margin,
        padding=padding,
        rule=rule,
    )


def _lines(columns: float, height: int, leading: int, padding: int) -> int:
    wanted = 2 if columns >= 70 else 3 if columns >= 48 else 4
    fitting = int((height * _TALLEST_PROMPT - 2 * padding) / leading)
    return max(1, min(wanted, fitting))


def _even(number: int) -> int:
    return number + number % 2
