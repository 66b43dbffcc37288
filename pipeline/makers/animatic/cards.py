"""References laid out: the first fills the back, the others stand before it as cards."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from pipeline.makers.animatic.camera import in_sight
from pipeline.makers.animatic.geometry import Box, covering, inside
from pipeline.makers.animatic.pictures import blurred, part, solid
from pipeline.makers.animatic.plate import Plate, backdrop, cut_out
from pipeline.makers.animatic.stage import Stage, density, framed, staged
from pipeline.makers.lettering import Lettering, canvas, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.makers.animatic.camera import Pose

_BACK, _NEAR = 0.55, 1.25  # depths
_SLIM, _BROAD = 0.72, 1.6  # shapes of card; a picture beyond is cropped
_LEAST_LABELLED = 160  # pixels of the window's short side
_LABELS_LAST = 0.72  # share of the clip
_PAPER = (246, 244, 240)
_LARGER = {
    "extreme_wide": 0.78, "wide": 0.88, "full": 0.94, "medium_close_up": 1.06, "close_up": 1.16,
    "extreme_close_up": 1.22, "insert": 1.22,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A reference: its picture (RGB, or RGBA for a cut-out) and its name, if any."""

    picture: Image.Image
    name: str = ""


def gathered(
    cards: Sequence[Card], window: Box, poses: Sequence[Pose], *, size: str, seed: int
) -> Stage:
    """A scene of several references."""
    chance = random.Random(f"cards {seed}")  # noqa: S311 - a layout, not a secret
    behind, *before = cards
    if behind.picture.mode == "RGBA":
        before = list(cards)
    back = _back(behind.picture, window, poses, size, veiled=behind.picture.mode == "RGBA")
    places = spots(len(before), window, size, flip=chance.random() < 0.5)
    fine = density(poses)
    plates = [back]
    for card, spot in zip(before, places, strict=True):
        plates += _stand(card, spot, window, fine, chance)
    return staged(window, plates, poses)


def _back(
    picture: Image.Image, window: Box, poses: Sequence[Pose], size: str, *, veiled: bool
) -> Plate:
    seen = in_sight(poses, _BACK, window, alone=False)
    picture = solid(picture)
    placed = framed(seen, picture.width / picture.height, size)
    soft = max(picture.size) / (18 if veiled else 260)
    dimmed = blurred(picture, soft).point(lambda value: value * 0.86)
    return backdrop(dimmed, placed, seen, depth=_BACK, density=1.0, crisp=False)


def spots(count: int, window: Box, size: str, *, flip: bool) -> list[Box]:
    """Where cards stand, in the window's pixels: one to a side, several in rows. Pure."""
    upright = window.height > window.width
    columns = _columns(count, upright=upright)
    rows = math.ceil(count / columns)
    room = _room(window, count, upright=upright, flip=flip)
    wide, tall = room.width / columns, room.height / rows
    share = min(0.97, 0.9 * _LARGER.get(size, 1.0))
    found = []
    for number in range(count):
        row, column = divmod(number, columns)
        short = columns * (row + 1) - count if row == rows - 1 else 0  # the last row is centred
        left = room.left + (column + max(0, short) / 2) * wide
        cell = Box(left, room.top + row * tall, left + wide, room.top + (row + 1) * tall)
        gap = (1 - share) / 2
        found.append(
            Box(
                cell.left + wide * gap,
                cell.top + tall * gap,
                cell.right - wide * gap,
                cell.bottom - tall * gap,
            )
        )
    return found


def _columns(count: int, *, upright: bool) -> int:
    if upright:
        return 1 if count <= 2 else 2
    return count if count <= 4 else math.ceil(count / 2)


def _room(window: Box, count: int, *, upright: bool, flip: bool) -> Box:
    """The part of the window that cards share."""
    across, down = window.width, window.height
    if upright:
        top = 0.5 if count == 1 else 0.34
        return Box(across * 0.08, down * top, across * 0.92, down * 0.96)
    if count == 1:
        left = 0.03 if flip else 0.52
        return Box(across * left, down * 0.08, across * (left + 0.45), down * 0.97)
    return Box(across * 0.08, down * 0.1, across * 0.92, down * 0.94)


