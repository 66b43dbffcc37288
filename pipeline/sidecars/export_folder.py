"""A folder of files handed over, refreshed as the film moves on; what is not ours there stays.

Beside the files lies a record of what we wrote: each name, with the digests of what it was given.
It is written before the files are, and again after them, so that whatever moment ends the work,
the next one knows its own files. A file that is not as we wrote it (graded, say) is nobody's to
replace or remove.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StoryreelError
from pipeline.files import (
    digest_of_bytes,
    digest_of_file,
    load_json,
    sync_folder,
    whole,
    write_whole,
)
from pipeline.ids import Digest

Tell = Callable[[int, int], None]
"""Told how many bytes are in place, and of how many."""

_PIECE = 1 << 20
_RECORD = ".export.json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be there: its digest, and its bytes or a file that has them.

    ``link``: it may be another name of that file, for that is read-only and never changed.
    """

    digest: Digest
    source: bytes | Path
    link: bool = False

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.source.stat().st_size if isinstance(self.source, Path) else len(self.source)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a folder, by name; ``left`` are files beside ours that are not ours."""

    linked: tuple[str, ...]
    copied: tuple[str, ...]
    there: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]


Known = Mapping[str, Collection[str]]
"""By name, the digests of what we wrote there."""


def refresh(folder: Path, owner: str, wanted: Mapping[str, Wanted], tell: Tell) -> Refreshed:
    """Bring ``owner``'s files in ``folder`` to what is wanted, in its order.

    Args:
        folder: made if need be; others may have files there too.
        owner: whose record is kept, by the name of its main file.
        wanted: by name, a path below the folder with ``/``.
        tell: told of the bytes of files that are not there yet.

    Raises:
        StoryreelError: another's file stands where one is wanted; nothing was written.
        OSError: the folder cannot be written.
    """
    record = folder / f".{owner}{_RECORD}"
    known = _known(record)
    absent = [name for name in wanted if not _is_there(folder / name, wanted[name])]
    _refuse_foreign(folder, absent, known)
    digests = {name: [one.digest] for name, one in wanted.items()}
    _write_record(record, {**known, **_both(known, digests)})
    linked = _place(folder, {name: wanted[name] for name in absent}, tell)
    removed = _remove(folder, known, {*wanted, *_of_others(record)})
    _write_record(record, digests)
    return Refreshed(
        linked=linked,
        copied=tuple(name for name in absent if name not in linked),
        there=tuple(name for name in wanted if name not in absent),
        removed=removed,
        left=_left(folder, wanted, _of_others(record)),
    )


def _both(known: Known, digests: Known) -> dict[str, list[str]]:
    """What we wrote and are about to write."""
    return {name: sorted({*known.get(name, ()), *digests[name]}) for name in digests}


def _known(record: Path) -> Known:
    """What a record says; of one that cannot be read, nothing: then nothing there is ours."""
    try:
        told = load_json(record)["wrote"]
        return {name: [str(digest) for digest in digests] for name, digests in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write_record(record: Path, wrote: Known) -> None:
    told = {"schema": 1, "wrote": wrote}
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(record, text)


def _of_others(record: Path) -> set[str]:
    """The names that other films' records in this folder speak of."""
    others = record.parent.glob(f".*{_RECORD}")
    return {name for other in others if other != record for name in _known(other)}


def _is_there(path: Path, wanted: Wanted) -> bool:
    """Whether just this file stands there."""
    if path.is_symlink() or not path.is_file():
        return False
    if isinstance(wanted.source, Path) and path.samefile(wanted.source):
        return True
    return path.stat().st_size == wanted.size and digest_of_file(path) == wanted.digest


def _refuse_foreign(folder: Path, names: Collection[str], known: Known) -> None:
    found = [name for name in names if os.path.lexists(folder / name)]
    if foreign := [name for name in found if not _is_ours(folder / name, known.get(name, ()))]:
        more = f" and {len(foreign) - 1} more" if foreign[1:] else ""
        raise StoryreelError(
            f"{folder / foreign[0]}{more} would be replaced, and storyreel did not write it so.",
            details="\n".join([*foreign[1:], "Nothing was written."]),
            hint="Move them away, or export to another folder with -o.",
        )


def _is_ours(path: Path, digests: Collection[str]) -> bool:
    """Whether a file is as we wrote it."""
    return bool(digests) and path.is_file() and digest_of_file(path) in digests


def _place(folder: Path, files: Mapping[str, Wanted], tell: Tell) -> tuple[str, ...]:
    """Put files in place, each whole; gives the names of those that are links."""
    total = sum(one.size for one in files.values())
    done = 0
    linked = []
    for name, one in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if one.link and isinstance(one.source, Path) and _linked(one.source, path):
            linked.append(name)
        else:
            _copy(one.source, path, functools.partial(_further, tell, done, total))
        done += one.size
        tell(done, total)
    return tuple(linked)


def _further(tell: Tell, before: int, total: int, now: int) -> None:
    tell(before + now, total)


def _linked(source: Path, path: Path) -> bool:
    """Whether ``path`` could be made another name of ``source``: not from disk to disk."""
    beside = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    try:
        beside.unlink(missing_ok=True)
        os.link(source, beside)
    except OSError:
        return False
    beside.replace(path)
    sync_folder(path.parent)
    return True


def _copy(source: bytes | Path, path: Path, tell: Callable[[int], None]) -> None:
    if isinstance(source, bytes):
        write_whole(path, source)
        return
    with source.open("rb") as reading, whole(path) as writing:
        while piece := reading.read(_PIECE):
            writing.write(piece)
            tell(reading.tell())


def _remove(folder: Path, known: Known, keep: Collection[str]) -> tuple[str, ...]:
    """Remove what we wrote earlier and nobody wants now, where it is still as we wrote it."""
    stale = [name for name in sorted(known) if name not in keep and _is_inside(name)]
    removed = [name for name in stale if _is_ours(folder / name, known[name])]
    for name in removed:
        (folder / name).unlink()
    return tuple(removed)


def _is_inside(name: str) -> bool:
    """Whether a name in a record leads nowhere else: a record is a file that anyone may edit."""
    parts = Path(name).parts
    return not Path(name).is_absolute() and ".." not in parts


def _left(folder: Path, wanted: Mapping[str, Wanted], others: Collection[str]) -> tuple[str, ...]:
    """Files beside ours in the folders below that are not ours."""
    below = sorted({Path(name).parent for name in wanted} - {Path()})
    found = [path for part in below for path in sorted((folder / part).iterdir())]
    names = [path.relative_to(folder).as_posix() for path in found]
    return tuple(name for name in names if name not in wanted and name not in others)


def wanted_text(text: str) -> Wanted:
    """A text that is to be a file."""
    data = text.encode()
    return Wanted(digest_of_bytes(data), data)
