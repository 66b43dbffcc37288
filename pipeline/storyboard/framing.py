"""How a picture lies in the frame: the words for a place in it, and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

Fit = Literal["bars", "fill", "blur"]
"""Whole between black bars; filling the frame; whole over a soft, dark enlargement of itself."""

Point = tuple[Fraction, Fraction]
"""Percent of the width from the left, and of the height from the top."""

CENTRE: Point = (Fraction(50), Fraction(50))

ACROSS = {"left": Fraction(0), "right": Fraction(100)}
DOWN = {"top": Fraction(0), "bottom": Fraction(100)}
_MIDDLE = "centre"

PATTERN = r"^(centre|left|right|top|bottom|(top|bottom) (left|right)|(left|right) (top|bottom))$"
_WRITTEN = "left, right, top, bottom, centre, or two of them: top left"


def parse_point(written: str | Sequence[float]) -> Point:
    """Read ``[30, 50]``, ``left``, ``top right``, ``centre``.

    Raises:
        ValueError: it is no place in a frame; the sentence is for the author.
    """
    return _named(written) if isinstance(written, str) else _measured(written)


def _named(written: str) -> Point:
    words = written.split()
    across = [ACROSS[word] for word in words if word in ACROSS]
    down = [DOWN[word] for word in words if word in DOWN]
    known = len(across) + len(down) == len(words) or words == [_MIDDLE]
    if not words or not known or len(across) > 1 or len(down) > 1:
        raise ValueError(f"a place in the frame is written {_WRITTEN}")
    return (*(across or [CENTRE[0]]), *(down or [CENTRE[1]]))  # type: ignore[return-value]


def _measured(written: Sequence[float]) -> Point:
    numbers = [number for number in written if isinstance(number, int | float)]
    if len(numbers) != 2 or len(written) != 2 or any(isinstance(one, bool) for one in numbers):
        raise ValueError(f"a place in the frame is two numbers, or {_WRITTEN}")
    if not all(0 <= number <= 100 for number in numbers):
        raise ValueError("a place in the frame is given in percent: [0, 0] to [100, 100]")
    across, down = (Fraction(str(number)) for number in numbers)
    return across, down
