"""A picture as a route takes it: sent as it is where it may be, converted beside it where not.

The original is never touched and stays what a take's key is made of. Nothing is lost that need not
be: PNG first, then JPEG of high quality, then fewer pixels.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.files import digest_of_bytes, write_whole
from pipeline.media.pictures import lies_turned, opened_picture
from pipeline.models.abilities import Model, Upload

if TYPE_CHECKING:
    from PIL.Image import Image

_QUALITIES = (95, 92, 88)
_SHRUNK = 0.85  # of each side, again and again, once quality alone does not do
_LEAST_SIDE = 16


@dataclass(frozen=True, slots=True)
class Fit:
    """What a route takes for a model: Pillow's names of formats, bytes, pixels of a side."""

    formats: tuple[str, ...]
    most_bytes: int
    most_side: int | None = None


def fit_of(upload: Upload | None, model: Model) -> Fit:
    """What both an upload, if it goes through one, and the model take."""
    needs = model.picture
    if upload is None:
        return Fit(needs.formats, needs.most_bytes, needs.most_side)
    formats = tuple(name for name in upload.formats if name in needs.formats)
    return Fit(formats, min(upload.most_bytes, needs.most_bytes), needs.most_side)


def fit_picture(picture: Path, fit: Fit, folder: Path) -> Path:
    """``picture`` itself where it may be sent, else a copy in ``folder`` that may.

    One that is turned by its EXIF orientation is sent upright, for not every vendor looks there. A
    copy is named by what it is of, so the same picture is converted once.

    Raises:
        MediaError: it cannot be read, or not be made to fit.
    """
    data = _bytes_of(picture)
    with opened_picture(picture) as image:
        if _may_go(image, fit, len(data)) and not lies_turned(image, data):
            return picture
    name = digest_of_bytes(data + repr(fit).encode())[:32]
    for suffix in ("png", "jpg"):
        if (there := folder / f"{name}.{suffix}").is_file():
            return there
    with opened_picture(picture) as image:
        fitted, suffix = _fitted(picture, _upright(image), fit)
    target = folder / f"{name}.{suffix}"
    write_whole(target, fitted, mode=0o600)
    return target


def _bytes_of(picture: Path) -> bytes:
    try:
        return picture.read_bytes()
    except OSError as error:
        raise MediaError(picture, "it may not be read") from error


def _may_go(image: Image, fit: Fit, size: int) -> bool:
    small = fit.most_side is None or max(image.size) <= fit.most_side
    return small and image.format in fit.formats and size <= fit.most_bytes


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    upright.info.pop("exif", None)
    return upright


def _fitted(picture: Path, image: Image, fit: Fit) -> tuple[bytes, str]:
    """The picture's bytes in the first spelling that fits, and their suffix."""
    if fit.most_side and max(image.size) > fit.most_side:
        image = _scaled(image, fit.most_side / max(image.size))
    for spelled, suffix in _spellings(image, fit):
        if len(spelled) <= fit.most_bytes:
            return spelled, suffix
    raise MediaError(picture, f"it cannot be sent in {fit.most_bytes:,} bytes")


def _spellings(image: Image, fit: Fit) -> Iterator[tuple[bytes, str]]:
    """Ever smaller ones; each is made only if the one before does not fit."""
    if "PNG" in fit.formats:
        yield _as_png(image), "png"
    if "JPEG" not in fit.formats:
        return
    solid = _solid(image)
    for quality in _QUALITIES:
        yield _as_jpeg(solid, quality), "jpg"
    while min(solid.size) * _SHRUNK >= _LEAST_SIDE:
        solid = _scaled(solid, _SHRUNK)
        yield _as_jpeg(solid, _QUALITIES[-1]), "jpg"


def _scaled(image: Image, by: float) -> Image:
    from PIL.Image import Resampling

    width, height = (max(1, math.floor(side * by)) for side in image.size)
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return plain.resize((width, height), Resampling.LANCZOS)


def _as_png(image: Image) -> bytes:
    plain = image
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    buffer = io.BytesIO()
    plain.save(buffer, "PNG", icc_profile=_profile(image))
    return buffer.getvalue()


def _as_jpeg(solid: Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    profile = _profile(solid)
    solid.save(buffer, "JPEG", quality=quality, subsampling=0, icc_profile=profile)
    return buffer.getvalue()


def _profile(image: Image) -> bytes | None:
    """The colours' own description; one of inks says nothing of a picture that is now in RGB."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile[16:20] in (b"RGB ", b"GRAY") else None


def _solid(image: Image) -> Image:
    """Eight bits and no transparency; what shows through is white, as paper is."""
    from PIL import Image as Images

    if image.mode.startswith("I"):  # sixteen bits of grey
        return image.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Images.new("RGBA", layer.size, "white")
    solid = Images.alpha_composite(paper, layer).convert("RGB")
    solid.info.update({k: v for k, v in image.info.items() if k == "icc_profile"})
    return solid
