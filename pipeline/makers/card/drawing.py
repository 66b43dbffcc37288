"""The card as a picture: a colour or a picture, and the words within the title-safe area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from pipeline.makers.animatic.pictures import fitted, open_picture, solid
from pipeline.makers.card.typesetting import Faces, Setting, typeset
from pipeline.makers.lettering import shapes
from pipeline.media.typefaces import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.makers.interface import Order

SAFE = 0.8
"""The title-safe area of the frame, each way (SMPTE RP 218; action is safe in 90 %)."""

_INSET = 0.006  # of the short side: what letters reach out of their own width
_SMALL = 0.028  # of the short side: type below this is hard to read on a phone
_SHADE = 0.72  # of the shadow that sets words off from a picture


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the frame, in pixels."""

    left: int
    top: int
    width: int
    height: int


def safe_area(width: int, height: int) -> Area:
    """Where words may stand."""
    across, down = int(width * SAFE), int(height * SAFE)
    return Area((width - across + 1) // 2, (height - down + 1) // 2, across, down)


def drawn(order: Order) -> tuple[Image.Image, tuple[str, ...]]:
    """The card, and notes for people.

    Raises:
        MediaError: the picture to draw on cannot be read.
    """
    short = min(order.width, order.height)
    area = safe_area(order.width, order.height)
    inset = max(1, round(short * _INSET))
    setting = typeset(
        order.options["text"], _faces(order.font), short,
        area.width - 2 * inset, area.height - 2 * inset,
    )  # fmt: skip
    mask = _words(setting, area, inset, order.options["align"])
    card = _ground(order)
    if order.references:
        _shade(card, mask, area, order.options["colour"])
    ink = Image.new("RGB", mask.size, order.options["colour"])
    card.paste(ink, (area.left, area.top), mask)
    return card, tuple(_notes(setting, short, order.options["text"]))


def _faces(own: Path | None) -> Faces:
    before = (own,) if own else ()
    return Faces((*before, shipped(bold=False)), (*before, shipped(bold=True)))


def _ground(order: Order) -> Image.Image:
    size = (order.width, order.height)
    if not order.references:
        return Image.new("RGB", size, order.options["background"])
    picture = solid(open_picture(order.references[0], most=4 * max(size)))
    return fitted(picture, *size)


def _words(setting: Setting, area: Area, inset: int, align: str) -> Image.Image:
    """The words as a mask of the area: whatever a font draws, nothing lies outside of it."""
    mask = Image.new("L", (area.width, area.height), 0)
    pen = ImageDraw.Draw(mask)
    down = _share(align, "top", "bottom")
    top = inset + round((area.height - 2 * inset - setting.height) * down)
    for line in setting.lines:
        left = inset + (area.width - 2 * inset - line.width) * _share(align, "left", "right")
        line.type.write(pen, left, top + line.baseline, line.text, 255)
    return mask


def _share(align: str, none: str, all_: str) -> float:
    words = align.split()
    return 0.0 if none in words else 1.0 if all_ in words else 0.5


def _shade(card: Image.Image, mask: Image.Image, area: Area, colour: str) -> None:
    """Set the words off from a picture: a soft shadow, light under dark words."""
    radius = max(1, min(card.size) // 60)
    whole = Image.new("L", card.size, 0)
    whole.paste(mask, (area.left, area.top))
    soft = whole.filter(ImageFilter.GaussianBlur(radius)).point(lambda value: value * 2.2 * _SHADE)
    kept = Image.new("L", card.size, 0)
    edges = (area.left, area.top, area.left + area.width, area.top + area.height)
    kept.paste(soft.crop(edges), edges[:2])
    card.paste(Image.new("RGB", card.size, "black" if _is_light(colour) else "white"), mask=kept)


def _is_light(colour: str) -> bool:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110


def _notes(setting: Setting, short: int, text: str) -> list[str]:
    notes = []
    if setting.size < short * _SMALL:
        notes.append(
            f"so many words fit only in small type ({setting.size} of {short} pixels): "
            "say less, or make two cards"
        )
    if not text.isascii() and not shapes():
        notes.append("this Pillow does not join letters: Arabic and Indic words are drawn apart")
    return notes
