"""What drawn scenes are made of: skies, ridges, roofs, trees, water; masks with smooth edges.

Sizes are pixels of the picture drawn on; ``unit`` is the window's height, by which things scale.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from pipeline.makers.animatic.palette import between
from pipeline.makers.animatic.pictures import blurred

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from pipeline.makers.animatic.palette import Palette
    from pipeline.makers.animatic.planes import Colour

FINE = 2  # pixels drawn for one that is kept, each way

Size = tuple[int, int]
Pen = ImageDraw.ImageDraw


def gradient(size: Size, high: Colour, low: Colour, horizon: float) -> Image.Image:
    """A sky from ``high`` to ``low`` at ``horizon`` (pixels from the top), and on in ``low``."""
    ramp = Image.linear_gradient("L")  # 0 at the top, 255 at the bottom
    bent = ramp.point(lambda value: 255 * (value / 255) ** 1.25)
    mask = Image.new("L", size, 255)
    mask.paste(bent.resize((size[0], max(1, round(horizon))), Image.Resampling.BICUBIC))
    return Image.composite(Image.new("RGB", size, low), Image.new("RGB", size, high), mask)


def glow(onto: Image.Image, centre: tuple[float, float], radius: float, colour: Colour,
         strength: float) -> None:  # fmt: skip
    """Light spreading round a point, fading out at ``radius``."""
    ball = Image.radial_gradient("L").point(
        lambda value: strength * 255 * max(0.0, 1 - value / 180) ** 2.2
    )
    side = max(2, round(radius * 2))
    mask = ball.resize((side, side), Image.Resampling.BICUBIC)
    corner = (round(centre[0] - radius), round(centre[1] - radius))
    onto.paste(Image.new("RGB", (side, side), colour), corner, mask)


def disc(onto: Image.Image, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """A sun or moon with a smooth edge."""
    side = max(4, round(radius * 2))
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).ellipse((1, 1, side * 4 - 2, side * 4 - 2), fill=255)
    corner = (round(centre[0] - radius), round(centre[1] - radius))
    onto.paste(Image.new("RGB", (side, side), colour), corner, mask.reduce(4))


def stars(onto: Image.Image, chance: random.Random, count: int, below: float, unit: float) -> None:
    """Stars of several brightnesses above ``below`` pixels from the top."""
    for _ in range(count):
        x, y = chance.uniform(0, onto.width), chance.uniform(0, 1) ** 1.4 * below
        size = max(1.0, unit / 420) * chance.choice((0.7, 0.7, 0.9, 1.1, 1.6))
        glow(onto, (x, y), size * 2.2, (236, 240, 255), chance.uniform(0.35, 1.0))


def clouds(onto: Image.Image, chance: random.Random, colour: Colour, horizon: float,
           unit: float) -> None:  # fmt: skip
    """Long soft clouds above the horizon."""
    mask = Image.new("L", onto.size)
    pen = ImageDraw.Draw(mask)
    for _ in range(chance.randint(4, 8)):
        x, y = chance.uniform(-0.1, 1.0) * onto.width, horizon * chance.uniform(0.1, 0.85)
        for _ in range(7):
            wide, thick = unit * chance.uniform(0.08, 0.4), unit * chance.uniform(0.006, 0.026)
            left, top = x + unit * chance.uniform(-0.3, 0.3), y + unit * chance.uniform(-0.03, 0.03)
            pen.ellipse((left, top, left + wide, top + thick), fill=chance.randint(40, 105))
    soft = blurred(mask, unit * 0.012)
    onto.paste(Image.new("RGB", onto.size, colour), mask=soft)


def mask(size: Size, draw: Callable[[Pen, int], None]) -> Image.Image:
    """A mask drawn ``FINE`` times as large and brought down, so that its edges are smooth."""
    large = Image.new("L", (size[0] * FINE, size[1] * FINE))
    draw(ImageDraw.Draw(large), FINE)
    return large.reduce(FINE)


def ridge(chance: random.Random, width: int, top: float, rough: float, unit: float) -> list[float]:
    """Heights of a mountain's line, one every few pixels: waves upon waves."""
    waves = [
        (rough * unit / (octave**1.25), octave * chance.uniform(0.8, 1.25),
         chance.uniform(0, math.tau))
        for octave in (1, 2, 3, 5, 8, 13)
    ]  # fmt: skip
    step = max(2, width // 400)
    return [
        top + sum(high * math.sin(math.tau * often * x / (2.2 * unit) + phase)
                  for high, often, phase in waves)
        for x in range(0, width + step, step)
    ]  # fmt: skip


def ground(pen: Pen, fine: int, line: list[float], size: Size) -> None:
    """Everything below a line."""
    step = size[0] / (len(line) - 1)
    points = [(n * step * fine, y * fine) for n, y in enumerate(line)]
    pen.polygon([*points, (size[0] * fine, size[1] * fine), (0, size[1] * fine)], fill=255)


def firs(pen: Pen, fine: int, chance: random.Random, line: list[float], size: Size,
         tall: float) -> None:  # fmt: skip
    """A row of fir trees standing on a line, about ``tall`` pixels high."""
    step = size[0] / (len(line) - 1)
    x = -tall * 0.2
    while x < size[0] + tall * 0.2:
        foot = line[min(len(line) - 1, max(0, round(x / step)))] + tall * 0.05
        high = tall * chance.uniform(0.55, 1.1)
        for level in range(4):
            top = foot - high + level * high * 0.2
            wide = high * (0.07 + 0.055 * level)
            pen.polygon(
                [(x * fine, top * fine), ((x - wide) * fine, (top + high * 0.36) * fine),
                 ((x + wide) * fine, (top + high * 0.36) * fine)], fill=255,
            )  # fmt: skip
        trunk = high * 0.02
        pen.rectangle(
            ((x - trunk) * fine, (foot - high * 0.2) * fine, (x + trunk) * fine, size[1] * fine),
            fill=255,
        )
        x += tall * chance.uniform(0.16, 0.42)


def houses(chance: random.Random, width: int, foot: float, tall: float) -> list[Box4]:
    """Buildings side by side standing on ``foot``: left, top, right, bottom."""
    found = []
    x = -tall * chance.uniform(0, 0.2)
    while x < width:
        wide = tall * chance.uniform(0.12, 0.3)
        high = tall * chance.choice((0.35, 0.5, 0.62, 0.8, 1.0)) * chance.uniform(0.85, 1.1)
        found.append((x, foot - high, x + wide, foot))
        x += wide + tall * chance.choice((0.0, 0.0, 0.02, 0.06))
    return found


Box4 = tuple[float, float, float, float]


def lights(onto: Image.Image, chance: random.Random, houses_: list[Box4], colour: Colour,
           unit: float) -> None:  # fmt: skip
    """Lit windows, here and there."""
    pen = ImageDraw.Draw(onto)
    wide, high = max(1.0, unit * 0.005), max(1.5, unit * 0.008)
    for left, top, right, bottom in houses_:
        y = top + high * 1.5
        while y < bottom - high:
            x = left + wide * 1.5
            while x < right - 1.5 * wide:
                if chance.random() < 0.22:
                    warm = between(colour, (255, 196, 120), chance.random())
                    pen.rectangle((x, y, x + wide, y + high), fill=warm)
                x += wide * 2.6
            y += high * 2.3


def glitter(onto: Image.Image, chance: random.Random, across: float, horizon: float,
            palette: Palette, unit: float) -> None:  # fmt: skip
    """The light's path on water: short level strokes, wider and rarer towards the viewer."""
    layer = Image.new("L", onto.size)
    pen = ImageDraw.Draw(layer)
    deep = onto.height - horizon
    for _ in range(420):
        far = chance.random() ** 1.8
        y = horizon + 2 + far * deep
        reach = unit * (0.05 + 0.35 * far)
        x = across + chance.gauss(0, 0.5) * reach
        long = unit * (0.006 + 0.05 * far) * chance.uniform(0.4, 1.2)
        thick = max(1.0, unit * (0.0012 + 0.004 * far))
        pen.ellipse((x - long, y, x + long, y + thick), fill=chance.randint(60, 200))
    onto.paste(Image.new("RGB", onto.size, palette.light), mask=layer)


def lit_edge(shape: Image.Image, right: bool, reach: int) -> Image.Image:
    """Where light from one side strikes a shape's rim.

    It goes on outside of the shape, so that the shape's own soft edge is lit too.
    """
    reach = max(2, reach)
    away = ImageChops.offset(shape, -reach if right else reach, reach // 2)
    return ImageChops.invert(blurred(away, reach / 2))
