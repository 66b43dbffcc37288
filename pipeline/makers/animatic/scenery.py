"""A drawn scene for a shot that is only words: seeded, layered, with someone in it."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from pipeline.makers.animatic import brushes, figure, tint
from pipeline.makers.animatic.camera import in_sight
from pipeline.makers.animatic.palette import Palette, between, palette_of, setting_of
from pipeline.makers.animatic.pictures import blurred
from pipeline.makers.animatic.planes import colour_of
from pipeline.makers.animatic.plate import Plate, painted, silhouette
from pipeline.makers.animatic.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.makers.animatic.brushes import Pen, Size
    from pipeline.makers.animatic.camera import Pose
    from pipeline.makers.animatic.geometry import Box
    from pipeline.makers.animatic.tint import Gains
    from pipeline.makers.interface import Order

_FAR, _MIDDLE, _NEAR = 0.25, 0.65, 1.35  # depths
_MARGIN = 8  # pixels drawn past what is seen


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a layer is drawn: its box in the scene at rest, and the window's size there."""

    box: Box
    window: Box

    @property
    def size(self) -> Size:
        return (int(self.box.width), int(self.box.height))

    @property
    def unit(self) -> float:
        return min(self.window.height, self.window.width * 1.2)

    def down(self, share: float) -> float:
        """Pixels from the layer's top to a share of the window's height."""
        return self.window.height * share - self.box.top

    def across(self, share: float) -> float:
        """Pixels from the layer's left to a share of the window's width."""
        return self.window.width * share - self.box.left


def imagined(order: Order, window: Box, poses: Sequence[Pose], gains: Gains) -> Stage:
    """Draw a scene for the order's words; closer sizes blur the distance."""
    words = order.options.get("words", order.prompt)
    scene = order.options.get("scene", "") or str(order.seed)
    look, size = order.options.get("look", ""), order.options.get("size", "")
    setting = setting_of(words, scene)
    palette = _toned(palette_of(words, look, scene, setting), gains)
    chance = random.Random(f"scene {order.seed}")  # noqa: S311 - a drawing, not a secret
    right = chance.random() < 0.5

    def spot(depth: float) -> _Spot:
        seen = in_sight(poses, depth, window, alone=False)
        return _Spot(seen.grown(_MARGIN).evened(), window)

    back = _distance(setting, spot(_FAR), palette, chance, right=right)
    soft = figure.blur_behind(size) * window.height
    if soft:
        back = blurred(back, soft)
    plates = [
        painted(back, spot(_FAR).box, depth=_FAR),
        _ridge_plate(setting, spot(_MIDDLE), palette, chance, soft),
        *_subject(size, chance, window, palette, right=right),
    ]
    if size not in ("close_up", "extreme_close_up", "medium_close_up", "insert"):
        plates.append(_nearest(setting, spot(_NEAR), palette, chance))
    if size == "over_shoulder":
        plates.append(figure.shoulder(window, palette, right=not right))
    return staged(window, plates, poses)


def _subject(
    size: str, chance: random.Random, window: Box, palette: Palette, *, right: bool
) -> list[Plate]:
    if size == "insert":
        return [figure.ball(chance, window, palette, right=right)]
    return [figure.person(chance, window, palette, size=size, right=right)]


def _toned(palette: Palette, gains: Gains) -> Palette:
    """The palette in the look's tint."""
    strip = Image.new("RGB", (6, 1))
    parts = (palette.high, palette.low, palette.light, palette.far, palette.middle, palette.near)
    for place, part in enumerate(parts):
        strip.putpixel((place, 0), part)
    toned = tint.tinted(strip, gains)
    return Palette(*(toned.getpixel((place, 0)) for place in range(6)))  # type: ignore[arg-type]


def _distance(
    setting: str, spot: _Spot, palette: Palette, chance: random.Random, *, right: bool
) -> Image.Image:
    """Sky, light and what is far, as one picture."""
    if setting == "room":
        return _wall(spot, palette, chance, right=right)
    horizon = spot.down(0.58)
    picture = brushes.gradient(spot.size, palette.high, palette.low, horizon)
    unit = spot.unit
    dark = sum(palette.high) < 150 or setting == "space"
    if dark:
        brushes.stars(picture, chance, 240 if setting == "space" else 110, horizon, unit)
    sun = (spot.across(0.72 if right else 0.28), spot.down(chance.uniform(0.2, 0.42)))
    brushes.glow(picture, sun, unit * 0.7, palette.light, 0.75)
    if setting == "space":
        return _planet(picture, spot, palette, sun)
    brushes.disc(picture, sun, unit * (0.045 if dark else 0.06), palette.light)
    brushes.clouds(picture, chance, between(palette.low, palette.light, 0.5), horizon, unit)
    _far_ground(setting, picture, spot, palette, chance, sun[0])
    return picture


def _far_ground(
    setting: str, picture: Image.Image, spot: _Spot, palette: Palette, chance: random.Random,
    sun: float,
) -> None:  # fmt: skip
    unit, size = spot.unit, spot.size
    if setting == "sea":
        horizon = spot.down(0.56)
        low = between(palette.far, palette.middle, 0.6)
        water = brushes.gradient(size, between(palette.low, palette.far, 0.45), low, size[1])
        picture.paste(water.crop((0, 0, size[0], size[1] - round(horizon))), (0, round(horizon)))
        brushes.glitter(picture, chance, sun, horizon, palette, unit)
        return
    for level, (top, rough) in enumerate(((0.5, 0.055), (0.6, 0.05))):
        colour = between(between(palette.low, palette.far, 0.55), palette.far, level)
        if setting == "city":
            blocks = brushes.houses(chance, size[0], size[1], unit * (1.0 - 0.14 * level))
            shape = brushes.mask(size, functools.partial(_blocks, blocks=blocks))
            picture.paste(Image.new("RGB", size, colour), mask=shape)
            brushes.lights(picture, chance, blocks, palette.light, unit)
        else:
            line = brushes.ridge(chance, size[0], spot.down(top), rough, unit)
            shape = brushes.mask(size, functools.partial(brushes.ground, line=line, size=size))
            picture.paste(Image.new("RGB", size, colour), mask=shape)


