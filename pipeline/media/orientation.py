"""How a player turns the picture before it shows it, from a clip's display matrix."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.buffer import Buffer
    from av.video.frame import VideoFrame
    from PIL.Image import Image

_NEAR = 1.0  # degrees


@dataclass(frozen=True, slots=True)
class Orientation:
    """Turn by ``degrees`` clockwise (0, 90, 180, 270), then mirror left to right if ``flipped``."""

    degrees: int = 0
    flipped: bool = False


def orientation_of(frame: VideoFrame) -> Orientation:
    """The orientation a decoded frame carries; upright where it carries none."""
    side_data = cast("Mapping[str, Buffer]", frame.side_data)  # PyAV's stub knows one kind only
    matrix = side_data.get("DISPLAYMATRIX")
    return from_matrix(struct.unpack("=9i", bytes(matrix))) if matrix else Orientation()


def from_matrix(matrix: tuple[int, ...]) -> Orientation:
    """Read a display matrix (nine fixed-point numbers, row by row; libavutil/display.h).

    A point (x, y) is shown at (a x + c y, b x + d y), y pointing down. An angle that is no
    quarter turn is shown unturned, as most players do.
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    flipped = a * d - b * c < 0
    angle = math.degrees(math.atan2(b, -a if flipped else a)) % 360
    quarter = round(angle / 90)
    if abs(angle - 90 * quarter) > _NEAR:
        return Orientation()
    return Orientation(quarter % 4 * 90, flipped)


def turned(image: Image, orientation: Orientation) -> Image:
    """The picture as a player shows it; no pixel is changed, only moved."""
    from PIL.Image import Transpose

    turns = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
    if orientation.degrees in turns:
        image = image.transpose(turns[orientation.degrees])
    return image.transpose(Transpose.FLIP_LEFT_RIGHT) if orientation.flipped else image