def _stand(card: Card, spot: Box, window: Box, fine: float, chance: random.Random) -> list[Plate]:
    if card.picture.mode == "RGBA":
        return [_figure(card.picture, spot, window, fine)]
    shape = min(_BROAD, max(_SLIM, card.picture.width / card.picture.height))
    place = inside(spot, shape)
    drawn = _card(card, place, fine)
    tilt = chance.uniform(-1.6, 1.6)
    turned = drawn.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    grown = Box(0, 0, turned.width / fine, turned.height / fine).moved(
        (place.left + place.right - turned.width / fine) / 2,
        (place.top + place.bottom - turned.height / fine) / 2,
    )
    plates = [cut_out(turned, grown, depth=_NEAR, crisp=fine <= 1)]
    name = plain(card.name)
    if name and min(window.width, window.height) >= _LEAST_LABELLED:
        plates.append(_label(name, place, window, fine))
    return plates


def _label(name: str, place: Box, window: Box, fine: float) -> Plate:
    """The card's name on its foot; it goes before the clip ends, lest the next one inherit it."""
    size = max(9, round(min(window.width, window.height) * 0.032 * fine))
    lettering = Lettering(size, bold=True)
    text = lettering.shortened(name, place.width * fine * 0.8)
    width, height = round(lettering.width(text) + 1.3 * size), round(1.75 * size)
    tile, draw = canvas(width, height, (16, 16, 18))
    lettering.write(draw, 0.65 * size, round(height / 2 + 0.35 * size), text, (240, 240, 240))
    tile.putalpha(_rounded(width, height, height // 2).point(lambda value: value * 0.86))
    middle = (place.left + place.right) / 2
    box = Box(0, 0, width / fine, height / fine)
    box = box.moved(middle - box.width / 2, place.bottom - box.height * 0.62)
    return cut_out(tile, box, depth=_NEAR, lasts=_LABELS_LAST)


def _figure(picture: Image.Image, spot: Box, window: Box, fine: float) -> Plate:
    """A cut-out stands on the window's lower edge."""
    place = inside(spot, picture.width / picture.height)
    place = place.moved(0, window.bottom - place.bottom)
    size = (max(2, round(place.width * fine)), max(2, round(place.height * fine)))
    return cut_out(picture.resize(size, Image.Resampling.LANCZOS), place, depth=_NEAR)


def _card(card: Card, place: Box, fine: float) -> Image.Image:
    """A print with a thin paper border, round corners and a soft shadow, as RGBA."""
    width, height = round(place.width * fine), round(place.height * fine)
    short = min(width, height)
    border, radius, shade = max(2, short // 55), max(2, short // 40), max(3, short // 22)
    picture = part(
        card.picture,
        covering(place, card.picture.width / card.picture.height, (0.5, 0.36)),
        place,
        (width - 2 * border, height - 2 * border),
    )
    paper = Image.new("RGB", (width, height), _PAPER)
    paper.paste(picture, (border, border))
    whole = (width + 2 * shade, height + 2 * shade)
    shadow = Image.new("L", whole)
    shadow.paste(150, (shade, shade + shade // 3, shade + width, shade + height + shade // 3))
    shadow = blurred(shadow, shade / 2.2)
    mask = _rounded(width, height, radius)
    solid_part = Image.new("L", whole)
    solid_part.paste(mask, (shade, shade))
    card_picture = Image.new("RGB", whole, (6, 6, 8))
    card_picture.paste(paper, (shade, shade), mask)
    card_picture.putalpha(ImageChops.lighter(shadow, solid_part))
    return card_picture


def _rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask of a box with round corners and smooth edges."""
    large = Image.new("L", (width * 4, height * 4))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), radius * 4, 255)
    return large.reduce(4)
