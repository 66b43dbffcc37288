"""The pictures a board names: each looked at once, or the reason why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.ids import Digest
from pipeline.media.pictures import (
    AbsolutePathError,
    AddressError,
    OutsideProjectError,
    PictureFacts,
    PicturePathError,
    UnusablePathError,
    look_at_picture,
    resolve_inside,
)

_MOST_SHOWN = 100
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


@dataclass(frozen=True, slots=True)
class PictureTrouble:
    """Why a picture cannot be used: the code of the rule, the words, the way out."""

    code: str
    message: str
    help: str


@dataclass(frozen=True)
class Album:
    """Looks at pictures by their written path; ``folder`` holds the board, ``root`` the project."""

    folder: Path
    root: Path
    _seen: dict[str, BoardPicture | PictureTrouble] = field(default_factory=dict)

    def look(self, written: str) -> BoardPicture | PictureTrouble:
        """The picture at ``written``, or what is wrong with it."""
        if written not in self._seen:
            self._seen[written] = self._look(written)
        return self._seen[written]

    @property
    def pictures(self) -> Mapping[str, BoardPicture]:
        """The pictures that were looked at and can be used."""
        return {name: seen for name, seen in self._seen.items() if isinstance(seen, BoardPicture)}

    def _look(self, written: str) -> BoardPicture | PictureTrouble:
        if not written.strip():
            return PictureTrouble(
                "picture-missing",
                "this path is empty",
                "write a path beside this board: refs/vixen.png",
            )
        try:
            path = resolve_inside(self.root, self.folder, written)
            return _absent(written, path) or _measured(written, path)
        except PicturePathError as error:
            return _refused(written, error)
        except OSError:  # a name too long for the disk, a folder that may not be entered
            return _refused(written, UnusablePathError(written))


def named(written: str) -> str:
    """A path in a message; of a very long one, its beginning."""
    short = written if len(written) <= _MOST_SHOWN else f"{written[:_MOST_SHOWN]}..."
    return f"`{short}`"


def _refused(written: str, error: PicturePathError) -> PictureTrouble:
    if isinstance(error, AddressError):
        return PictureTrouble(
            "picture-address",
            f"{named(written)} is an address on the network",
            "save the picture beside this board and name the file",
        )
    if isinstance(error, AbsolutePathError):
        return PictureTrouble(
            "picture-absolute",
            f"{named(written)} is an absolute path",
            "write it from this board's folder: refs/vixen.png",
        )
    if isinstance(error, OutsideProjectError):
        return PictureTrouble(
            "picture-outside",
            f"{named(written)} leads out of the project",
            "copy the picture beside this board",
        )
    return PictureTrouble(
        "picture-missing",
        f"{named(written)} cannot be a file's name",
        "write a path beside this board: refs/vixen.png",
    )


def _absent(written: str, path: Path) -> PictureTrouble | None:
    if path.is_symlink() and not path.exists():
        return PictureTrouble(
            "picture-missing",
            f"{named(written)} is a link to nothing",
            "mend the link, or copy the picture here",
        )
    if not path.exists():
        return PictureTrouble(
            "picture-missing", f"there is no picture `{written}`", neighbours(path)
        )
    if path.is_dir():
        return PictureTrouble(
            "picture-unreadable",
            f"{named(written)} is a folder, not a picture",
            "name the file in it",
        )
    return None


def neighbours(path: Path) -> str:
    """What lies where the picture was looked for, if one is meant."""
    from pipeline.storyboard.spelling import nearest

    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder `{folder.name}` either; paths begin at this board's folder"
    near = nearest(path.name, sorted(entry.name for entry in folder.iterdir())[:1000])
    return f"did you mean `{near}`?" if near else "paths begin at this board's folder"


def _measured(written: str, path: Path) -> BoardPicture | PictureTrouble:
    try:
        facts = look_at_picture(path)
    except MediaError as error:
        return PictureTrouble(
            "picture-unreadable",
            f"{named(written)} cannot be used: {error.why}",
            as_help(error.hint or "save a sound copy of it as PNG, JPEG or WebP"),
        )
    if max(facts.width, facts.height) >= LONGEST_SIDE:
        size = f"{facts.width} x {facts.height}"
        return PictureTrouble(
            "picture-large",
            f"{named(written)} has {size} pixels; each side is less than {LONGEST_SIDE:,}",
            "save a smaller copy",
        )
    return BoardPicture(written, path, facts)


def as_help(hint: str) -> str:
    """A hint, which is a sentence, in the manner of a fault's help, which is none."""
    return f"{hint[:1].lower()}{hint[1:]}".rstrip(".")
