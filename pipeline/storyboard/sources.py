"""How an author names a picture: a frame of a shot, a file, or a reference by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.timing import Length, parse_length

_FRAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?:\.(first|last)|@\s*(\S+))")

_ALMOST_A_FRAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[.@]\S*")


@dataclass(frozen=True, slots=True)
class WrittenFrame:
    """``sh010.last``, ``sh010.first`` or ``sh010@2s``."""

    shot: str
    moment: Literal["first", "last"] | Length


@dataclass(frozen=True, slots=True)
class WrittenPicture:
    """A path (or a link, which the rules refuse)."""

    path: str


@dataclass(frozen=True, slots=True)
class WrittenName:
    """The bare name of a reference."""

    name: str


WrittenSource = WrittenFrame | WrittenPicture | WrittenName


def parse_source(text: str) -> WrittenSource:
    """Tell which of the three ``text`` is.

    Raises:
        ValueError: it is a frame at a time that cannot be read.
    """
    written = text.strip()
    if match := _FRAME.fullmatch(written):
        shot, edge, moment = match.groups()
        if moment is not None:
            return WrittenFrame(shot, parse_length(moment))
        return WrittenFrame(shot, "first" if edge == "first" else "last")
    if any(mark in written for mark in "/\\.:"):
        return WrittenPicture(written)
    return WrittenName(written)


def shot_in(text: str) -> str | None:
    """The shot that ``text`` may speak of: ``sh010`` in ``sh010.last`` and in ``sh010.lst``."""
    almost = _ALMOST_A_FRAME.fullmatch(text.strip())
    return almost[1] if almost else None


def moment_at(
    moment: Literal["first", "last"] | Length, rate: Fraction
) -> Literal["first", "last"] | Fraction:
    """A moment with its frames counted at ``rate``: exact seconds, or ``first`` or ``last``."""
    return moment.at(rate) if isinstance(moment, Length) else moment
