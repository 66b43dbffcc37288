"""Draws what is read in a film into a clear picture of its frame: white, with a dark edge."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pipeline.makers.lettering import Lettering, missing_letters, plain, wrapped

if TYPE_CHECKING:
    from PIL.Image import Image

_SIZE = 0.052  # of type, of the frame's short side
_LEADING = 1.25
_SIDE, _FOOT = 0.06, 0.07  # of the frame left free beside and below: inside of titles' safe area
_EDGE = 0.09  # of the type's size


def draw_caption(text: str, width: int, height: int) -> bytes:
    """A PNG of the frame's size, clear but for the text's lines above its foot.

    Lines too wide for the frame are broken again; what is too long for it is set smaller, down to
    a third, and past that only its end is seen.
    """
    from PIL import Image

    usual = max(8, round(min(width, height) * _SIZE))
    sizes = range(usual, max(4, usual // 3) - 1, -1)
    room = height * (1 - 2 * _FOOT)
    size = next((size for size in sizes if _high(text, size, width) <= room), sizes[-1])
    letters = _letters(text, size, width, height)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=_edged(letters, size))
    picture.paste((255, 255, 255, 255), mask=letters)
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=6)
    return data.getvalue()


def letters_without_font(text: str) -> str:
    """The characters of a text that nothing here can draw."""
    return missing_letters(text)


def _rows(text: str, size: int, width: int) -> list[str]:
    """The text's lines as they fit across the frame."""
    kind, room = Lettering(size), width * (1 - 2 * _SIDE)
    return [
        row
        for line in text.split("\n")
        for row in wrapped(plain(line), lambda row: kind.width(row) <= room)
    ]


def _high(text: str, size: int, width: int) -> float:
    """How many pixels of the frame the text takes, from its first line's top to its foot."""
    return len(_rows(text, size, width)) * size * _LEADING


def _letters(text: str, size: int, width: int, height: int) -> Image:
    """Where there is ink: white on black."""
    from PIL import Image, ImageDraw

    kind, rows = Lettering(size), _rows(text, size, width)
    inked = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(inked)
    baseline = height * (1 - _FOOT) - (len(rows) - 1) * size * _LEADING
    for number, row in enumerate(rows):
        left = (width - kind.width(row)) / 2
        kind.write(pen, left, round(baseline + number * size * _LEADING), row, 255)
    return inked


def _edged(letters: Image, size: int) -> Image:
    """The letters and what lies close around them."""
    from PIL import ImageFilter

    reach = max(1, round(size * _EDGE))
    return letters.filter(ImageFilter.MaxFilter(2 * reach + 1))
