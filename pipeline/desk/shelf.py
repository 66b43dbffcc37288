"""Files given to a vendor: what they are by their first bytes, and how long they are kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from pipeline.files import digest_of_bytes

Kind = Literal["image", "video", "audio"]

MEGABYTE = 1024 * 1024
# [doc] 25 MB for pictures and sound, 50 MB for films; [guess] megabytes are powers of two
MOST: dict[Kind, int] = {"image": 25 * MEGABYTE, "audio": 25 * MEGABYTE, "video": 50 * MEGABYTE}

# [doc] PNG, JPEG, WebP, GIF, MP4, WebM, MOV, MP3, WAV, OGG, M4A, by magic bytes; no BMP
_MAGIC: tuple[tuple[int, bytes, Kind, str, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image", "image/png", "png"),
    (0, b"\xff\xd8\xff", "image", "image/jpeg", "jpg"),
    (8, b"WEBP", "image", "image/webp", "webp"),
    (0, b"GIF8", "image", "image/gif", "gif"),
    (4, b"ftypM4A", "audio", "audio/mp4", "m4a"),
    (4, b"ftypqt", "video", "video/quicktime", "mov"),
    (4, b"ftyp", "video", "video/mp4", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video", "video/webm", "webm"),
    (0, b"ID3", "audio", "audio/mpeg", "mp3"),
    (0, b"\xff\xfb", "audio", "audio/mpeg", "mp3"),
    (8, b"WAVE", "audio", "audio/wav", "wav"),
    (0, b"OggS", "audio", "audio/ogg", "ogg"),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on the shelf until ``expires``, in the desk's time."""

    id: str
    data: bytes
    kind: Kind
    content_type: str
    suffix: str
    expires: float


def sniff(data: bytes) -> tuple[Kind, str, str] | None:
    """What a file is: its kind, its content type, its suffix."""
    for offset, magic, kind, content_type, suffix in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return kind, content_type, suffix
    return None


class Shelf:
    """The uploads of a desk, by id; ids come from the seed, so that a run can be repeated."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.uploads: dict[str, Upload] = {}

    def put(self, data: bytes, found: tuple[Kind, str, str], expires: float) -> Upload:
        """Keep a file."""
        name = f"{self._seed}|upload|{digest_of_bytes(data)}|{len(self.uploads)}"
        one = Upload(str(uuid.uuid5(uuid.NAMESPACE_URL, name)), data, *found, expires)
        self.uploads[one.id] = one
        return one

    def get(self, path: str, now: float) -> Upload | None:
        """The file at ``/uploads/<id>.<suffix>``, while it is kept."""
        one = self.uploads.get(path.removeprefix("/uploads/").partition(".")[0])
        return one if one and one.expires > now else None


def file_part(body: bytes, content_type: str) -> tuple[str, bytes] | None:
    """The name and bytes of the field ``file`` in a multipart body; ``None`` if there is none."""
    _, found, boundary = content_type.partition("boundary=")
    if not found or not content_type.lower().startswith("multipart/form-data"):
        return None
    mark = b"--" + boundary.split(";")[0].strip().strip('"').encode()
    for part in (b"\r\n" + body).split(b"\r\n" + mark)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        if disposition.get("name") == "file":
            return disposition.get("filename", ""), data
    return None


def _disposition(head: str) -> dict[str, str]:
    for line in head.split("\r\n"):
        if line.lower().startswith("content-disposition:"):
            pairs = (one.strip().partition("=") for one in line.split(";")[1:])
            return {name: value.strip('"') for name, _, value in pairs}
    return {}
