"""Where everything of one board lies; nothing is opened, only the project is looked for.

::

    <root>/storyboards/<name>.storyboard.yaml     the board
    <root>/storyboards/<name>.lock.toml           its lock
    <root>/output/<name>/<name>.mp4               its film
    <root>/output/<name>/draft/                   a draft's film, and a lock of its own
    <root>/output/ep01/<name>/                    of a board in storyboards/ep01/
    <root>/output/store/                          every board's clips
    <root>/output/journal.db                      every paid job of the project
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.ids import TakeKey

SUFFIX = ".storyboard.yaml"
ROOT_MARK = "storyreel.toml"
BOARDS_FOLDER = "storyboards"
PROBE = "(probe)"
"""Stands where a board's name does in the journal for jobs of ``doctor --probe``."""


@dataclass(frozen=True, slots=True)
class Places:
    """The paths of one board, or of its draft."""

    root: Path
    board: Path
    folder: Path  # output/<name>, or the draft's folder in it
    film: Path
    lock: Path
    store: Path

    @property
    def guard(self) -> Path:
        """The file that writers of the lock hold."""
        return self.folder / "lock.flock"

    @property
    def turn(self) -> Path:
        """The file that a render of this board holds while it runs."""
        return self.folder / "render.flock"

    @property
    def segments(self) -> Path:
        """Pieces of films, kept by content; free to make again."""
        return self.store / "segments"

    @property
    def journal(self) -> Path:
        """What happened to money in this project; private, never in git."""
        return self.root / "output" / "journal.db"

    @property
    def receipt(self) -> Path:
        """What the last render saw and left, for the next one to find nothing to do."""
        return self.folder / "receipt.json"


def board_name(board: Path) -> str:
    """A board's name: ``launch-day`` for ``launch-day.storyboard.yaml``."""
    return board.name.removesuffix(SUFFIX) if board.name.endswith(SUFFIX) else board.stem


def find_root(board: Path) -> Path:
    """The project's folder: what no board's picture may lie outside of.

    The nearest one with a ``storyreel.toml``, else the parent of a ``storyboards`` folder, else the
    board's own.
    """
    folder = board.absolute().parent
    around = (folder, *folder.parents)
    marked = next((parent for parent in around if (parent / ROOT_MARK).is_file()), None)
    boards = next((parent.parent for parent in around if parent.name == BOARDS_FOLDER), None)
    return marked or boards or folder


def project_around(folder: Path) -> Path:
    """The nearest project from a folder upward, as git finds its own; none: the folder itself.

    It is where a ``storyreel.toml`` lies or a ``storyboards`` folder stands.
    """
    here = folder.absolute()
    marked = (
        one
        for one in (here, *here.parents)
        if (one / ROOT_MARK).is_file() or (one / BOARDS_FOLDER).is_dir()
    )
    return next(marked, here)


def path_from_here(path: Path) -> str:
    """A path as people are told it: from where they stand, where it lies below that."""
    whole, here = path.absolute(), Path.cwd()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def path_in(root: Path, path: Path) -> str:
    """A path as others are told it: from the project's folder; of one outside, only the name."""
    whole, around = path.absolute(), root.absolute()
    return whole.relative_to(around).as_posix() if whole.is_relative_to(around) else path.name


def output_folder(board: Path, root: Path) -> Path:
    """Where a board's film lies: boards of one name in two folders do not share it."""
    name = board_name(board)
    around = Path(os.path.normpath(board.absolute())).parent
    root_folder = Path(os.path.normpath(root.absolute()))
    inside = around.relative_to(root_folder).parts if around.is_relative_to(root_folder) else ()
    parts = (*(inside[1:] if inside[:1] == (BOARDS_FOLDER,) else inside), name)
    first = f"{parts[0]}.film" if parts[0] in _TAKEN else parts[0]
    return root.joinpath("output", first, *parts[1:])


_TAKEN = frozenset({"store", "journal.db"})  # what else lies in ``output``


def draft_folder(resolution: str | None) -> str:
    """The name of a draft's folder; a draft of another size has one of its own."""
    return f"draft-{resolution}" if resolution else "draft"


def places_for(board: Path, root: Path, *, store: Path | None, draft: str | None) -> Places:
    """The places of ``board``.

    Args:
        board: the board's path.
        root: the project's folder.
        store: where clips lie; absent, ``output/store``.
        draft: the draft's folder name; absent for the film itself.
    """
    name = board_name(board)
    folder = output_folder(board, root)
    lock = board.with_name(f"{name}.lock.toml")
    film = f"{name}.mp4"
    if draft:
        folder = folder / draft
        lock = folder / f"{name}.lock.toml"
        film = f"{name}.draft.mp4"
    return Places(root, board, folder, folder / film, lock, store or root / "output" / "store")


def turn_of(journal: Path, key: TakeKey) -> Path:
    """The file that whoever moves a take's attempts in ``journal`` holds meanwhile."""
    return journal.parent / "turns" / f"{key}.flock"
