"""A stand-in for whoever is in the shot: a simple person, framed by the shot size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from pipeline.makers.animatic.brushes import lit_edge
from pipeline.makers.animatic.geometry import Box
from pipeline.makers.animatic.palette import between
from pipeline.makers.animatic.pictures import blurred
from pipeline.makers.animatic.plate import Plate, cut_out

if TYPE_CHECKING:
    import random

    from pipeline.makers.animatic.palette import Palette

# Of the window's height: the person's, and where the top of the head stands.
_FRAMINGS = {
    "extreme_wide": (0.13, 0.72), "wide": (0.34, 0.53), "full": (0.78, 0.14),
    "medium_wide": (1.12, 0.12), "medium": (1.55, 0.13), "medium_close_up": (2.2, 0.12),
    "close_up": (3.3, 0.07), "extreme_close_up": (6.0, -0.22), "over_shoulder": (1.7, 0.14),
}  # fmt: skip
_ORDINARY = "wide"
_CROWN = 0.035  # of the person's height: room for hair above the head
_BROAD = 0.44  # of the person's height: the drawing's width


def blur_behind(size: str) -> float:
    """How soft the distance is, in windows' heights: a closer lens has less depth of field."""
    tall = _FRAMINGS.get(size, _FRAMINGS[_ORDINARY])[0]
    return 0.0 if tall < 1 else 0.004 + 0.004 * (tall - 1)


def person(
    chance: random.Random, window: Box, palette: Palette, *, size: str, right: bool
) -> Plate:
    """The person at depth 1. ``right``: the light comes from there."""
    tall, top = _FRAMINGS.get(size, _FRAMINGS[_ORDINARY])
    side = chance.choice((1 / 3, 2 / 3)) if tall < 2.5 else chance.uniform(0.42, 0.58)
    if window.height > window.width:
        side = 0.5 + (side - 0.5) * 0.5
    centre = window.width * side
    shape = _shape(chance, window.height * tall, (1.25 - top) * window.height)
    left = centre - shape.width / 2
    place = Box(left, top * window.height, left + shape.width, top * window.height + shape.height)
    return cut_out(
        _shaded(shape, palette, right=right, unit=window.height), place, depth=1.0, crisp=False
    )


def shoulder(window: Box, palette: Palette, *, right: bool) -> Plate:
    """Someone's back in the foreground, out of focus, at one side; nearer than anything."""
    high = window.height * 1.1
    wide = window.height * 0.95
    shape = Image.new("L", (round(wide), round(high)))
    pen = ImageDraw.Draw(shape)
    pen.ellipse((wide * 0.22, high * 0.1, wide * 0.66, high * 0.62), fill=255)
    pen.ellipse((wide * -0.28, high * 0.56, wide * 1.08, high * 1.7), fill=255)
    shape = blurred(shape, window.height * 0.018)
    if right:
        shape = shape.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture = Image.new("RGB", shape.size, between(palette.near, (0, 0, 0), 0.35))
    picture.putalpha(shape)
    left = window.width - wide * 0.78 if right else -wide * 0.22
    top = window.height * 0.12
    return cut_out(
        picture, Box(left, top, left + shape.width, top + shape.height), depth=1.6, crisp=False
    )


