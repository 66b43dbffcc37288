"""The fonts a board names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.ids import Digest
from pipeline.storyboard.beside import Kind, Shelf


@dataclass(frozen=True, slots=True)
class BoardFont:
    """A font that can be drawn with; ``written`` is its path as the board has it."""

    written: str
    path: Path
    characters: frozenset[int]
    digest: Digest


_FONT = Kind(
    name="font",
    example="fonts/mine.ttf",
    cure="write a path beside this board: fonts/mine.ttf",
    folder=("is no file", "name a font's file"),
    missing="font-missing",
    unreadable="font-unreadable",
    address="font-path",
    absolute="font-path",
    outside="font-path",
    unusable="font-path",
)


def type_case(folder: Path, root: Path) -> Shelf[BoardFont]:
    """The fonts beside a board in ``folder``, of the project in ``root``."""
    return Shelf(_FONT, folder, root, _opened)


def _opened(written: str, path: Path) -> BoardFont:
    from pipeline.media.typefaces import look_at_font

    facts = look_at_font(path)
    return BoardFont(written, path, facts.characters, facts.digest)