def _planet(
    picture: Image.Image, spot: _Spot, palette: Palette, sun: tuple[float, float]
) -> Image.Image:
    """A great curved horizon under the stars."""
    unit = spot.unit
    centre = (spot.across(0.5), spot.down(0.62) + unit * 1.7)
    brushes.glow(picture, centre, unit * 2.3, between(palette.light, (120, 180, 255), 0.5), 0.9)
    brushes.disc(picture, centre, unit * 1.7, between(palette.far, palette.middle, 0.5))
    brushes.disc(picture, sun, unit * 0.03, palette.light)
    return picture


def _wall(spot: _Spot, palette: Palette, chance: random.Random, *, right: bool) -> Image.Image:
    """An inside: a wall with a window and the light it lets in."""
    tone = between(palette.middle, (92, 74, 62), 0.5)
    picture = brushes.gradient(
        spot.size, between(tone, palette.near, 0.35), between(tone, palette.low, 0.22), spot.size[1]
    )
    unit = spot.unit
    left = spot.across(0.62 if right else 0.12)
    top, wide, high = spot.down(0.1), unit * 0.46, unit * chance.uniform(0.5, 0.6)
    brushes.glow(picture, (left + wide / 2, top + high / 2), unit, palette.light, 0.55)
    view = brushes.gradient((round(wide), round(high)), palette.high, palette.low, high * 0.9)
    picture.paste(view, (round(left), round(top)))
    pen = ImageDraw.Draw(picture)
    bar = max(2, round(unit * 0.014))
    frame = between(tone, palette.near, 0.6)
    for n in range(3):
        x = left + wide * n / 2
        pen.rectangle((x - bar / 2, top, x + bar / 2, top + high), fill=frame)
        y = top + high * n / 2
        pen.rectangle((left - bar / 2, y - bar / 2, left + wide + bar / 2, y + bar / 2), fill=frame)
    floor = spot.down(0.82)
    pen.rectangle((0, floor, spot.size[0], spot.size[1]), fill=between(tone, palette.near, 0.55))
    return picture


def _ridge_plate(
    setting: str, spot: _Spot, palette: Palette, chance: random.Random, soft: float
) -> Plate:
    """The middle distance: one colour, whatever stands there."""
    size, unit = spot.size, spot.unit
    line = brushes.ridge(chance, size[0], spot.down(0.74), 0.03, unit)

    def draw(pen: Pen, fine: int) -> None:
        if setting == "city":
            _blocks(pen, fine, brushes.houses(chance, size[0], size[1], unit * 0.62))
        elif setting == "room":
            top = spot.down(0.84) * fine
            pen.rectangle((0, top, size[0] * fine, size[1] * fine), fill=255)
        elif setting == "sea":
            far = brushes.ridge(chance, size[0], spot.down(0.9), 0.012, unit)
            brushes.ground(pen, fine, far, size)
        else:
            brushes.ground(pen, fine, line, size)
            if setting == "forest":
                brushes.firs(pen, fine, chance, line, size, unit * 0.4)

    shape = brushes.mask(size, draw)
    if soft:
        shape = blurred(shape, soft * 0.7)
    return silhouette(shape, colour_of(*palette.middle), spot.box, depth=_MIDDLE)


def _nearest(setting: str, spot: _Spot, palette: Palette, chance: random.Random) -> Plate:
    """What stands closest, dark along the lower edge."""
    size, unit = spot.size, spot.unit
    line = brushes.ridge(chance, size[0], spot.down(0.94), 0.018, unit)

    def draw(pen: Pen, fine: int) -> None:
        brushes.ground(pen, fine, line, size)
        if setting in ("forest", "hills"):
            _grass(pen, fine, chance, line, size, unit)

    shape = blurred(brushes.mask(size, draw), unit * 0.002)
    return silhouette(shape, colour_of(*palette.near), spot.box, depth=_NEAR)


def _grass(
    pen: Pen, fine: int, chance: random.Random, line: list[float], size: Size, unit: float
) -> None:
    step = size[0] / (len(line) - 1)
    for _ in range(round(size[0] / unit * 160)):
        x = chance.uniform(0, size[0])
        foot = line[min(len(line) - 1, round(x / step))]
        high, lean = unit * chance.uniform(0.01, 0.05), unit * chance.uniform(-0.012, 0.012)
        thick = max(1.0, unit * 0.0022)
        pen.polygon(
            [((x - thick) * fine, (foot + 4) * fine), ((x + lean) * fine, (foot - high) * fine),
             ((x + thick) * fine, (foot + 4) * fine)], fill=255,
        )  # fmt: skip


def _blocks(pen: Pen, fine: int, blocks: list[brushes.Box4]) -> None:
    for left, top, right, bottom in blocks:
        pen.rectangle((left * fine, top * fine, right * fine, bottom * fine), fill=255)
