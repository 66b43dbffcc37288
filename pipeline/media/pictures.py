"""Looks at an author's picture without trusting it, and finds it without leaving the project."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import files
from pipeline.errors import MediaError
from pipeline.ids import Digest
from pipeline.media.container import refuse_unless_file

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 100_000_000
"""A picture with more is not opened: decoding it would take a third of a gigabyte."""

MOST_BYTES = 256 * 1024 * 1024

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # none of them runs another program
_ORIENTATION = 0x0112  # EXIF tag; 5 to 8 lie on their side
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(//|.*,)|data:", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_warnings_lock = threading.Lock()  # catch_warnings changes the whole process for a moment


class PicturePathError(ValueError):
    """A picture's path that is refused before anything is opened."""


class AddressError(PicturePathError):
    """It is an address on the network, not a file."""


class AbsolutePathError(PicturePathError):
    """It begins at the root of a disk, so it means nothing on another machine."""


class OutsideProjectError(PicturePathError):
    """It leads out of the project, by ``..`` or through a link."""


class UnusablePathError(PicturePathError):
    """No file can have such a name, or its links go round in a circle."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """A picture file: its size in pixels as shown (EXIF orientation applied), and its bytes.

    ``format`` and ``mode`` are Pillow's words (``JPEG``, ``RGB``); ``digest`` is of the bytes.
    """

    width: int
    height: int
    format: str
    mode: str
    bytes: int
    digest: Digest


def resolve_inside(root: Path, base: Path, written: str) -> Path:
    """The file that ``written`` means beside ``base``, sure to lie in ``root``.

    Whether it is there, and a picture, is for ``look_at_picture`` to say.

    Raises:
        AddressError, AbsolutePathError, OutsideProjectError, UnusablePathError: it is refused.
    """
    if _ADDRESS.match(written):
        raise AddressError(f"{written} is an address, not a file")
    if Path(written).is_absolute() or _DRIVE.match(written):
        raise AbsolutePathError(f"{written} is an absolute path")
    meant = base / written
    try:
        real, real_root = meant.resolve(), root.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # too long, a circle of links, a NUL
        raise UnusablePathError(f"{written!r} cannot be a file's name") from error
    if not real.is_relative_to(real_root):
        raise OutsideProjectError(f"{written} leads out of {root}")
    return meant


def look_at_picture(path: Path) -> PictureFacts:
    """Measure a picture and see that it is whole, decoding as little as that takes.

    Raises:
        MediaError: it is not there, cannot be read, is no picture, is cut off or damaged, or has
            more than ``MOST_PIXELS``.
    """
    data = _read(path)
    with _pillow_errors(path, data):
        width, height, kind, mode = _measure(path, data)
        _see_that_it_is_whole(data, kind)
    return PictureFacts(width, height, kind, mode, len(data), files.digest_of_bytes(data))


@contextlib.contextmanager
def opened_picture(path: Path) -> Iterator[Image]:
    """A picture to be decoded, with everything that Pillow may say of it translated.

    Raises:
        MediaError: as ``look_at_picture``; also from within the block.
    """
    data = _read(path)
    with _pillow_errors(path, data):
        _measure(path, data)
        yield _opened(data)


def lies_turned(image: Image, data: bytes) -> bool:
    """Whether EXIF says to turn or mirror it before it is shown."""
    return image.format != "TIFF" and _orientation(image, data) != 1


def _read(path: Path) -> bytes:
    refuse_unless_file(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise MediaError(path, f"it has more than {MOST_BYTES // 1024**2} MB")
        return path.read_bytes()
    except OSError as error:
        raise MediaError(path, "it may not be read") from error


def _measure(path: Path, data: bytes) -> tuple[int, int, str, str]:
    image = _opened(data)
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise MediaError(path, _too_many(f"{width} x {height}"), hint=_SMALLER)
    if image.format == "TIFF":
        image.load()  # Pillow turns a TIFF while it decodes it, and forgets its orientation
        width, height = image.size
    elif _orientation(image, data) >= 5:
        width, height = height, width
    return width, height, image.format or "", image.mode


def _opened(data: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(data), formats=_FORMATS)


def _orientation(image: Image, data: bytes) -> int:
    """The EXIF orientation, 1 where there is none.

    A PNG is asked only if it has EXIF at all: Pillow would decode it to look behind the pixels.
    """
    if image.format == "PNG" and b"eXIf" not in data and b"Raw profile type" not in data:
        return 1
    value = image.getexif().get(_ORIENTATION, 1)
    return value if isinstance(value, int) else 1


def _see_that_it_is_whole(data: bytes, kind: str) -> None:
    image = _opened(data)
    if kind == "PNG":
        image.verify()  # walks over all chunks and their check sums, decoding nothing
        _see_that_all_rows_are_there(data)
    else:
        image.draft("L", (1, 1))  # a JPEG is then decoded at an eighth of its size
        image.load()


def _see_that_all_rows_are_there(data: bytes) -> None:
    """Unpack a PNG's rows, a piece at a time, and count them; chunks may be whole and few.

    Raises:
        OSError: there are fewer than the header promises.
    """
    import zlib

    missing = _bytes_of_rows(data)
    unpacking = zlib.decompressobj()
    try:
        for piece in _packed_rows(data):
            waiting = piece
            while waiting and missing > 0:
                missing -= len(unpacking.decompress(waiting, _PIECE))
                waiting = unpacking.unconsumed_tail
    except zlib.error as error:
        raise OSError("its rows cannot be unpacked") from error
    if missing > len(unpacking.flush()):
        raise OSError("rows are missing")


_PIECE = 1 << 20
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG specification, 11.2.2: by colour type
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))  # fmt: skip
"""First column, first row, step across, step down of each pass (PNG specification, 8.2)."""


def _bytes_of_rows(data: bytes) -> int:
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    bits = depth * _CHANNELS[colour]
    size = 0
    for column, row, across, down in _ADAM7 if interlaced else _WHOLE:
        columns = (width - column + across - 1) // across
        rows = (height - row + down - 1) // down
        if columns > 0 and rows > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size


def _packed_rows(data: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        if kind == b"IDAT":
            yield data[place + 8 : place + 8 + length]
        place += length + 12


@contextlib.contextmanager
def _pillow_errors(path: Path, data: bytes) -> Iterator[None]:
    """Turn what Pillow says, in any of its many ways, into a ``MediaError``."""
    from PIL import Image, UnidentifiedImageError

    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata is the camera's business
        try:
            yield
        except Image.DecompressionBombError as error:
            raise MediaError(path, _too_many("far too many"), hint=_SMALLER) from error
        except UnidentifiedImageError as error:
            raise MediaError(path, _what_instead(data), hint=_CONVERT) from error
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError,
                TypeError, OverflowError, struct.error) as error:  # fmt: skip
            raise MediaError(path, "it is cut off or damaged") from error


_CONVERT = "Save it as PNG, JPEG or WebP."


_SMALLER = "Save a smaller copy."


def _too_many(what: str) -> str:
    return f"it has {what} pixels, and at most {MOST_PIXELS // 10**6} million are opened"


def _what_instead(data: bytes) -> str:
    from pipeline.media.container import kind_of_text

    instead = kind_of_text(data[:512])
    return f"it is {instead}, not a picture" if instead else "it is no picture that can be opened"
