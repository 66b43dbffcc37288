"""How loud things are, as an author says it: decibels up or down, and a film's loudness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LEVEL_PATTERN = r"^\s*[+-]?[0-9]{1,2}(\.[0-9]{1,2})?\s*dB\s*$"
LOUDNESS_PATTERN = r"^\s*-[0-9]{1,2}(\.[0-9])?\s*LUFS\s*$"
_LEVEL = re.compile(LEVEL_PATTERN, re.ASCII)
_LOUDNESS = re.compile(LOUDNESS_PATTERN, re.ASCII)
_QUIETEST, _LOUDEST = -60.0, 20.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a film is brought to: LUFS over all of it (ITU-R BS.1770), dBTP at its highest."""

    target: float
    peak: float = -1.5


PRESETS: Mapping[str, Loudness] = {
    "web": Loudness(-14, -1),
    "podcast": Loudness(-16, -1.5),
    "ebu-r128": Loudness(-23, -1),
    "atsc-a85": Loudness(-24, -2),
    "netflix": Loudness(-27, -2),
}
"""EBU R 128 (2020), ATSC A/85:2013; Netflix means dialogue, and here all of the film is measured.
``web`` and ``podcast`` are what players of those kinds turn everything to."""


def parse_level(text: str) -> float:
    """Read ``-8dB``: decibels.

    Raises:
        ValueError: it is no level, or beyond all use.
    """
    if not _LEVEL.match(text):
        raise ValueError("a level is written -8dB, 0dB or +3dB")
    level = float(text.strip().removesuffix("dB"))
    if not _QUIETEST <= level <= _LOUDEST:
        raise ValueError("a level lies between -60dB and +20dB")
    return level


def parse_loudness(text: str) -> Loudness:
    """Read ``-16 LUFS`` or the name of a preset.

    Raises:
        ValueError: it is neither, or no film is meant to be so loud.
    """
    if preset := PRESETS.get(text.strip()):
        return preset
    if not _LOUDNESS.match(text):
        raise ValueError(f"a loudness is written -16 LUFS, or is one of {', '.join(PRESETS)}")
    target = float(text.strip().removesuffix("LUFS"))
    if not -40 <= target <= -5:
        raise ValueError("a film's loudness lies between -40 and -5 LUFS")
    return Loudness(target)
