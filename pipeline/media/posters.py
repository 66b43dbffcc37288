"""Small pictures to be looked at: a frame of a clip, or an author's picture, as a JPEG."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.media.facts import ClipFacts

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE = 320
"""Pixels along the longer side of a poster."""

_QUALITY = 80
_GROUND = (128, 128, 128)  # behind what an author's picture leaves clear


def poster_of_frame(path: Path, index: int, facts: ClipFacts, long_side: int = LONG_SIDE) -> bytes:
    """Frame ``index`` of a clip, from 0 in order of showing, at most ``long_side`` long.

    Raises:
        MediaError: the clip cannot be read or has no such frame.
    """
    from pipeline.media.frames import picture_at

    return _as_jpeg(picture_at(path, index, facts), long_side)


def poster_of_picture(path: Path, long_side: int = 160) -> bytes:
    """An author's picture upright, at most ``long_side`` pixels long.

    Raises:
        MediaError: it cannot be read as a picture.
    """
    from PIL import ImageOps

    from pipeline.media.pictures import opened_picture

    with opened_picture(path) as image:
        image.draft("RGB", (long_side * 2, long_side * 2))  # a JPEG is then decoded small
        upright = ImageOps.exif_transpose(image)
        return _as_jpeg(_opaque(upright), long_side)


def _opaque(image: Image) -> Image:
    from PIL import Image as Pictures

    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    ground = Pictures.new("RGB", clear.size, _GROUND)
    ground.paste(clear, mask=clear)
    return ground


def _as_jpeg(image: Image, long_side: int) -> bytes:
    small = image.copy()
    small.thumbnail((long_side, long_side), reducing_gap=2.0)
    data = io.BytesIO()
    small.save(data, "JPEG", quality=_QUALITY, optimize=True)
    return data.getvalue()
