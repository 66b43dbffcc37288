"""Pictures as an encoder reads them: Y'CbCr 4:2:0 of BT.709, limited range, as Pillow planes.

Chroma lies where H.264 has it by default: on the left of its two columns, midway between its two
rows (ITU-T H.264, figure E-1, type 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pipeline.makers.animatic.geometry import Box

NEUTRAL = 128
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722  # ITU-R BT.709-6, 3.2
_LUMA = 219 / 255
_CHROMA = 224 / 255
_TO_Y = (_RED * _LUMA, _GREEN * _LUMA, _BLUE * _LUMA, 16.0)
_CB = _CHROMA / (2 * (1 - _BLUE))
_CR = _CHROMA / (2 * (1 - _RED))
_TO_CB = (-_RED * _CB, -_GREEN * _CB, (1 - _BLUE) * _CB, 128.0)
_TO_CR = ((1 - _RED) * _CR, -_GREEN * _CR, -_BLUE * _CR, 128.0)

Colour = tuple[int, int, int]
"""Red, green, blue, each from 0 to 255; or Y, Cb, Cr where so said."""


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture: ``y`` of its even size, ``u`` and ``v`` of half of it each way."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.size

    def copy(self) -> Planes:
        """The same picture, to be painted on."""
        return Planes(self.y.copy(), self.u.copy(), self.v.copy())

    def paste(self, other: Planes, left: int, top: int) -> None:
        """Lay ``other`` over this one; ``left`` and ``top`` are even."""
        self.y.paste(other.y, (left, top))
        self.u.paste(other.u, (left // 2, top // 2))
        self.v.paste(other.v, (left // 2, top // 2))

    def crop(self, box: Box) -> Planes:
        """The part in ``box``, whose corners are even."""
        left, top, right, bottom = (int(side) for side in box)
        half = (left // 2, top // 2, right // 2, bottom // 2)
        return Planes(
            self.y.crop((left, top, right, bottom)), self.u.crop(half), self.v.crop(half)
        )

    def fill(self, colour: Colour, box: Box) -> None:
        """Paint the even ``box`` in one colour, given as Y, Cb, Cr."""
        left, top, right, bottom = (int(side) for side in box)
        half = (left // 2, top // 2, right // 2, bottom // 2)
        self.y.paste(colour[0], (left, top, right, bottom))
        self.u.paste(colour[1], half)
        self.v.paste(colour[2], half)

    def raw(self) -> bytes:
        """The planes one after another: ffmpeg's ``yuv420p``."""
        return b"".join((self.y.tobytes(), self.u.tobytes(), self.v.tobytes()))


def blank(width: int, height: int, colour: Colour = (16, NEUTRAL, NEUTRAL)) -> Planes:
    """A picture of one colour, given as Y, Cb, Cr; the size is even."""
    half = (width // 2, height // 2)
    return Planes(
        Image.new("L", (width, height), colour[0]),
        Image.new("L", half, colour[1]),
        Image.new("L", half, colour[2]),
    )


def planes_of(picture: Image.Image) -> Planes:
    """Convert an RGB picture of even size, every sample rounded to the nearest."""
    return Planes(
        picture.convert("L", _TO_Y),
        halved(picture.convert("L", _TO_CB)),
        halved(picture.convert("L", _TO_CR)),
    )


def halved(plane: Image.Image) -> Image.Image:
    """A plane at half its even size, its samples where 4:2:0 has chroma."""
    width, height = plane.size
    # The left sample of each pair is the centre: half a pixel more is needed on the left.
    wider = Image.new("L", (width + 1, height))
    wider.paste(plane.crop((0, 0, 1, height)), (0, 0))
    wider.paste(plane, (1, 0))
    return wider.resize(
        (width // 2, height // 2), Image.Resampling.BICUBIC, box=(0.5, 0, width + 0.5, height)
    )


def colour_of(red: int, green: int, blue: int) -> Colour:
    """The Y, Cb, Cr of one colour."""
    return (
        _weighed(_TO_Y, red, green, blue),
        _weighed(_TO_CB, red, green, blue),
        _weighed(_TO_CR, red, green, blue),
    )


def _weighed(row: tuple[float, float, float, float], red: int, green: int, blue: int) -> int:
    return int(row[0] * red + row[1] * green + row[2] * blue + row[3] + 0.5)


def mixed(under: Planes, over: Planes, share: float) -> Planes:
    """``under`` with ``share`` (0 to 1) of ``over``."""
    return Planes(
        Image.blend(under.y, over.y, share),
        Image.blend(under.u, over.u, share),
        Image.blend(under.v, over.v, share),
    )
