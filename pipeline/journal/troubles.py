"""What can be wrong with the journal's file, in words, each with the way out."""

from __future__ import annotations

from pathlib import Path

from pipeline.journal.disks import with_log
from pipeline.journal.errors import JournalError

_KEPT = "What was recorded before is kept."

# SQLite's primary result codes (sqlite.org/rescode.html)
_IN_USE = (5, 6)  # busy, locked
_NO_WAY = (8, 10, 13, 14)  # read-only, input/output, full, cannot open
_DAMAGED = (11, 26)  # corrupt, not a database


def told(path: Path, error: Exception) -> Exception:
    """An error of SQLite or the system about ``path``, as ours; what is ours, or a bug, stays."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, OSError) or code in _NO_WAY:
        return _unwritable(path, str(error))
    if code in _DAMAGED:
        return damaged(path, str(error))
    if code in _IN_USE:
        return JournalError(
            f"Another storyreel is writing to {path} and does not end.",
            details=str(error),
            hint=f"Wait for it, or stop it, and run again. {_KEPT}",
        )
    return JournalError(f"The journal {path} refuses: {error}.", hint=_KEPT) if code else error


def _unwritable(path: Path, why: str) -> JournalError:
    return JournalError(
        f"The journal {path} cannot be opened, read or written: {why}.",
        hint=f"Make room or mend the folder's permissions, and run again. {_KEPT}",
    )


def damaged(path: Path, why: str) -> JournalError:
    """The file is there and is not what was written; it is left as it is."""
    return JournalError(
        f"The journal {path} is damaged: {why}.",
        details="It alone knows which paid jobs are out, so nothing is posted without it.",
        hint=f"Copy {path.name} and {path.name}-wal (if there) to a safe place first. Then put a "
        f"backup in their place, or what `sqlite3 {path.name} .recover` saves. With neither: look "
        "on the vendor's own page for jobs not fetched yet, then move the files away.",
    )


def refuse_lone_log(path: Path) -> None:
    """A log whose file is gone: opening it would make SQLite throw the log away."""
    log = with_log(path)[1]
    if not path.exists() and log.exists() and log.stat().st_size:
        raise damaged(path, f"{log.name} is there without it")


def taken_away(path: Path) -> JournalError:
    """Somebody moved or deleted it while it was in use."""
    return JournalError(
        f"The journal {path} was moved away or deleted while it was in use.",
        details="What was written to it since can be found by nobody.",
        hint="Put it back, with its -wal, and run again.",
    )


def foreign(path: Path) -> JournalError:
    """An SQLite file of somebody else."""
    return JournalError(
        f"{path} is not a journal of storyreel.", hint="Move it away and run again."
    )


def newer(path: Path, version: int, known: int) -> JournalError:
    """Written by a storyreel that came after this one."""
    return JournalError(
        f"The journal {path} is of version {version}; this storyreel knows up to {known}.",
        hint="Use the storyreel that wrote it, or a later one. Nothing was changed.",
    )


def no_folder(path: Path) -> JournalError:
    """Its folder does not exist."""
    return JournalError(f"The journal's folder {path.parent} does not exist.", hint="Make it.")


def no_log(path: Path, why: str) -> JournalError:
    """The file system cannot keep a write-ahead log safely."""
    return JournalError(
        f"The journal cannot be kept in {path.parent}: {why}.",
        details="Its write-ahead log needs memory shared between processes, on a local disk.",
        hint=f"Make {path.parent} a link to a folder on a local disk.",
    )
