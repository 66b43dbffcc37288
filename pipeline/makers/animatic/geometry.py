"""Boxes and affine maps, as plain tuples; continuous coordinates, pixel centres at halves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_STRAIGHT = 1e-7  # below this a map is a mere stretch


class Box(NamedTuple):
    """A rectangle by its sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners."""
        return (
            (self.left, self.top),
            (self.right, self.top),
            (self.left, self.bottom),
            (self.right, self.bottom),
        )

    def moved(self, x: float, y: float) -> Box:
        """The same box elsewhere."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def grown(self, by: float) -> Box:
        """The box with its sides ``by`` further out."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def within(self, other: Box) -> Box:
        """What both boxes share; empty (right <= left) where they share nothing."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def evened(self) -> Box:
        """The smallest box with even corners around this one."""
        return Box(
            math.floor(self.left / 2) * 2,
            math.floor(self.top / 2) * 2,
            math.ceil(self.right / 2) * 2,
            math.ceil(self.bottom / 2) * 2,
        )


def around(points: Iterable[tuple[float, float]]) -> Box:
    """The smallest box that holds all points."""
    across, down = zip(*points, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def covering(box: Box, aspect: float, focus: tuple[float, float] = (0.5, 0.5)) -> Box:
    """The smallest box of an aspect (width to height) that covers ``box``.

    ``focus`` says which part of what sticks out is kept in sight: 0 left or top, 1 right or bottom.
    """
    width = max(box.width, box.height * aspect)
    height = width / aspect
    left = box.left - (width - box.width) * focus[0]
    top = box.top - (height - box.height) * focus[1]
    return Box(left, top, left + width, top + height)


def inside(box: Box, aspect: float) -> Box:
    """The largest box of an aspect that fits into ``box``, in its middle."""
    width = min(box.width, box.height * aspect)
    height = width / aspect
    left = box.left + (box.width - width) / 2
    top = box.top + (box.height - height) / 2
    return Box(left, top, left + width, top + height)


class Map(NamedTuple):
    """An affine map: ``x' = ax + by + c``, ``y' = dx + ey + f``."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    @property
    def stretches(self) -> bool:
        """Whether upright boxes stay upright boxes."""
        return abs(self.b) < _STRAIGHT and abs(self.d) < _STRAIGHT

    @property
    def shifts(self) -> bool:
        """Whether everything keeps its size; asked of a map that stretches."""
        return abs(self.a - 1) < _STRAIGHT and abs(self.e - 1) < _STRAIGHT

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a point goes."""
        x, y = point
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def after(self, first: Map) -> Map:
        """The map that does ``first``, then this one."""
        a, b, c, d, e, f = self
        p, q, r, s, t, u = first
        return Map(
            a * p + b * s, a * q + b * t, a * r + b * u + c,
            d * p + e * s, d * q + e * t, d * r + e * u + f,
        )  # fmt: skip

    def undone(self) -> Map:
        """The map back."""
        a, b, c, d, e, f = self
        whole = a * e - b * d
        return Map(
            e / whole, -b / whole, (b * f - c * e) / whole,
            -d / whole, a / whole, (c * d - a * f) / whole,
        )  # fmt: skip


def shift(x: float, y: float) -> Map:
    """Move by ``x`` and ``y``."""
    return Map(1, 0, x, 0, 1, y)


def scale(x: float, y: float) -> Map:
    """Stretch about the origin."""
    return Map(x, 0, 0, 0, y, 0)


def for_chroma(luma: Map) -> Map:
    """The map between planes of half the size that goes with one between whole ones."""
    return scale(0.5, 0.5).after(luma).after(scale(2, 2))
