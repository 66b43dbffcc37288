"""Layers of a scene, cut to what the camera will see, and drawn as it sees them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.makers.animatic.geometry import Box, Map, around, for_chroma, scale, shift
from pipeline.makers.animatic.pictures import blurred, part
from pipeline.makers.animatic.planes import Colour, Planes, halved, planes_of

_MARGIN = 4  # pixels of a plate around what is seen, so that no filter reaches past its edge
_CLEAR = 8  # transparent pixels around a cut-out, for the same reason
_FINEST = 4  # times as large, at most
_MOST_DENSE = 24_000_000  # pixels of a layer made for turning
_STILL = 1 / 512  # of a pixel: below it nothing changes
_SMOOTH = Image.Resampling.BILINEAR
_SLACK = 1e-6
_GOING = 0.1  # the share of a clip in which a layer that does not last fades
_RIM = 4  # of them that are not even drawn


@dataclass(frozen=True, slots=True)
class Plate:
    """A layer. ``place`` is where it lies in the scene at rest, in the window's pixels.

    Its pixels are either ``planes`` or one ``colour`` (Y, Cb, Cr); ``alpha`` and ``alpha_chroma``
    say where it is solid, ``None`` everywhere.
    """

    place: Box
    depth: float
    size: tuple[int, int]
    planes: Planes | None = None
    colour: Colour | None = None
    alpha: Image.Image | None = None
    alpha_chroma: Image.Image | None = None
    crisp: bool = True  # whether it is to be enlarged with the finer filter
    dense: bool = False  # drawn so large that for a turn the nearest pixel will do
    lasts: float = 1.0  # the share of the clip after which it has gone; words do not outlast it

    def draw(self, onto: Planes, looking: Map, share: float) -> None:
        """Paint the layer on the window, ``looking`` from its pixels into the scene.

        ``share`` is how much of the clip has gone by.
        """
        strength = min(1.0, (self.lasts - share) / _GOING) if self.lasts < 1 else 1.0
        if strength <= 0:
            return
        target = self._seen(looking, onto.size)
        if target.right <= target.left or target.bottom <= target.top:
            return
        luma = self._density().after(looking).after(shift(target.left, target.top))
        chroma = for_chroma(luma)
        size = (int(target.width), int(target.height))
        half = (size[0] // 2, size[1] // 2)
        mask = self.alpha and sampled(self.alpha, luma, size)
        mask_chroma = self.alpha_chroma and sampled(self.alpha_chroma, chroma, half)
        if strength < 1:
            mask, mask_chroma = _weaker(mask, strength), _weaker(mask_chroma, strength)
        at = (int(target.left), int(target.top))
        at_chroma = (at[0] // 2, at[1] // 2)
        if self.planes:
            fine = Image.Resampling.BICUBIC if self.crisp else _SMOOTH
            turn = Image.Resampling.NEAREST if self.dense else _SMOOTH
            y, u, v = self.planes.y, self.planes.u, self.planes.v
            _stamp(onto.y, sampled(y, luma, size, fine, turn), at, mask)
            _stamp(onto.u, sampled(u, chroma, half, turn=turn), at_chroma, mask_chroma)
            _stamp(onto.v, sampled(v, chroma, half, turn=turn), at_chroma, mask_chroma)
        elif self.colour and mask and mask_chroma:
            _tint(onto.y, self.colour[0], at, mask)
            _tint(onto.u, self.colour[1], at_chroma, mask_chroma)
            _tint(onto.v, self.colour[2], at_chroma, mask_chroma)

    def for_turning(self) -> Plate:
        """The opaque layer enlarged, so that turning it is as smooth and costs a fraction.

        Taking the nearest of pixels a third or quarter as wide errs by an eighth of a pixel or so;
        mixing four at every place of every frame would take five times as long. A layer that would
        take too much memory stays as it is.
        """
        times = min(_FINEST, int(math.sqrt(_MOST_DENSE / (self.size[0] * self.size[1]))))
        if times < 2 or self.planes is None or self.alpha:
            return self
        large = Planes(*(
            plane.resize((plane.width * times, plane.height * times), Image.Resampling.BICUBIC)
            for plane in (self.planes.y, self.planes.u, self.planes.v)
        ))  # fmt: skip
        return replace(self, planes=large, size=large.size, dense=True)

    def _density(self) -> Map:
        """From the scene at rest to the plate's own pixels."""
        across, down = self.size[0] / self.place.width, self.size[1] / self.place.height
        return scale(across, down).after(shift(-self.place.left, -self.place.top))

    def _seen(self, looking: Map, size: tuple[int, int]) -> Box:
        window = Box(0, 0, *size)
        if self.alpha is None:
            return window
        back = looking.undone()
        rim = self.place.grown(-_RIM * self.place.width / self.size[0])
        return around(back.at(corner) for corner in rim.corners).within(window).evened()


