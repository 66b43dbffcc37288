"""Where everything of one board lies. Pure paths; nothing is opened.

::

    <root>/storyboards/<name>.storyboard.yaml     the board
    <root>/storyboards/<name>.lock.toml           its lock
    <root>/output/<name>/<name>.mp4               its film
    <root>/output/<name>/draft/                   a draft's film, and a lock of its own
    <root>/output/store/                          every board's clips
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".storyboard.yaml"


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
    def receipt(self) -> Path:
        """What the last render saw and left, for the next one to find nothing to do."""
        return self.folder / "receipt.json"


def board_name(board: Path) -> str:
    """A board's name: its file's, without the suffix."""
    return board.name.removesuffix(SUFFIX).removesuffix(".yaml").removesuffix(".yml")


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
    folder = root / "output" / name
    lock = board.with_name(f"{name}.lock.toml")
    film = f"{name}.mp4"
    if draft:
        folder = folder / draft
        lock = folder / f"{name}.lock.toml"
        film = f"{name}.draft.mp4"
    return Places(root, board, folder, folder / film, lock, store or root / "output" / "store")
