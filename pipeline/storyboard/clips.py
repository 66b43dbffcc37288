"""The clips a board names: each looked at once, or the reason why it cannot be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.ids import Digest
from pipeline.media.facts import ClipFacts
from pipeline.media.pictures import (
    AbsolutePathError,
    AddressError,
    OutsideProjectError,
    PicturePathError,
    UnusablePathError,
    resolve_inside,
)
from pipeline.storyboard.pictures import as_help, named, neighbours


@dataclass(frozen=True, slots=True)
class BoardClip:
    """A clip that can be shown; ``written`` is its path as the board has it."""

    written: str
    path: Path
    facts: ClipFacts
    digest: Digest


@dataclass(frozen=True, slots=True)
class ClipTrouble:
    """Why a clip cannot be shown: the code of the rule, the words, the way out."""

    code: str
    message: str
    help: str


@dataclass(frozen=True)
class Reel:
    """Looks at clips by their written path; ``folder`` holds the board, ``root`` the project."""

    folder: Path
    root: Path
    _seen: dict[str, BoardClip | ClipTrouble] = field(default_factory=dict)

    def look(self, written: str) -> BoardClip | ClipTrouble:
        """The clip at ``written``, or what is wrong with it."""
        if written not in self._seen:
            self._seen[written] = self._look(written)
        return self._seen[written]

    @property
    def clips(self) -> Mapping[str, BoardClip]:
        """The clips that were looked at and can be shown."""
        return {name: seen for name, seen in self._seen.items() if isinstance(seen, BoardClip)}

    def _look(self, written: str) -> BoardClip | ClipTrouble:
        try:
            path = resolve_inside(self.root, self.folder, written)
            if written.strip() and (path.exists() or path.is_symlink()):
                return _measured(written, path)
            return _absent(written, path)
        except PicturePathError as error:
            return _refused(written, error)
        except OSError:  # a name too long for the disk, a folder that may not be entered
            return _refused(written, UnusablePathError(written))


def _absent(written: str, path: Path) -> ClipTrouble:
    if not written.strip():
        return ClipTrouble("clip-missing", "this path is empty", _BESIDE)
    return ClipTrouble("clip-missing", f"there is no clip {named(written)}", neighbours(path))


def _refused(written: str, error: PicturePathError) -> ClipTrouble:
    why, hint = _PATHS.get(type(error), ("cannot be a file's name", _BESIDE))
    return ClipTrouble("clip-path", f"{named(written)} {why}", hint)


_BESIDE = "write a path beside this board: refs/harbour.mp4"
_PATHS: dict[type[PicturePathError], tuple[str, str]] = {
    AddressError: (
        "is an address on the network",
        "save the clip beside this board and name the file",
    ),
    AbsolutePathError: (
        "is an absolute path",
        "write it from this board's folder: refs/harbour.mp4",
    ),
    OutsideProjectError: ("leads out of the project", "copy the clip beside this board"),
}


def _measured(written: str, path: Path) -> BoardClip | ClipTrouble:
    from pipeline.media.clip_files import look_at_clip

    if path.is_dir():
        return ClipTrouble(
            "clip-unreadable",
            f"{named(written)} is a folder, not a clip",
            "name the file in it",
        )
    try:
        return BoardClip(written, path, look_at_clip(path), digest_of_file(path))
    except MediaError as error:
        return ClipTrouble(
            "clip-unreadable",
            f"{named(written)} cannot be used: {error.why}",
            as_help(error.hint or "save a sound copy of it as mp4"),
        )
