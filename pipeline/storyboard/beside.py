"""Files that a board names beside it: each looked at once, or the reason why it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.errors import MediaError
from pipeline.media.pictures import (
    AbsolutePathError,
    AddressError,
    OutsideProjectError,
    PicturePathError,
    UnusablePathError,
    resolve_inside,
)

_MOST_SHOWN = 100

Usable = TypeVar("Usable")


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """Why a file cannot be used: the code of the rule, the words, the way out."""

    code: str
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a shelf holds: its name, and the code of each thing that may be wrong with a path.

    ``example`` is a path as an author may write it; ``cure`` is the way out for a file that
    cannot be read and says none itself; ``folder`` is what a folder in its place is told, and
    the way out.
    """

    name: str
    example: str
    cure: str
    folder: tuple[str, str]
    missing: str
    unreadable: str
    address: str
    absolute: str
    outside: str
    unusable: str

    @property
    def beside(self) -> str:
        """The way out where there is no path to speak of."""
        return f"write a path beside this board: {self.example}"


@dataclass(frozen=True)
class Shelf(Generic[Usable]):
    """Looks at files by their written path; ``folder`` holds the board, ``root`` the project.

    ``opened`` looks into a file that is there: what it gives is kept; a ``MediaError`` of its is
    told in the words of ``kind``.
    """

    kind: Kind
    folder: Path
    root: Path
    opened: Callable[[str, Path], Usable | FileTrouble]
    _seen: dict[str, Usable | FileTrouble] = field(default_factory=dict)

    def look(self, written: str) -> Usable | FileTrouble:
        """The file at ``written``, or what is wrong with it."""
        if written not in self._seen:
            self._seen[written] = self._look(written)
        return self._seen[written]

    @property
    def usable(self) -> Mapping[str, Usable]:
        """The files that were looked at and can be used, by their written path."""
        return {
            name: seen for name, seen in self._seen.items() if not isinstance(seen, FileTrouble)
        }

    def _look(self, written: str) -> Usable | FileTrouble:
        if not written.strip():
            return FileTrouble(self.kind.missing, "this path is empty", self.kind.beside)
        try:
            path = resolve_inside(self.root, self.folder, written)
            return _absent(self.kind, written, path) or self._open(written, path)
        except PicturePathError as error:
            return _refused(self.kind, written, error)
        except OSError:  # a name too long for the disk, a folder that may not be entered
            return _refused(self.kind, written, UnusablePathError(written))

    def _open(self, written: str, path: Path) -> Usable | FileTrouble:
        try:
            return self.opened(written, path)
        except MediaError as error:
            why = f"{named(written)} cannot be used: {error.why}"
            return FileTrouble(self.kind.unreadable, why, as_help(error.hint or self.kind.cure))


def _absent(kind: Kind, written: str, path: Path) -> FileTrouble | None:
    if path.is_symlink() and not path.exists():
        hint = f"mend the link, or copy the {kind.name} here"
        return FileTrouble(kind.missing, f"{named(written)} is a link to nothing", hint)
    if not path.exists():
        why = f"there is no {kind.name} {named(written)}"
        return FileTrouble(kind.missing, why, neighbours(written, path))
    if path.is_dir():
        what, hint = kind.folder
        return FileTrouble(kind.unreadable, f"{named(written)} {what}", hint)
    if not path.is_file():  # a reader of a pipe would wait for ever
        why = f"{named(written)} cannot be used: it is a pipe or a device, not a file"
        return FileTrouble(kind.unreadable, why, kind.cure)
    return None


def _refused(kind: Kind, written: str, error: PicturePathError) -> FileTrouble:
    if isinstance(error, AddressError):
        hint = f"save the {kind.name} beside this board and name the file"
        return FileTrouble(kind.address, f"{named(written)} is an address on the network", hint)
    if isinstance(error, AbsolutePathError):
        hint = f"write it from this board's folder: {kind.example}"
        return FileTrouble(kind.absolute, f"{named(written)} is an absolute path", hint)
    if isinstance(error, OutsideProjectError):
        hint = f"copy the {kind.name} beside this board"
        return FileTrouble(kind.outside, f"{named(written)} leads out of the project", hint)
    return FileTrouble(kind.unusable, f"{named(written)} cannot be a file's name", kind.beside)


def named(written: str) -> str:
    """A path in a message; of a very long one, its beginning."""
    short = written if len(written) <= _MOST_SHOWN else f"{written[:_MOST_SHOWN]}..."
    return f"`{short}`"


def neighbours(written: str, path: Path) -> str:
    """What lies where a file was looked for, if one is meant, as the author would write it."""
    from pipeline.storyboard.spelling import nearest

    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder `{folder.name}` either; paths begin at this board's folder"
    near = nearest(path.name, sorted(entry.name for entry in folder.iterdir())[:1000])
    if near is None:
        return "paths begin at this board's folder"
    before, slash, _ = written.strip().replace("\\", "/").rpartition("/")
    return f"did you mean `{before}{slash}{near}`?"


def as_help(hint: str) -> str:
    """A hint, which is a sentence, in the manner of a fault's help, which is none."""
    return f"{hint[:1].lower()}{hint[1:]}".rstrip(".")
