"""The sound files a board names: each looked at once, or the reason why it cannot be heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.ids import Digest
from pipeline.media.pictures import (
    AbsolutePathError,
    AddressError,
    OutsideProjectError,
    PicturePathError,
    UnusablePathError,
    resolve_inside,
)
from pipeline.media.sounds import SoundFacts, look_at_sound
from pipeline.storyboard.pictures import as_help, named, neighbours


@dataclass(frozen=True, slots=True)
class BoardSound:
    """A sound file that can be heard; ``written`` is its path as the board has it."""

    written: str
    path: Path
    facts: SoundFacts
    digest: Digest


@dataclass(frozen=True, slots=True)
class SoundTrouble:
    """Why a sound file cannot be heard: the code of the rule, the words, the way out."""

    code: str
    message: str
    help: str


@dataclass(frozen=True)
class SoundShelf:
    """Looks at sounds by written path; ``folder`` holds the board, ``root`` the project."""

    folder: Path
    root: Path
    _seen: dict[str, BoardSound | SoundTrouble] = field(default_factory=dict)

    def look(self, written: str) -> BoardSound | SoundTrouble:
        """The sound at ``written``, or what is wrong with it."""
        if written not in self._seen:
            self._seen[written] = self._look(written)
        return self._seen[written]

    @property
    def sounds(self) -> Mapping[str, BoardSound]:
        """The sounds that were looked at and can be heard."""
        return {name: seen for name, seen in self._seen.items() if isinstance(seen, BoardSound)}

    def _look(self, written: str) -> BoardSound | SoundTrouble:
        try:
            path = resolve_inside(self.root, self.folder, written)
            if written.strip() and (path.exists() or path.is_symlink()):
                return _measured(written, path)
            return _absent(written, path)
        except PicturePathError as error:
            return _refused(written, error)
        except OSError:  # a name too long for the disk, a folder that may not be entered
            return _refused(written, UnusablePathError(written))


_BESIDE = "write a path beside this board: audio/theme.wav"
_PATHS: dict[type[PicturePathError], tuple[str, str]] = {
    AddressError: (
        "is an address on the network",
        "save the sound beside this board and name the file",
    ),
    AbsolutePathError: (
        "is an absolute path",
        "write it from this board's folder: audio/theme.wav",
    ),
    OutsideProjectError: ("leads out of the project", "copy the sound beside this board"),
}


def _absent(written: str, path: Path) -> SoundTrouble:
    if not written.strip():
        return SoundTrouble("sound-missing", "this path is empty", _BESIDE)
    return SoundTrouble("sound-missing", f"there is no sound {named(written)}", neighbours(path))


def _refused(written: str, error: PicturePathError) -> SoundTrouble:
    why, hint = _PATHS.get(type(error), ("cannot be a file's name", _BESIDE))
    return SoundTrouble("sound-path", f"{named(written)} {why}", hint)


def _measured(written: str, path: Path) -> BoardSound | SoundTrouble:
    if path.is_dir():
        return SoundTrouble(
            "sound-unreadable", f"{named(written)} is a folder, not a sound", "name the file in it"
        )
    try:
        return BoardSound(written, path, look_at_sound(path), digest_of_file(path))
    except MediaError as error:
        return SoundTrouble(
            "sound-unreadable",
            f"{named(written)} cannot be used: {error.why}",
            as_help(error.hint or "save a sound copy of it as WAV"),
        )
