"""The clips a board names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.files import digest_of_file
from pipeline.ids import Digest
from pipeline.media.facts import ClipFacts
from pipeline.storyboard.beside import Kind, Shelf


@dataclass(frozen=True, slots=True)
class BoardClip:
    """A clip that can be shown; ``written`` is its path as the board has it."""

    written: str
    path: Path
    facts: ClipFacts
    digest: Digest


_CLIP = Kind(
    name="clip",
    example="refs/harbour.mp4",
    cure="save a sound copy of it as mp4",
    folder=("is a folder, not a clip", "name the file in it"),
    missing="clip-missing",
    unreadable="clip-unreadable",
    address="clip-path",
    absolute="clip-path",
    outside="clip-path",
    unusable="clip-path",
)


def reel(folder: Path, root: Path) -> Shelf[BoardClip]:
    """The clips beside a board in ``folder``, of the project in ``root``."""
    return Shelf(_CLIP, folder, root, _measured)


def _measured(written: str, path: Path) -> BoardClip:
    from pipeline.media.clip_files import look_at_clip

    return BoardClip(written, path, look_at_clip(path), digest_of_file(path))
