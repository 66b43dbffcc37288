"""A stand-in for whoever is in the shot: a simple person, framed by the shot size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from pipeline.makers.animatic.brushes import lit_edge
from pipeline.makers.animatic.geometry import Box
from pipeline.makers.animatic.palette import between
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
    return cut_out(_shaded(shape, palette, right=right, unit=window.height), place, depth=1.0)


def shoulder(window: Box, palette: Palette, *, right: bool) -> Plate:
    """Someone's back in the foreground, out of focus, at one side; nearer than anything."""
    high = window.height * 1.1
    wide = window.height * 0.95
    shape = Image.new("L", (round(wide), round(high)))
    pen = ImageDraw.Draw(shape)
    pen.ellipse((wide * 0.22, high * 0.1, wide * 0.66, high * 0.62), fill=255)
    pen.ellipse((wide * -0.28, high * 0.56, wide * 1.08, high * 1.7), fill=255)
    shape = shape.filter(ImageFilter.GaussianBlur(window.height * 0.018))
    if right:
        shape = shape.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture = Image.new("RGB", shape.size, between(palette.near, (0, 0, 0), 0.35))
    picture.putalpha(shape)
    left = window.width - wide * 0.78 if right else -wide * 0.22
    top = window.height * 0.12
    return cut_out(picture, Box(left, top, left + shape.width, top + shape.height), depth=1.6)


def thing(chance: random.Random, window: Box, palette: Palette, *, right: bool) -> Plate:
    """What an insert shows: a plain round object, large, standing near."""
    across = window.height * chance.uniform(0.55, 0.7)
    shape = Image.new("L", (round(across) * 2, round(across * 1.1) * 2))
    pen = ImageDraw.Draw(shape)
    wide, high = shape.size
    pen.rounded_rectangle((wide * 0.08, high * 0.06, wide * 0.92, high * 0.97), wide * 0.3, 255)
    shape = shape.reduce(2)
    left = window.width * chance.uniform(0.44, 0.56) - shape.width / 2
    top = window.height * 0.26
    place = Box(left, top, left + shape.width, top + shape.height)
    return cut_out(_shaded(shape, palette, right=right, unit=window.height), place, depth=1.0)


def _shape(chance: random.Random, tall: float, visible: float) -> Image.Image:
    """The person's outline, from the head down as far as is visible."""
    fine = 2 if tall < 900 else 1
    scale = tall * fine
    size = (round(scale * _BROAD), round(min(scale * 1.02, visible * fine)))
    shape = Image.new("L", (size[0] + size[0] % 2, size[1] + size[1] % 2))
    pen = ImageDraw.Draw(shape)
    _body(pen, scale, shape.width / 2, chance)
    # blurring and hardening rounds what was put together from straight pieces
    soft = shape.filter(ImageFilter.GaussianBlur(max(1.0, scale * 0.006)))
    hard = soft.point(lambda value: min(255, max(0, (value - 90) * 4)))
    return hard.reduce(fine) if fine > 1 else hard


def _body(pen: ImageDraw.ImageDraw, scale: float, middle: float, chance: random.Random) -> None:
    def at(x: float, y: float) -> tuple[float, float]:
        return (middle + x * scale, y * scale)

    def limb(*points: tuple[float, float], thick: float) -> None:
        path = [at(*point) for point in points]
        pen.line(path, fill=255, width=max(1, round(thick * scale)), joint="curve")
        reach = thick * scale / 2
        for x, y in path:
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    pen.ellipse((*at(-0.046, 0.012), *at(0.046, 0.142)), fill=255)
    limb((0, 0.12), (0, 0.18), thick=0.046)
    pen.polygon([at(-0.03, 0.158), at(0.03, 0.158), at(0.122, 0.2), at(0.1, 0.36),
                 at(0.082, 0.46), at(0.09, 0.54), at(-0.09, 0.54), at(-0.082, 0.46),
                 at(-0.1, 0.36), at(-0.122, 0.2)], fill=255)  # fmt: skip
    bend = chance.uniform(0.0, 0.05)
    limb((-0.112, 0.215), (-0.138, 0.37), (-0.126 - bend, 0.5), thick=0.046)
    limb((0.112, 0.215), (0.138, 0.37), (0.126 + bend / 2, 0.5), thick=0.046)
    step = chance.uniform(0.01, 0.04)
    limb((-0.045, 0.53), (-0.05 - step, 0.75), (-0.05 - 1.5 * step, 0.98), thick=0.066)
    limb((0.045, 0.53), (0.05 + step / 2, 0.75), (0.05 + step, 0.98), thick=0.066)
    _dress(pen, at, limb, chance.choice(("plain", "coat", "hair", "hat", "bun", "coat hair")))


def _dress(pen, at, limb, what: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    if "coat" in what:
        pen.polygon([at(-0.1, 0.3), at(0.1, 0.3), at(0.125, 0.74), at(-0.125, 0.74)], fill=255)
    if "hair" in what:
        pen.ellipse((*at(-0.058, 0.0), *at(0.058, 0.13)), fill=255)
        limb((-0.04, 0.08), (-0.045, 0.19), thick=0.035)
        limb((0.04, 0.08), (0.045, 0.19), thick=0.035)
    if "hat" in what:
        limb((-0.075, 0.047), (0.075, 0.047), thick=0.016)
        pen.rounded_rectangle((*at(-0.047, -0.02), *at(0.047, 0.05)), 6, fill=255)
    if "bun" in what:
        pen.ellipse((*at(-0.05, 0.004), *at(0.05, 0.12)), fill=255)
        pen.ellipse((*at(-0.022, -0.012), *at(0.022, 0.03)), fill=255)


def _shaded(shape: Image.Image, palette: Palette, *, right: bool, unit: float) -> Image.Image:
    """The outline filled: dark, lighter at the head, with a rim of light."""
    high = between(palette.near, palette.middle, 0.55)
    ramp = Image.linear_gradient("L").resize(shape.size)
    picture = Image.composite(
        Image.new("RGB", shape.size, palette.near), Image.new("RGB", shape.size, high), ramp
    )
    reach = round(min(shape.width * 0.05, unit * 0.035))
    rim = lit_edge(shape, right, reach).point(lambda value: value * 0.8)
    picture.paste(Image.new("RGB", shape.size, palette.light), mask=rim)
    picture.putalpha(shape)
    return picture
