"""A given picture file as plain RGB or RGBA, whatever it was; fitted to a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageFilter, ImageOps

from pipeline.errors import MediaError
from pipeline.makers.animatic.geometry import Box, covering, inside

if TYPE_CHECKING:
    from pathlib import Path

_GROUND = (14, 14, 14)  # behind what is transparent
_MOST_CUT = 0.36  # of a picture is cut off to fill a frame; with more, it is shown whole
_WIDE_DEPTHS = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def open_picture(path: Path, *, most: int) -> Image.Image:
    """Open a picture, upright, as ``RGB`` or (where it is transparent) ``RGBA``.

    Args:
        path: the file.
        most: pixels of the longer side that can be of use; a larger picture is reduced.

    Raises:
        MediaError: it is no picture that can be read.
    """
    try:
        with Image.open(path) as file:
            file.draft("RGB", (most, most))  # lets a JPEG be decoded small
            upright = ImageOps.exif_transpose(file)
            plain = _plain(upright)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError(path, f"it is no readable picture ({error})") from error
    if max(plain.size) > most:
        plain.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return plain


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode in _WIDE_DEPTHS:
        return _eight_bits(picture).convert("RGB")
    if picture.mode == "LAB":
        from PIL import ImageCms

        profiles = (ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"))
        converted = ImageCms.profileToProfile(picture, *profiles, outputMode="RGB")
        return converted or picture.convert("RGB")
    if picture.has_transparency_data:
        return _bled(picture.convert("RGBA"))
    return picture.convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """One channel of more than 8 bits, brought to 8: integers of 16 bits, floats up to 1 or 255."""
    values = picture.convert("F")
    top = max(float(edge) for edge in values.getextrema())  # type: ignore[arg-type]
    whole = 255.0 if picture.mode == "F" else 65535.0
    if picture.mode == "F" and top <= 1.0:
        whole = 1.0
    if picture.mode == "I" and top <= 255.0:
        whole = 255.0
    return values.point(lambda value: value * (255.0 / whole) + 0.5).convert("L")


def _bled(picture: Image.Image) -> Image.Image:
    """Let colours run out under the transparent parts, so that soft edges bear no fringe."""
    alpha = picture.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return picture.convert("RGB")
    solid = Image.new("RGB", picture.size, (96, 96, 96))
    solid.paste(picture.convert("RGB"), mask=alpha)
    spread = solid.filter(ImageFilter.GaussianBlur(max(2, max(picture.size) // 200)))
    spread.paste(picture.convert("RGB"), mask=alpha.point(lambda value: 255 * (value > 0)))
    spread.putalpha(alpha)
    return spread


def solid(picture: Image.Image) -> Image.Image:
    """The picture as ``RGB``, transparent parts near black."""
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, _GROUND)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    """An RGB picture brought to a frame: itself if it has its size, else filling it.

    Where filling would cut off more than a third, the whole picture is shown on a soft copy of
    itself.
    """
    if picture.size == (width, height):
        return picture
    frame = Box(0, 0, width, height)
    if cover := placed_to_fit(picture.size, frame):
        return part(picture, cover, frame, (width, height))
    cover = covering(frame, picture.width / picture.height)
    filled = part(picture, cover, frame, (width, height))
    return _on_itself(picture, filled, inside(frame, picture.width / picture.height))


def placed_to_fit(size: tuple[int, int], frame: Box) -> Box | None:
    """Where a picture lies that fills a frame; ``None`` if too much of it would be cut off."""
    cover = covering(frame, size[0] / size[1])
    cut = 1 - (frame.width * frame.height) / (cover.width * cover.height)
    return cover if cut <= _MOST_CUT else None


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    """A soft copy; a wide blur is done on a small picture, which nobody can tell."""
    small = max(1, int(radius / 3))
    if small == 1:
        return picture.filter(ImageFilter.GaussianBlur(radius))
    soft = picture.reduce(small).filter(ImageFilter.GaussianBlur(radius / small))
    return soft.resize(picture.size, Image.Resampling.BICUBIC)


def part(picture: Image.Image, placed: Box, wanted: Box, size: tuple[int, int]) -> Image.Image:
    """The part of a picture laid out at ``placed`` that lies in ``wanted``, as ``size`` pixels."""
    across, down = picture.width / placed.width, picture.height / placed.height
    box = Box(
        (wanted.left - placed.left) * across,
        (wanted.top - placed.top) * down,
        (wanted.right - placed.left) * across,
        (wanted.bottom - placed.top) * down,
    ).within(Box(0, 0, *picture.size))  # rounding may step a hair outside
    return picture.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _on_itself(picture: Image.Image, filled: Image.Image, place: Box) -> Image.Image:
    soft = blurred(filled, max(filled.size) / 30)
    ground = soft.point(lambda value: value * 0.5)
    size = (max(1, round(place.width)), max(1, round(place.height)))
    ground.paste(
        picture.resize(size, Image.Resampling.LANCZOS), (round(place.left), round(place.top))
    )
    return ground