def ball(chance: random.Random, window: Box, palette: Palette, *, right: bool) -> Plate:
    """What an insert shows: the grey ball that stands in for any prop, large and lit."""
    radius = min(window.height, window.width) * chance.uniform(0.3, 0.34)
    side = round(radius * 2)
    shape = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(shape).ellipse((4, 4, side * 2 - 5, side * 2 - 5), fill=255)
    light = Image.radial_gradient("L").point(lambda value: 255 * max(0.0, 1 - value / 190))
    lit = light.resize((side * 3, side * 3), Image.Resampling.BICUBIC)
    at = (-side * 4 // 5 if right else -side * 6 // 5, -side * 5 // 4)
    share = Image.new("L", (side, side))
    share.paste(lit, at)
    picture = Image.composite(
        Image.new("RGB", (side, side), between(palette.far, palette.light, 0.55)),
        Image.new("RGB", (side, side), between(palette.near, palette.middle, 0.3)),
        share,
    )
    picture.putalpha(shape.reduce(2))
    left = window.width * chance.uniform(0.42, 0.58) - radius
    top = window.height * 0.9 - 2 * radius
    return cut_out(picture, Box(left, top, left + side, top + side), depth=1.0, crisp=False)


def _shape(chance: random.Random, tall: float, visible: float) -> Image.Image:
    """The person's outline, from the head down as far as is visible."""
    fine = 2 if tall < 900 else 1
    scale = tall * fine
    size = (round(scale * _BROAD), round(min(scale * (1.005 + _CROWN), visible * fine)))
    shape = Image.new("L", (size[0] + size[0] % 2, size[1] + size[1] % 2))
    pen = ImageDraw.Draw(shape)
    _body(pen, scale, shape.width / 2, chance)
    # blurring and hardening rounds what was put together from straight pieces
    soft = blurred(shape, max(1.0, scale * 0.004))
    hard = soft.point(lambda value: min(255, max(0, (value - 90) * 4)))
    return hard.reduce(fine) if fine > 1 else hard


# Half of an outline from the neck down, shares of the person's height: across and down.
_TORSO = ((0.0, 0.1), (0.027, 0.115), (0.028, 0.145), (0.045, 0.163), (0.082, 0.174),
          (0.112, 0.19), (0.127, 0.225), (0.134, 0.29), (0.14, 0.36), (0.139, 0.43),
          (0.132, 0.49), (0.122, 0.525), (0.108, 0.52), (0.1, 0.49), (0.094, 0.55))  # fmt: skip
_JACKET = ((0.092, 0.575), (0.05, 0.59), (0.0, 0.585))
_COAT = ((0.1, 0.62), (0.112, 0.7), (0.118, 0.755), (0.06, 0.768), (0.0, 0.765))
_SKIRT = ((0.098, 0.6), (0.112, 0.67), (0.12, 0.7), (0.06, 0.71), (0.0, 0.708))
_JAW = ((0.0, 0.05), (0.047, 0.052), (0.0455, 0.078), (0.039, 0.102), (0.026, 0.122),
        (0.012, 0.132), (0.0, 0.134))  # fmt: skip
# Ovals as left, top, right, bottom: the skull, and what may grow on it.
_SKULL = (-0.0475, 0.0, 0.0475, 0.118)
_HAIR = (
    ((-0.061, -0.01, 0.061, 0.15),),
    ((-0.053, -0.01, 0.053, 0.092),),
    ((-0.051, -0.007, 0.051, 0.09), (-0.023, -0.034, 0.023, 0.012)),
    ((-0.058, -0.01, 0.058, 0.12), (-0.07, 0.05, 0.07, 0.205)),
    (),
)
Half = tuple[tuple[float, float], ...]


def _body(pen: ImageDraw.ImageDraw, scale: float, middle: float, chance: random.Random) -> None:
    lean = chance.uniform(-0.012, 0.012)

    def fill(half: Half) -> None:
        right = _curve(half)
        outline = [*right, *((-x, y) for x, y in reversed(right))]
        places = [
            (middle + (x + lean * (0.6 - y)) * scale, (y + _CROWN) * scale) for x, y in outline
        ]
        pen.polygon(places, fill=255)

    fill((*_TORSO, *chance.choice((_JACKET, _JACKET, _COAT, _SKIRT))))
    _legs(pen, scale, middle, chance.uniform(0.0, 0.022))
    fill(_JAW)
    for left, top, right, bottom in (_SKULL, *chance.choice(_HAIR)):
        x, y = middle + lean * 0.54 * scale, scale * _CROWN
        pen.ellipse((x + left * scale, y + top * scale, x + right * scale, y + bottom * scale), 255)


def _legs(pen: ImageDraw.ImageDraw, scale: float, middle: float, step: float) -> None:
    for side in (-1, 1):
        foot = side * (0.046 + step)
        inner, outer = foot - side * 0.026, foot + side * 0.026
        points = ((side * 0.004, 0.55), (side * 0.09, 0.55), (side * 0.082, 0.68),
                  (outer + side * 0.01, 0.8), (outer, 0.965), (outer + side * 0.016, 0.995),
                  (inner, 0.995), (inner, 0.8), (side * 0.008, 0.62))  # fmt: skip
        pen.polygon([(middle + x * scale, (y + _CROWN) * scale) for x, y in points], fill=255)


def _curve(points: Half) -> list[tuple[float, float]]:
    """A smooth line through points (Catmull and Rom's)."""
    curve = []
    ends = (points[0], *points, points[-1])
    for before, one, two, beyond in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(8):
            t = step / 8
            curve.append((
                _between(before[0], one[0], two[0], beyond[0], t),
                _between(before[1], one[1], two[1], beyond[1], t),
            ))  # fmt: skip
    return [*curve, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def _shaded(shape: Image.Image, palette: Palette, *, right: bool, unit: float) -> Image.Image:
    """The outline filled: dark, lighter at the head, with a rim of light."""
    high = between(palette.near, palette.middle, 0.55)
    ramp = Image.linear_gradient("L").resize(shape.size)
    picture = Image.composite(
        Image.new("RGB", shape.size, palette.near), Image.new("RGB", shape.size, high), ramp
    )
    reach = round(min(shape.width * 0.022, unit * 0.014))
    rim = lit_edge(shape, right, reach).point(lambda value: value * 0.75)
    picture.paste(Image.new("RGB", shape.size, palette.light), mask=rim)
    picture.putalpha(shape)
    return picture