def sampled(
    plane: Image.Image,
    through: Map,
    size: tuple[int, int],
    fine: Image.Resampling = _SMOOTH,
    turn: Image.Resampling = _SMOOTH,
) -> Image.Image:
    """``size`` pixels of a plane, each where the map says; outside of the plane is 0.

    The cheapest way that is smooth: most moves only shift, and most others only stretch.
    """
    if through.stretches:
        right, bottom = through.c + through.a * size[0], through.f + through.e * size[1]
        box = Box(through.c, through.f, right, bottom)
        if box.left >= 0 and box.top >= 0 and right <= plane.width and bottom <= plane.height:
            if through.shifts and right < plane.width - 1 and bottom < plane.height - 1:
                return _shifted(plane, box, size)
            return plane.resize(size, fine, box=box)
    return plane.transform(size, Image.Transform.AFFINE, tuple(through), turn)


def _shifted(plane: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """A part of a plane between its pixels: a mix of its neighbours, across and down."""
    left, top = int(box.left), int(box.top)
    across, down = box.left - left, box.top - top
    part = plane.crop((left, top, left + size[0] + 1, top + size[1] + 1))
    if across > _STILL:
        part = Image.blend(part, part.crop((1, 0, size[0] + 2, size[1] + 1)), across)
    if down > _STILL:
        part = Image.blend(part, part.crop((0, 1, size[0] + 1, size[1] + 2)), down)
    return part.crop((0, 0, *size))


def _weaker(mask: Image.Image | None, strength: float) -> Image.Image | None:
    return mask and mask.point(lambda value: value * strength)


def _stamp(
    onto: Image.Image, what: Image.Image, at: tuple[int, int], mask: Image.Image | None
) -> None:
    onto.paste(what, at, mask)


def _tint(onto: Image.Image, value: int, at: tuple[int, int], mask: Image.Image) -> None:
    onto.paste(value, (*at, at[0] + mask.width, at[1] + mask.height), mask)


def backdrop(
    picture: Image.Image,
    placed: Box,
    seen: Box,
    *,
    depth: float,
    density: float,
    crisp: bool = True,
    exact: Planes | None = None,
) -> Plate:
    """An opaque layer: an RGB picture laid out at ``placed``, made to fill all that is ``seen``.

    Where the picture ends before the sight does, it goes on as a soft reflection of itself.
    ``density`` is how many pixels the plate has for one of the window's. ``exact`` are the
    planes of what the window shows at rest, where they are known better; ``density`` is 1 then.
    """
    wanted = seen.grown(_MARGIN).evened()
    size = _pixels(wanted, density)
    across, down = size[0] / wanted.width, size[1] / wanted.height
    # whole pixels of the plate, so that nothing in it is shifted
    left = math.ceil(max(0.0, (placed.left - wanted.left) * across - _SLACK))
    top = math.ceil(max(0.0, (placed.top - wanted.top) * down - _SLACK))
    right = math.floor(min(size[0], (placed.right - wanted.left) * across + _SLACK))
    bottom = math.floor(min(size[1], (placed.bottom - wanted.top) * down + _SLACK))
    real = Box(left / across, top / down, right / across, bottom / down)
    real = real.moved(wanted.left, wanted.top)
    inner = part(picture, placed, real, (right - left, bottom - top))
    whole = inner if inner.size == size else _reflected(inner, (left, top), size)
    planes = planes_of(whole)
    if exact:
        planes.paste(exact, -int(wanted.left), -int(wanted.top))
    return Plate(wanted, depth, size, planes=planes, crisp=crisp)


def painted(picture: Image.Image, place: Box, *, depth: float) -> Plate:
    """An opaque layer painted to measure; the picture's sides are even."""
    return Plate(place, depth, picture.size, planes=planes_of(picture), crisp=False)


def cut_out(
    picture: Image.Image, place: Box, *, depth: float, lasts: float = 1.0, crisp: bool = True
) -> Plate:
    """A layer with soft edges from an RGBA picture, which fills ``place``."""
    across, down = place.width / picture.width, place.height / picture.height
    width, height = _even(picture.width + 2 * _CLEAR), _even(picture.height + 2 * _CLEAR)
    colours = Image.new("RGB", (width, height))
    rgb = picture.convert("RGB")
    colours.paste(rgb.resize((width, height)))  # something like it under the clear rim
    colours.paste(rgb, (_CLEAR, _CLEAR))
    alpha = Image.new("L", (width, height))
    alpha.paste(picture.getchannel("A"), (_CLEAR, _CLEAR))
    whole = Box(0, 0, width * across, height * down).moved(
        place.left - _CLEAR * across, place.top - _CLEAR * down
    )
    return Plate(
        whole,
        depth,
        (width, height),
        planes=planes_of(colours),
        alpha=alpha,
        alpha_chroma=halved(alpha),
        crisp=crisp,
        lasts=lasts,
    )


def silhouette(alpha: Image.Image, colour: Colour, place: Box, *, depth: float) -> Plate:
    """A layer of one colour (Y, Cb, Cr) where the even plane ``alpha``, laid at ``place``, says.

    Only the rows that hold anything are kept: the rest would be painted with nothing each frame.
    """
    held = alpha.getbbox()
    top = max(0, (held[1] if held else 0) // 2 * 2 - _CLEAR)
    kept = alpha.crop((0, top, *alpha.size))
    tall = place.height / alpha.height
    place = Box(place.left, place.top + top * tall, place.right, place.bottom)
    return Plate(place, depth, kept.size, colour=colour, alpha=kept, alpha_chroma=halved(kept))


def _reflected(inner: Image.Image, at: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    left, top = at
    whole = Image.new("RGB", size)
    flipped = inner.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    rows = [(inner, flipped)]
    upside = Image.Transpose.FLIP_TOP_BOTTOM
    rows = [*rows, (inner.transpose(upside), flipped.transpose(upside))]
    for row in range(-(top // inner.height) - 1, (size[1] - top) // inner.height + 1):
        for column in range(-(left // inner.width) - 1, (size[0] - left) // inner.width + 1):
            tile = rows[row % 2][column % 2]
            whole.paste(tile, (left + column * inner.width, top + row * inner.height))
    soft = blurred(whole, max(size) / 60).point(lambda value: value * 0.8)
    solid = (left, top, left + inner.width, top + inner.height)
    mask = Image.new("L", size)
    mask.paste(255, solid)
    mask = blurred(mask, max(size) / 40).point(lambda value: min(255, value * 4))
    mask.paste(255, solid)
    return Image.composite(whole, soft, mask)


def _pixels(box: Box, density: float) -> tuple[int, int]:
    return (_even(round(box.width * density)), _even(round(box.height * density)))


def _even(number: int) -> int:
    return number + number % 2
