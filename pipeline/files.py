"""Files that are whole or absent: written beside and renamed, hashed, locked."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline.ids import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


FileMark = tuple[int, int, int]


def mark_of(path: str | Path) -> FileMark | None:
    """Size, time of change and number of a file, which tell that it is another; none: not there.

    ``receipt.py``, which imports nothing, has its own.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - some hundred of these, several times a second
    except (OSError, ValueError):  # a ValueError: it is no path at all
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ino)


def digest_of_bytes(data: bytes) -> Digest:
    """The SHA-256 of ``data``."""
    return Digest(hashlib.sha256(data).hexdigest())


def digest_of_file(path: Path) -> Digest:
    """The SHA-256 of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return Digest(hashlib.file_digest(file, "sha256").hexdigest())


def read_regular(path: Path, most: int = -1) -> bytes:
    """A file's bytes, at most ``most`` of them; never waits for a pipe that nobody writes to.

    Raises:
        OSError: it cannot be read, or is a pipe, a device or a folder.
    """
    with regular(path) as file:
        return file.read(most)


@contextlib.contextmanager
def regular(path: Path) -> Iterator[IO[bytes]]:
    """A file to read; never waits for a pipe that nobody writes to.

    Raises:
        OSError: it cannot be read, or is a pipe, a device or a folder.
    """
    with open(path, "rb", opener=_unwaiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
        yield file


def _unwaiting(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def load_json(path: Path) -> dict[str, Any]:
    """The JSON object in one of our own files.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON object: torn, or written by somebody else.
    """
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is torn, or not ours: {error}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{path} is not ours: it holds no JSON object")
    return data


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power cut, where the system can."""
    if os.name == "nt":  # Windows has no such call; NTFS journals renames
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_PART = ".part"


def _beside(path: Path) -> str:
    """How the names of files that are to become ``path`` begin."""
    return f".{path.name[:40]}."


def clear_unfinished(path: Path) -> None:
    """Remove what killed writers of ``path`` left; only for who has it alone among them."""
    for found in path.parent.iterdir():
        if found.name.startswith(_beside(path)) and found.name.endswith(_PART):
            found.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str, *, mode: int | None = None) -> None:
    """Write ``data`` to ``path`` so that a reader sees the old file or the new one, whole."""
    with whole(path, mode=mode) as file:
        file.write(as_bytes(data) if isinstance(data, str) else data)


def as_bytes(text: str) -> bytes:
    """A text as UTF-8; what a name holds that is none is spelled, as JSON and TOML spell it."""
    return text.encode(errors="backslashreplace")


@contextlib.contextmanager
def whole(path: Path, *, mode: int | None = None) -> Iterator[IO[bytes]]:
    """A file to write that becomes ``path`` once all of it is on disk; after an error, nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(prefix=_beside(path), suffix=_PART, dir=path.parent)
    except OSError as error:
        error.filename = str(path)  # the file that was meant, not the one beside it
        raise
    beside = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644 if mode is None else mode)  # mkstemp's 0600 would hide it from others
        beside.replace(path)
        sync_folder(path.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def held_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` unless another process has it; gives whether it is held."""
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def check_writable(folder: Path) -> None:
    """Find out that files can be made in ``folder``, before anything hangs on it; make it too.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        error.filename = str(folder)
        raise


@contextlib.contextmanager
def held(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file ``path`` alone among all processes; released also by a crash.

    ``waiting`` is called once if another process has it just now.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=waiting is None)
    except Timeout:
        if waiting:
            waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
