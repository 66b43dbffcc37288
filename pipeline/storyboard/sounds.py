"""The sound files a board names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.files import digest_of_file
from pipeline.ids import Digest
from pipeline.media.sounds import SoundFacts, look_at_sound
from pipeline.storyboard.beside import Kind, Shelf


@dataclass(frozen=True, slots=True)
class BoardSound:
    """A sound file that can be heard; ``written`` is its path as the board has it."""

    written: str
    path: Path
    facts: SoundFacts
    digest: Digest


_SOUND = Kind(
    name="sound",
    example="audio/theme.wav",
    cure="save a sound copy of it as WAV",
    folder=("is a folder, not a sound", "name the file in it"),
    missing="sound-missing",
    unreadable="sound-unreadable",
    address="sound-path",
    absolute="sound-path",
    outside="sound-path",
    unusable="sound-path",
)


def sound_shelf(folder: Path, root: Path) -> Shelf[BoardSound]:
    """The sounds beside a board in ``folder``, of the project in ``root``."""
    return Shelf(_SOUND, folder, root, _measured)


def _measured(written: str, path: Path) -> BoardSound:
    return BoardSound(written, path, look_at_sound(path), digest_of_file(path))
