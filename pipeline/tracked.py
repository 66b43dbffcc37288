"""Whether git tracks a file, read from its index: no program is run for it."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path


def is_tracked(path: Path) -> bool:
    """Whether ``path`` is in the index of the repository it lies in.

    Format: git's Documentation/gitformat-index, versions 2 to 4. An index that cannot be read
    tracks nothing.
    """
    path = path.absolute()
    for folder in path.parents:
        if index := _index_of(folder):
            name = os.fsencode(path.relative_to(folder).as_posix())
            try:
                return name in _names(index.read_bytes())
            except (OSError, ValueError, IndexError, struct.error):
                return False
    return False


def _index_of(folder: Path) -> Path | None:
    """The index of the work tree that begins at ``folder``; a ``.git`` file points elsewhere."""
    git = folder / ".git"
    if git.is_file():
        try:
            pointer = git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        except (OSError, ValueError):
            return None
        git = folder / pointer
    return git / "index" if (git / "index").is_file() else None


def _names(data: bytes) -> Iterator[bytes]:
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("no index that is known")
    place, name = 12, b""
    for _ in range(count):
        (flags,) = struct.unpack_from(">H", data, place + 60)
        start = place + (64 if version >= 3 and flags & 0x4000 else 62)
        kept = b""
        if version == 4:
            start, dropped = _varint(data, start)
            kept = name[: len(name) - dropped]
        end = data.index(b"\0", start)
        name = kept + data[start:end]
        yield name
        # before version 4 an entry is filled up with 1 to 8 NULs to a multiple of 8 bytes
        place = end + 1 if version == 4 else place + (end - place + 8) // 8 * 8


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Where a number ends, and the number: 7 bits a byte, git's own offset in between."""
    byte = data[place]
    value = byte & 0x7F
    while byte & 0x80:
        place += 1
        byte = data[place]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return place + 1, value
