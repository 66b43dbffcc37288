"""Pictures as an encoder reads them: Y'CbCr 4:2:0 of BT.709, limited range, as Pillow planes.

Chroma lies in the middle of its four pixels (ITU-T H.264, figure E-1, type 1), and the clips say
so. ffmpeg's own conversions take it to lie there whatever a clip says (measured with 9.0: a lone
sample comes out centred), so another siting would creep sideways at each hop of a chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageMath

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
        return Planes(self.y.crop((left, top, right, bottom)), self.u.crop(half), self.v.crop(half))

    def fill(self, colour: Colour, box: Box) -> None:
        """Paint the even ``box`` in one colour, given as Y, Cb, Cr."""
        left, top, right, bottom = (int(side) for side in box)
        half = (left // 2, top // 2, right // 2, bottom // 2)
        self.y.paste(colour[0], (left, top, right, bottom))
        self.u.paste(colour[1], half)
        self.v.paste(colour[2], half)

    def raw(self) -> tuple[bytes, bytes, bytes]:
        """The planes one after another: ffmpeg's ``yuv420p``."""
        return self.y.tobytes(), self.u.tobytes(), self.v.tobytes()


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


def exact_planes_of(picture: Image.Image) -> Planes:
    """The same, chroma chosen so that enlarging it again gives back the picture's own.

    For frames that chains hang on: a picture that came out of a clip yields that clip's planes
    again. It costs ten times as much. (Chroma is averaged without rounding, then twice put right
    by what enlarging it gets wrong; 20 hops of a photograph keep 99.6% of values within 1.)
    """
    return Planes(picture.convert("L", _TO_Y), _chroma(picture, _TO_CB), _chroma(picture, _TO_CR))


def _chroma(picture: Image.Image, row: tuple[float, float, float, float]) -> Image.Image:
    red, green, blue = (band.convert("F") for band in picture.split())
    whole = ImageMath.lambda_eval(
        lambda of: of["r"] * row[0] + of["g"] * row[1] + of["b"] * row[2] + row[3],
        r=red, g=green, b=blue,
    )  # fmt: skip
    half = (picture.width // 2, picture.height // 2)
    small: Image.Image = whole.resize(half, Image.Resampling.BOX)
    for _ in range(2):
        again = small.resize(picture.size, Image.Resampling.BICUBIC)
        missed = ImageMath.lambda_eval(lambda of: of["a"] - of["b"], a=whole, b=again)
        missed = missed.resize(half, Image.Resampling.BOX)
        small = ImageMath.lambda_eval(lambda of: of["a"] + of["b"], a=small, b=missed)
    return small.point(lambda value: value * 1 + 0.5).convert("L")  # rounds; converting cuts off


def mended(planes: Planes) -> Planes:
    """A window cut out from between bands, its outermost chroma as what lies next to it inside.

    Decoding mixes chroma across the bands' edge; passed on, that would grow with each clip.
    """
    for plane in (planes.u, planes.v):
        width, height = plane.size
        for source, rows in ((2, (0, 1)), (height - 3, (height - 2, height - 1))):
            for row in rows:
                plane.paste(plane.crop((0, source, width, source + 1)), (0, row))
    return planes


def halved(plane: Image.Image) -> Image.Image:
    """A plane at half its even size, its samples where 4:2:0 has chroma."""
    return plane.resize((plane.width // 2, plane.height // 2), Image.Resampling.BICUBIC)


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
