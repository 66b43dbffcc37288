"""The pictures a board names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.ids import Digest
from pipeline.media.pictures import PictureFacts, look_at_picture
from pipeline.storyboard.beside import FileTrouble, Kind, Shelf, named

LONGEST_SIDE = 20_000
"""In pixels: wider pictures are refused, whatever the model."""


@dataclass(frozen=True, slots=True)
class BoardPicture:
    """A picture that can be used; ``written`` is its path as the board has it."""

    written: str
    path: Path
    facts: PictureFacts

    @property
    def digest(self) -> Digest:
        """The digest of its bytes."""
        return self.facts.digest


_PICTURE = Kind(
    name="picture",
    example="refs/vixen.png",
    cure="save a sound copy of it as PNG, JPEG or WebP",
    folder=("is a folder, not a picture", "name the file in it"),
    missing="picture-missing",
    unreadable="picture-unreadable",
    address="picture-address",
    absolute="picture-absolute",
    outside="picture-outside",
    unusable="picture-missing",
)


def album(folder: Path, root: Path) -> Shelf[BoardPicture]:
    """The pictures beside a board in ``folder``, of the project in ``root``."""
    return Shelf(_PICTURE, folder, root, _measured)


def _measured(written: str, path: Path) -> BoardPicture | FileTrouble:
    facts = look_at_picture(path)
    if max(facts.width, facts.height) >= LONGEST_SIDE:
        size = f"{facts.width} x {facts.height}"
        return FileTrouble(
            "picture-large",
            f"{named(written)} has {size} pixels; each side is less than {LONGEST_SIDE:,}",
            "save a smaller copy",
        )
    return BoardPicture(written, path, facts)
