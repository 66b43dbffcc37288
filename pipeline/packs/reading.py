"""A stranger's ZIP file -> a pack whose every member is what its manifest says, or an error.

Nothing is written here. Members are stored, so the archive can be no larger out than in: the sizes
told are compared with the file's own before anything is read, and what is read is counted.
"""

from __future__ import annotations

import contextlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import UsageError
from pipeline.packs.errors import PackError, not_sound
from pipeline.packs.kept import Tell
from pipeline.packs.manifest import Manifest, read_manifest
from pipeline.packs.moving import copied
from pipeline.packs.names import MANIFEST

_MOST_MANIFEST = 64 << 20  # bytes; of a film of a hundred thousand clips
_MOST_TEXT = 16 << 20  # bytes; of a board, a lock, a record
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
    KeyError,
)  # fmt: skip - all that zipfile raises on a damaged or forged archive


@dataclass(frozen=True)
class Pack:
    """An open pack."""

    file: str
    manifest: Manifest
    _archive: zipfile.ZipFile

    @property
    def names(self) -> tuple[str, ...]:
        """Its members, sorted, without the manifest."""
        return tuple(sorted(self.manifest.members))

    def verify(self, tell: Tell) -> None:
        """Read every member and compare it with the manifest; nothing is written.

        Raises:
            PackError: one is damaged.
        """
        total, done = sum(one.bytes for one in self.manifest.members.values()), 0
        tell(done, total)
        for name in self.names:
            self.copy(name, None)
            done += self.manifest.members[name].bytes
            tell(done, total)

    def copy(self, name: str, into: IO[bytes] | None) -> None:
        """Write a member's bytes to ``into``.

        Raises:
            PackError: they are not what the manifest says; what was written is of no use.
        """
        told = self.manifest.members[name]
        with _telling(self.file, name), self._archive.open(name) as source:
            member = copied(source, into, told.bytes)
        if member != told:
            raise not_sound(self.file, f"{name} is damaged")

    def read(self, name: str) -> bytes:
        """A small member's bytes.

        Raises:
            PackError: it is damaged, or far too large.
        """
        import io

        if self.manifest.members[name].bytes > _MOST_TEXT:
            raise not_sound(self.file, f"{name} is far too large for what it is")
        into = io.BytesIO()
        self.copy(name, into)
        return into.getvalue()


@contextlib.contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """Open a pack and look at all that it says of itself.

    Raises:
        UsageError: there is no such file.
        PackError: it is no pack, or a damaged one.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", hint="Name a file that storyreel pack wrote.")
    file = str(path)
    with contextlib.ExitStack() as opened:
        with _telling(file):
            archive = opened.enter_context(zipfile.ZipFile(path))
            entries = archive.infolist()
        _refuse_forged(file, entries, path.stat().st_size)
        manifest = _manifest(file, archive, entries)
        _refuse_unlisted(file, entries, manifest)
        yield Pack(file, manifest, archive)


def _refuse_forged(file: str, entries: list[zipfile.ZipInfo], size: int) -> None:
    """Only plain stored files, together no larger than the archive, no two of a name."""
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise not_sound(file, "it holds two files of one name")
    for entry in entries:
        # zipfile cuts a name at a NUL and turns a system's separators: look at it as it stands
        if entry.orig_filename != entry.filename:
            raise not_sound(file, f"it holds a file of an odd name, {entry.filename[:100]!a}")
        if entry.flag_bits & _ENCRYPTED:
            raise not_sound(file, "it is encrypted")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.is_dir() or kind not in (0, stat.S_IFREG):
            raise not_sound(file, f"{entry.filename[:100]!a} in it is no plain file")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise not_sound(file, "its files are compressed, as storyreel never does")
    if sum(entry.file_size for entry in entries) > size:
        raise not_sound(file, "it claims to hold more than it does")


def _manifest(file: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Manifest:
    entry = next((entry for entry in entries if entry.filename == MANIFEST), None)
    if entry is None or entry.file_size > _MOST_MANIFEST:
        raise not_sound(file, "it was not packed by storyreel")
    with _telling(file, MANIFEST):
        data = archive.read(entry)
    try:
        return read_manifest(data)
    except ValueError as error:
        raise not_sound(file, str(error)) from error


def _refuse_unlisted(file: str, entries: list[zipfile.ZipInfo], manifest: Manifest) -> None:
    """What lies in it is what its manifest lists."""
    sizes = {entry.filename: entry.file_size for entry in entries if entry.filename != MANIFEST}
    listed = {name: member.bytes for name, member in manifest.members.items()}
    for name in sorted(sizes.keys() ^ listed.keys()):
        why = "is missing in it" if name in listed else "is in it, and not in its manifest"
        raise not_sound(file, f"{name[:100]!a} {why}")
    for name in (name for name, size in sizes.items() if listed[name] != size):
        raise not_sound(file, f"{name} is not as long as it should be")


@contextlib.contextmanager
def _telling(file: str, name: str = "") -> Iterator[None]:
    """Tell what zipfile says of a damaged archive in our words."""
    try:
        yield
    except PackError:
        raise
    except _BROKEN as error:
        what = f"{name} is damaged" if name else "it is no ZIP file, or a damaged one"
        raise not_sound(file, what) from error
