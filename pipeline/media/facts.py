"""What a clip is, measured once when it arrives and kept in its record."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """A clip's sound.

    ``samples`` is how long it plays, per channel, at ``rate``. ``parameters`` is a digest of the
    codec, its private data, rate and layout: equal in clips whose sound can be joined by copy.
    """

    codec: str
    rate: int
    channels: int
    samples: int
    parameters: str


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """A clip's picture, and its sound if it has any.

    ``rate`` is exact (average, where it varies); ``frames`` is what a decoder gives, edit lists
    applied. ``variable`` says that frames are not evenly spaced. Colour words are ffmpeg's
    (``bt709``, ``tv``), ``None`` when the clip does not say. ``parameters`` is a digest of all
    that must be equal in clips whose pictures can be joined by copy: codec and its private data,
    size, pixel format, rate, time base, colour, rotation.
    """

    width: int
    height: int
    rate: Fraction
    frames: int
    variable: bool
    codec: str
    pixels: str
    matrix: str | None
    primaries: str | None
    transfer: str | None
    range: str | None
    rotation: int
    parameters: str
    sound: SoundFacts | None
