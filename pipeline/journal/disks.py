"""Files of a database, private ones, and which disk they are on.

A write-ahead log is safe on local disks only (sqlite.org/wal.html).
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

PRIVATE = 0o600

_MOUNTS = Path("/proc/self/mountinfo")  # Linux; elsewhere SQLite itself has to refuse
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "beegfs", "fuse.sshfs",
     "fuse.glusterfs", "fuse.ceph"}
)  # fmt: skip


def network_kind(folder: Path) -> str | None:
    """The kind of network file system ``folder`` is on; none on a local disk or if unknown."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    kind = kind_of(folder.resolve(), mounts)
    return kind if kind in NETWORK else None


def kind_of(folder: Path, mounts: str) -> str | None:
    """The kind of the file system that ``folder`` is on.

    Args:
        folder: a path without links.
        mounts: the text of ``/proc/self/mountinfo`` (proc(5)); a later mount hides an earlier one.
    """
    best, found = -1, None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        if len(before.split()) < 5 or not after:
            continue
        place = Path(_unescaped(before.split()[4]))
        if folder.is_relative_to(place) and len(place.parts) >= best:
            best, found = len(place.parts), after.split()[0]
    return found


def _unescaped(text: str) -> str:
    """Spaces and the like are written as octal numbers there."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def with_log(path: Path) -> tuple[Path, Path, Path]:
    """A database's file, its write-ahead log, and the log's index."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def keep_private(path: Path) -> None:
    """Let nobody else read a database; SQLite gives later logs the file's own mode."""
    for file in with_log(path):
        if file.exists() and file.stat().st_mode & 0o077:
            file.chmod(PRIVATE)


@contextlib.contextmanager
def part_beside(path: Path) -> Iterator[Path]:
    """An empty private file beside ``path``, gone in the end unless it was moved away."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for leftover in with_log(Path(name)):
            leftover.unlink(missing_ok=True)
