"""Keeps what has been encoded, by content: a segment's name is a digest of all that decides it.

Beside each segment lies a small record of its size and digest, and of what made it. A segment that
is not what its record says (torn by a crash, cut off by a full disk) is made again, never used.
Two processes may make the same segment at once: each writes beside and renames, and both write the
same bytes. Two threads do not: the second waits for the first.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.files import digest_of_bytes, digest_of_file, write_whole
from pipeline.ids import Digest

if TYPE_CHECKING:
    from pipeline.media.ffmpeg import FFmpeg

_SCHEME = 1  # raised when the same arguments mean other bytes
_X264 = re.compile(rb"x264 - (core \d+[ r0-9a-zA-Z+]*)")
_HEAD = 1 << 16  # bytes in which an encoder says its name


@dataclass(frozen=True, slots=True)
class Segment:
    """A whole segment in the cache; ``kept`` says it was there before."""

    path: Path
    kept: bool


def segment_key(made_by: str, sources: Sequence[str], arguments: Sequence[str]) -> Digest:
    """The name of a segment that ffmpeg ``made_by`` makes of ``sources`` by ``arguments``.

    ``sources`` are digests; ``arguments`` must name no files, so that the folder counts for
    nothing.
    """
    return digest_of_bytes(json.dumps([_SCHEME, made_by, [*sources], [*arguments]]).encode())


class Segments:
    """A folder of segments.

    Args:
        folder: where they lie; made when there is something to keep.
        made_by: the program that makes them; only told in their records, the key knows it too.
    """

    def __init__(self, folder: Path, made_by: str = "") -> None:
        self.folder = folder
        self._made_by = made_by

    def find(self, key: Digest, suffix: str) -> Path | None:
        """The segment, if it is there and whole: of the size and time recorded, or else equal."""
        path = self._path(key, suffix)
        try:
            record = json.loads(self._record(path).read_bytes())
            found = path.stat()
            if found.st_size != record["bytes"]:
                return None
            if found.st_mtime_ns == record.get("changed_ns"):
                return path
            return path if digest_of_file(path) == record["sha256"] else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # no record, or none that can be read: as good as no segment

    def get(self, key: Digest, suffix: str, make: Callable[[Path], None]) -> Segment:
        """The segment, made by ``make`` if need be, which is handed the file to write.

        Raises:
            OSError: the folder cannot be written.
            StoryreelError: what ``make`` raises.
        """
        path = self._path(key, suffix)
        with _one_at_a_time(path):
            if found := self.find(key, suffix):
                return Segment(found, kept=True)
            with made_beside(path) as beside:
                make(beside)
                record = self._told_of(beside)
            write_whole(self._record(path), json.dumps(record))
        return Segment(path, kept=False)

    def _told_of(self, made: Path) -> dict[str, Any]:
        """What is recorded of a segment, once all of it is on the disk."""
        with made.open("rb") as file:
            os.fsync(file.fileno())
            encoder = _X264.search(file.read(_HEAD))
        found = made.stat()
        return {
            "bytes": found.st_size,
            "changed_ns": found.st_mtime_ns,
            "sha256": digest_of_file(made),
            "made_by": self._made_by,
            "encoder": f"x264 {encoder[1].decode().strip()}" if encoder else None,
        }

    def _path(self, key: Digest, suffix: str) -> Path:
        return self.folder / f"{key}{suffix}"

    def _record(self, path: Path) -> Path:
        return path.with_name(f"{path.name}.json")


_making: dict[Path, tuple[threading.Lock, int]] = {}
_guard = threading.Lock()


@contextlib.contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Alone at ``path`` among this process's threads: what one encodes the other finds."""
    with _guard:
        lock, users = _making.get(path, (threading.Lock(), 0))
        _making[path] = (lock, users + 1)
    try:
        with lock:
            yield
    finally:
        with _guard:
            lock, users = _making.pop(path)
            if users > 1:
                _making[path] = (lock, users - 1)


def run_in_folder(ffmpeg: FFmpeg, arguments: Sequence[str], path: Path, **how: Any) -> None:
    """Run ffmpeg where ``path`` lies, so that its plain name is enough; ``how`` is for ``run``.

    Raises:
        OSError: the disk is full; no clip is to blame.
        ToolError: it failed otherwise, cannot be started, or was stopped.
    """
    ffmpeg.run(arguments, cwd=path.parent, **how)


@contextlib.contextmanager
def made_beside(path: Path) -> Iterator[Path]:
    """A file of its own beside ``path``, renamed to it at the end; gone if anything fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}.", suffix=".part", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)  # mkstemp's 0600 would hide it from others
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
