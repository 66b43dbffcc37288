"""The fonts a board names: each looked at once, or the reason why it cannot be used."""

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
    PicturePathError,
    UnusablePathError,
    resolve_inside,
)
from pipeline.storyboard.pictures import as_help, named, neighbours

_BESIDE = "write a path beside this board: fonts/mine.ttf"
_PATHS: dict[type[PicturePathError], tuple[str, str]] = {
    AddressError: (
        "is an address on the network",
        "save the font beside this board and name the file",
    ),
    AbsolutePathError: (
        "is an absolute path",
        "write it from this board's folder: fonts/mine.ttf",
    ),
    OutsideProjectError: ("leads out of the project", "copy the font beside this board"),
}


@dataclass(frozen=True, slots=True)
class BoardFont:
    """A font that can be drawn with; ``written`` is its path as the board has it."""

    written: str
    path: Path
    characters: frozenset[int]
    digest: Digest


@dataclass(frozen=True, slots=True)
class FontTrouble:
    """Why a font cannot be used: the code of the rule, the words, the way out."""

    code: str
    message: str
    help: str


@dataclass(frozen=True)
class TypeCase:
    """Looks at fonts by their written path; ``folder`` holds the board, ``root`` the project."""

    folder: Path
    root: Path
    _seen: dict[str, BoardFont | FontTrouble] = field(default_factory=dict)

    def look(self, written: str) -> BoardFont | FontTrouble:
        """The font at ``written``, or what is wrong with it."""
        if written not in self._seen:
            self._seen[written] = self._look(written)
        return self._seen[written]

    @property
    def fonts(self) -> Mapping[str, BoardFont]:
        """The fonts that were looked at and can be used."""
        return {name: seen for name, seen in self._seen.items() if isinstance(seen, BoardFont)}

    def _look(self, written: str) -> BoardFont | FontTrouble:
        try:
            path = resolve_inside(self.root, self.folder, written)
            if written.strip() and path.exists():
                return _opened(written, path)
            return _absent(written, path)
        except PicturePathError as error:
            return _refused(written, error)
        except OSError:  # a name too long for the disk, a folder that may not be entered
            return _refused(written, UnusablePathError(written))


def _absent(written: str, path: Path) -> FontTrouble:
    if not written.strip():
        return FontTrouble("font-missing", "this path is empty", _BESIDE)
    return FontTrouble("font-missing", f"there is no font {named(written)}", neighbours(path))


def _refused(written: str, error: PicturePathError) -> FontTrouble:
    why, hint = _PATHS.get(type(error), ("cannot be a file's name", _BESIDE))
    return FontTrouble("font-path", f"{named(written)} {why}", hint)


def _opened(written: str, path: Path) -> BoardFont | FontTrouble:
    from pipeline.media.typefaces import look_at_font

    if not path.is_file():
        return FontTrouble("font-unreadable", f"{named(written)} is no file", "name a font's file")
    try:
        facts = look_at_font(path)
    except MediaError as error:
        return FontTrouble(
            "font-unreadable",
            f"{named(written)} cannot be used: {error.why}",
            as_help(error.hint or _BESIDE),
        )
    return BoardFont(written, path, facts.characters, facts.digest)
