"""The lock on disk: every writer comes through ``change_lock``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.files import clear_unfinished, held, read_regular, write_whole
from pipeline.plan.take import Lock
from pipeline.sidecars.lock import lock_text, read_lock, unreadable


def load_lock(path: Path) -> Lock:
    """The lock at ``path``; an empty one where there is none.

    Raises:
        LockFileError: it cannot be read.
    """
    try:
        data = read_regular(path)
    except FileNotFoundError:
        return Lock()
    except OSError as error:
        raise unreadable(str(path), error.strerror or str(error)) from error
    return read_lock(data, str(path))


def change_lock(path: Path, guard: Path, change: Callable[[Lock], Lock]) -> Lock:
    """Apply ``change`` to the newest lock, alone among all writers; write only a difference.

    Args:
        path: the lock beside the board.
        guard: the file that writers hold; under ``output/``, not beside the board.
        change: from the lock as it is now to the lock as it should be.

    Raises:
        LockFileError: it cannot be read, and so is not written.
    """
    with held(guard):
        before = load_lock(path)
        after = change(before)
        if lock_text(after) != lock_text(before):
            if path.parent.is_dir():
                clear_unfinished(path)  # it lies among the boards, where git would see it
            write_whole(path, lock_text(after))
        return after
