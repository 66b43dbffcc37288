"""Items -> a ZIP file: stored, sorted, dated alike, so that the same film gives the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from pipeline.errors import StoreError
from pipeline.files import whole
from pipeline.packs.contents import Item
from pipeline.packs.kept import Tell
from pipeline.packs.manifest import Manifest, manifest_text
from pipeline.packs.moving import copied
from pipeline.packs.names import MANIFEST

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP file can tell
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16


def write_pack(target: Path, manifest: Manifest, items: Mapping[str, Item], tell: Tell) -> None:
    """Write a pack, whole or not at all.

    Raises:
        StoreError: a file changed while it was packed.
        OSError: the disk is full, or the folder cannot be written.
    """
    total, done = sum(item.member.bytes for item in items.values()), 0
    with whole(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(MANIFEST), manifest_text(manifest))
        tell(done, total)
        for name, item in sorted(items.items()):
            entry = _entry(name)
            entry.file_size = item.member.bytes
            with archive.open(entry, "w") as into:
                _put(name, item, into)
            done += item.member.bytes
            tell(done, total)


def _put(name: str, item: Item, into: IO[bytes]) -> None:
    if isinstance(item.source, bytes):
        into.write(item.source)
        return
    with item.source.open("rb") as source:
        member = copied(source, into)
    if member != item.member:
        raise StoreError(
            f"{item.source} is not what it was.",
            details=f"It was to be packed as {name}; nothing was packed.",
            hint="If it is a clip, run storyreel render --verify: it is found out and made again.",
        )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
    return entry
