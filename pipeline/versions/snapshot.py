"""What a board of another time reads, laid out like the project in a private folder.

The loader then reads it as it reads any board. Only files that the board names are taken out of
git; the user's own files stay untouched, and nothing in the folder is ever run.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.packs.board_files import board_in, files_of
from pipeline.places import board_name
from pipeline.storyboard.decoding import MOST_BYTES
from pipeline.tracked import is_tracked
from pipeline.versions.errors import GitFailedError, NoVersionError
from pipeline.versions.git import Blobs, Commit, Entry, Repository

_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_POINTER_MOST = 1024
"""Git LFS's spec, "The Pointer": such a file has fewer bytes."""
_MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A board as a commit has it.

    ``board`` lies in ``root``, which stands for the project; ``place`` is where it lay in the
    project then, ``named`` what to call it to people. ``notes`` are for them, too.
    """

    board: Path
    root: Path
    place: str
    named: str
    notes: tuple[str, ...]


@contextlib.contextmanager
def taken_out(
    repository: Repository, commit: Commit, board: Path, root: Path
) -> Iterator[Snapshot]:
    """A snapshot of ``board`` of the project ``root``, while the block lasts.

    Raises:
        NoVersionError: the commit has no such board.
        GitFailedError: a file of the commit is not in this clone.
    """
    there = _There(repository.top, root.resolve())
    files = repository.files(commit, there.folder)
    place, notes = _place_then(repository, commit, there, files, _resolved(board))
    with (
        tempfile.TemporaryDirectory(prefix="storyreel-", ignore_cleanup_errors=True) as folder,
        repository.blobs() as blobs,
    ):
        taking = _Taking(repository, commit, there, files, blobs, Path(folder).resolve())
        copy = taking.board(place)
        board_then = board_in(copy.read_bytes())
        named = files_of(board_then, place) if board_then else ()
        lent = [one for one in named if not taking.file(one) and taking.lent(one)]
        taking.file(lock_place(place))
        if lent:
            notes = (*notes, _lent_note(commit, lent))
        yield Snapshot(copy, taking.folder, place, f"{commit.asked}:{place}", notes)


def lock_place(board: str) -> str:
    """Where the lock of a board lies, both as paths in the project."""
    name = board_name(Path(posixpath.basename(board)))
    return posixpath.join(posixpath.dirname(board), f"{name}.lock.toml")


@dataclass(frozen=True, slots=True)
class _There:
    """How paths in the project and paths in the repository go together; one lies in the other."""

    top: Path
    root: Path

    @property
    def folder(self) -> PurePosixPath:
        """The part of the repository that is the project's."""
        inside = self.root.is_relative_to(self.top)
        return PurePosixPath(self.root.relative_to(self.top) if inside else "")

    def in_repository(self, place: str) -> str | None:
        path = Path(os.path.normpath(self.root / place))
        return path.relative_to(self.top).as_posix() if path.is_relative_to(self.top) else None

    def in_project(self, path: str) -> str | None:
        place = Path(os.path.normpath(self.top / path))
        inside = place.is_relative_to(self.root)
        return place.relative_to(self.root).as_posix() if inside else None


def _resolved(path: Path) -> Path:
    """The file with every link to its folder followed, but not what it may itself lead to."""
    path = path.absolute()
    return path.parent.resolve() / path.name


def _place_then(
    repository: Repository, commit: Commit, there: _There, files: Mapping[str, Entry], board: Path
) -> tuple[str, tuple[str, ...]]:
    """Where the board lay in the project then; with a note where it had another name."""
    now = there.in_project(str(board))
    path = now and there.in_repository(now)
    if now is None or path is None:
        raise NoVersionError(f"{board} lies outside of the repository {repository.top}.")
    if path in files:
        return now, ()
    then = repository.name_then(path, commit)
    place = there.in_project(then) if then and then in files else None
    if place:
        return place, (f"the board was called {place} in {commit.asked}",)
    raise _not_there(repository, commit, path, now)


def _not_there(repository: Repository, commit: Commit, path: str, place: str) -> NoVersionError:
    newest = repository.newest_with(path)
    return NoVersionError(
        f"{commit.asked} ({commit.short}) has no {place}.",
        hint=f"It is in {newest}; `git log --follow -- {place}` lists its versions."
        if newest
        else "It was never committed: git add it, and commit.",
    )


def _lent_note(commit: Commit, lent: list[str]) -> str:
    names = ", ".join(lent[:3]) + (f" and {len(lent) - 3} more" if len(lent) > 3 else "")
    return f"not in git, so taken for {commit.asked} as it is here now: {names}"


@dataclass(frozen=True, slots=True)
class _Taking:
    """Takes files of a commit into a folder; places are paths in the project."""

    repository: Repository
    commit: Commit
    there: _There
    files: Mapping[str, Entry]
    blobs: Blobs
    folder: Path

    def board(self, place: str) -> Path:
        if not self.file(place):
            raise NoVersionError(f"{place} of {self.commit.asked} is a link to nothing.")
        target = self.folder / place
        if target.stat().st_size > MOST_BYTES:
            raise NoVersionError(f"{place} of {self.commit.asked} is too large for a board.")
        return target

    def file(self, place: str) -> bool:
        """Take the file out, if the commit has it."""
        path = self.there.in_repository(place)
        entry = self._found(path) if path else None
        # a place only for what is there: a name may be one that no file can have
        target = self._target(place) if entry else None
        if entry is None or target is None:
            return False
        self.blobs.write(entry.blob, target)
        self._without_pointer(place, target)
        return True

    def lent(self, place: str) -> bool:
        """Take a file that git never had from where it lies now: a clip too large for it, say."""
        here = self.there.root / place
        there = os.path.isfile(here)  # noqa: PTH113 - Path.is_file raises where a name is too long
        if not there or not here.resolve().is_relative_to(self.there.root) or is_tracked(here):
            return False
        target = self._target(place)
        if target is None:
            return False
        try:
            os.link(here.resolve(), target)
        except OSError:  # another disk, or one without links
            shutil.copyfile(here, target)
        return True

    def _target(self, place: str) -> Path | None:
        """Where a file comes to lie; none for a place outside of the project."""
        target = Path(os.path.normpath(self.folder / place))
        if not target.is_relative_to(self.folder) or target == self.folder:
            return None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        return target

    def _found(self, path: str) -> Entry | None:
        """The file at a path, symbolic links followed within the commit."""
        for _ in range(_MOST_LINKS):
            parts = path.split("/")
            heads = ("/".join(parts[: n + 1]) for n in range(len(parts)))
            link = next((head for head in heads if head in self.files), None)
            if link is None:
                return None
            entry = self.files[link]
            if not entry.link:
                return entry if link == path else None
            target = (self.blobs.read(entry.blob, 4096) or b"\0").decode("utf-8", "surrogateescape")
            rest = path[len(link) :].lstrip("/")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), target, rest))
        return None

    def _without_pointer(self, place: str, target: Path) -> None:
        """Put a file that Git LFS keeps in its pointer's place."""
        if target.stat().st_size >= _POINTER_MOST:
            return
        pointer = target.read_bytes()
        if not pointer.startswith(_POINTER):
            return
        digest = next((w[7:] for w in pointer.decode("ascii", "replace").split()
                       if w.startswith("sha256:")), "")  # fmt: skip
        kept = self.repository.objects() / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
        if not (digest.isalnum() and kept.is_file()):
            raise GitFailedError(
                f"{place} of {self.commit.asked} is kept by Git LFS, and is not here.",
                hint=f"Fetch it: git lfs fetch origin {self.commit.short}",
            )
        shutil.copyfile(kept, target)
