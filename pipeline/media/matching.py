"""Brings one picture's colours to another's: mildly, by a curve for each of red, green and blue.

A curve is slope and power, as in a colour decision list of the ASC, with no offset: black stays
black (so do bars), white stays white, and in between every code keeps its order, so that nothing
clips. Red, green and blue are what a cast of light scales.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Levels = tuple[tuple[int, ...], ...]
"""How many pixels have each of 256 code values, of red, green and blue."""

_SLOPES = (0.9, 1.25)  # the most a match may do: further apart no curve makes two pictures one
_POWERS = (0.8, 1.25)
_SHOULDER = 0.75  # codes above are led to white, instead of past it or short of it
_STEP = 1000  # curves are kept in thousandths
_ROUNDS = 9
_STEPS = (-2, -1, 0, 1, 2)
_CLOSER = 0.6  # reach of a round within that of the one before
_LEAST = 1e-6  # of two curves that do as well, the one that does less
_EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"


@dataclass(frozen=True, slots=True)
class Grade:
    """Slope and power of red, green and blue, in thousandths."""

    slopes: tuple[int, int, int]
    powers: tuple[int, int, int]

    @property
    def plain(self) -> bool:
        """Whether it changes nothing."""
        return set(self.slopes + self.powers) == {_STEP}

    def levels(self, levels: Levels) -> Levels:
        """The levels of a picture with these, once it is graded."""
        return tuple(
            _moved(channel, _curve(slope / _STEP, power / _STEP))
            for channel, slope, power in zip(levels, self.slopes, self.powers, strict=True)
        )


PLAIN = Grade((_STEP, _STEP, _STEP), (_STEP, _STEP, _STEP))


def grade_to(levels: Levels, wanted: Levels) -> Grade:
    """The grade that gives a picture of ``levels`` the mean and spread of ``wanted``.

    As near as its limits let it; the same on every machine.
    """
    found = [_fitted(mine, its) for mine, its in zip(levels, wanted, strict=True)]
    slopes = [round(slope * _STEP) for slope, _ in found]
    powers = [round(power * _STEP) for _, power in found]
    return Grade((slopes[0], slopes[1], slopes[2]), (powers[0], powers[1], powers[2]))


def graded(stream: Any, grade: Grade | None) -> Any:
    """A BT.709 yuv420p stream of ffmpeg-python's with the grade on it."""
    if grade is None or grade.plain:
        return stream
    curves = (
        _spelled(slope / _STEP, power / _STEP)
        for slope, power in zip(grade.slopes, grade.powers, strict=True)
    )
    # twelve bits, so that nothing is rounded twice
    stream = stream.filter("scale", flags=_EXACT, in_color_matrix="bt709", in_range="tv")
    stream = stream.filter("format", "gbrp12le")
    stream = stream.filter("lutrgb", **dict(zip("rgb", curves, strict=True)))
    stream = stream.filter("scale", flags=_EXACT, out_color_matrix="bt709", out_range="tv")
    stream = stream.filter("format", "yuv420p")
    return stream.filter(
        "setparams", colorspace="bt709", color_primaries="bt709", color_trc="bt709", range="tv"
    )


def _curve(slope: float, power: float) -> Callable[[float], float]:
    """From code to code, both from 0 to 1; ``_spelled`` says the same to ffmpeg."""
    bend = _bend(slope)

    def curve(code: float) -> float:
        plain = slope * math.pow(code, power)
        over = (plain - _SHOULDER) / (1 - _SHOULDER)
        return plain if over <= 0 else _SHOULDER + (1 - _SHOULDER) * over / (1 + bend * over)

    return curve


def _bend(slope: float) -> float:
    """How strongly the shoulder bends, so that it ends at white."""
    return 1 - (1 - _SHOULDER) / (slope - _SHOULDER)


def _spelled(slope: float, power: float) -> str:
    keep = 1 - _SHOULDER
    over = f"(ld(0)-{_SHOULDER})/{keep}"
    bent = f"{_SHOULDER}+{keep}*ld(1)/(1+{_bend(slope):.6f}*ld(1))"
    return (
        f"st(0,{slope:.3f}*pow(val/maxval,{power:.3f}));st(1,{over});"
        f"floor(0.5+maxval*if(lte(ld(1),0),ld(0),{bent}))"
    )


def _fitted(levels: Sequence[int], wanted: Sequence[int]) -> tuple[float, float]:
    """Slope and power for one channel: those of the smallest miss, looked for ever more closely."""
    aim = _moments(wanted, lambda code: code)
    slope, power = 1.0, 1.0
    wide, high = (_SLOPES[1] - _SLOPES[0]) / 2, (_POWERS[1] - _POWERS[0]) / 2
    for _ in range(_ROUNDS):
        near = [
            (_miss(levels, aim, one, other), one, other)
            for one in _around(slope, wide, _SLOPES)
            for other in _around(power, high, _POWERS)
        ]
        _, slope, power = min(near)
        wide, high = wide * _CLOSER, high * _CLOSER
    return slope, power


def _around(middle: float, reach: float, bounds: tuple[float, float]) -> list[float]:
    return sorted({min(max(middle + step * reach / 2, bounds[0]), bounds[1]) for step in _STEPS})


def _miss(levels: Sequence[int], aim: tuple[float, float], slope: float, power: float) -> float:
    """How far mean and spread are from ``aim``, a spread counting as a mean does."""
    mean, spread = _moments(levels, _curve(slope, power))
    miss = (mean - aim[0]) ** 2 + (spread - aim[1]) ** 2
    return round(miss, 12) + _LEAST * ((slope - 1) ** 2 + (power - 1) ** 2)


def _moments(levels: Sequence[int], curve: Callable[[float], float]) -> tuple[float, float]:
    """Mean and spread of a channel's codes, from 0 to 1, after ``curve``."""
    count = sum(levels)
    moved = [(n, curve(code / 255)) for code, n in enumerate(levels) if n]
    mean = math.fsum(n * code for n, code in moved) / count
    return mean, math.sqrt(max(0.0, math.fsum(n * (c - mean) ** 2 for n, c in moved) / count))


def _moved(levels: Sequence[int], curve: Callable[[float], float]) -> tuple[int, ...]:
    counts = [0] * 256
    for code, count in enumerate(levels):
        counts[round(255 * curve(code / 255))] += count
    return tuple(counts)
