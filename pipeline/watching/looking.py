"""Looks at the files a board's draft hangs on, a few times a second.

By asking the system for each file's size, time and number: a hundred such questions take less than
a millisecond. Unlike the system's own notices this sees what editors do that write beside and
rename, what changes behind a symbolic link or on a network share, and files that do not exist yet.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import LockFileError
from pipeline.files import digest_of_bytes, mark_of, read_regular
from pipeline.packs.board_files import board_in, files_of
from pipeline.places import draft_folder, find_root, places_for
from pipeline.settings import files_of_settings
from pipeline.sidecars.lock_file import load_lock
from pipeline.storyboard.decoding import MOST_BYTES
from pipeline.storyboard.resolver import Draft
from pipeline.watching.pace import Mark, Seen


class Eyes:
    """Looks at a board, at what it names, at what people chose, and at the settings."""

    def __init__(self, board: Path, draft: Draft) -> None:
        self._board = board.absolute()
        self._draft = draft
        self._named: frozenset[Path] = frozenset()
        self._read: Mark = ()
        self._locked: tuple[Mark, Mark] = ((), None)

    def look(self) -> Seen:
        """How everything is now. The board first: what it names may be new."""
        board = mark_of(self._board)
        root = find_root(self._board)
        if board != self._read:
            self._read = board
            self._named = self._named_by(root)
        seen: dict[Path, Mark] = {self._board: board}
        seen |= {path: mark_of(path) for path in sorted(self._named)}
        seen |= {path: mark_of(path) for path in files_of_settings(root)}
        lock = self._lock(root)
        return seen | {lock: self._choices(lock)}

    def _named_by(self, root: Path) -> frozenset[Path]:
        """The files a board names; of one that cannot be read, those it named before."""
        try:
            board = board_in(read_regular(self._board, MOST_BYTES))
        except OSError:
            return self._named
        if board is None:
            return self._named
        folder, top = self._board.parent, root.absolute()
        place = self._board.relative_to(top).as_posix() if folder.is_relative_to(top) else ""
        return frozenset(top / path for path in files_of(board, place))

    def _lock(self, root: Path) -> Path:
        folder = draft_folder(self._draft.resolution)
        return places_for(self._board, root, store=None, draft=folder).lock

    def _choices(self, lock: Path) -> Mark:
        """What people chose of the draft's takes; what renders write in there counts for nothing.

        A lock that cannot be read counts by its file: the render will tell.
        """
        mark = mark_of(lock)
        if mark != self._locked[0]:
            try:
                self._locked = (mark, _chosen(lock))
            except LockFileError:
                self._locked = (mark, mark)
        return self._locked[1]


def _chosen(lock: Path) -> str | None:
    """A digest of picks, holds, rejections and orders; none where there are none."""
    told = [
        f"{name} {block.pick} {block.held} {sorted(block.rejected)} {block.orders}"
        for name, block in sorted(load_lock(lock).shots.items())
        if block.pick or block.rejected or block.orders
    ]
    return digest_of_bytes("\n".join(told).encode()) if told else None
