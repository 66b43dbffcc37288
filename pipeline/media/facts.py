"""What a clip is, measured once when it arrives and kept in its record."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

ALONE = "alone:"
"""How ``parameters`` begins in a clip that cannot be joined by copy to any other."""


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

    ``width`` and ``height`` are of the coded picture; a player shows it turned by ``rotation``
    (degrees clockwise: 0, 90, 180, 270) with pixels ``sample_aspect`` times as wide as high.
    ``rate`` is exact (average, where it varies); ``frames`` is what a decoder gives, edit lists
    applied. ``variable`` says that frames are not evenly spaced. Colour words are ffmpeg's
    (``bt709``, ``tv``), ``None`` when the clip does not say. ``parameters`` is a digest of all
    that must be equal in clips whose pictures can be joined by copy: codec and its private data,
    size, pixel format, rate, time base, colour, rotation, shape of the pixels. It begins with
    ``alone:`` where a clip cannot be joined so at all.
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
    sample_aspect: Fraction = Fraction(1)

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height in square pixels as a player shows it, the short side never shrunk."""
        width, height = Fraction(self.width), Fraction(self.height)
        if self.sample_aspect >= 1:
            width *= self.sample_aspect
        else:
            height /= self.sample_aspect
        shown = (int(width + Fraction(1, 2)), int(height + Fraction(1, 2)))
        return shown if self.rotation % 180 == 0 else (shown[1], shown[0])

    @property
    def joinable(self) -> bool:
        """Whether its picture can be joined by stream copy to one with equal ``parameters``."""
        return not self.parameters.startswith(ALONE)
