"""What can go wrong, as one tree. A class makes the sentence; callers pass facts.

::

    StoryreelError            exit 1
     ├─ UsageError            exit 2   the command cannot mean anything
     ├─ BoardFaultsError      exit 3   (storyboard/diagnostics.py) faults in a storyboard
     ├─ PlanMovedError        exit 5   a saved plan no longer fits the board, lock or store
     ├─ NotConnectedError     exit 6   nothing here can reach that model
     ├─ ToolError                      a program we run is missing or failed
     │   ├─ ToolMissingError
     │   ├─ ToolFailedError
     │   └─ ToolStoppedError           it was told to stop
     ├─ MediaError                     a clip or a picture cannot be read
     ├─ StoreError                     the store cannot keep or give back a clip
     ├─ LockFileError                  a lock file beside a board cannot be read
     ├─ SettingsError         exit 2   a configuration value means nothing
     ├─ StoppedError          exit 130 somebody stopped it
     ├─ OwnFaultError                  a bug of storyreel's own
     └─ ShotsFailedError               the run ended, some shots have no clip
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Way:
    """A command line that would go on from an error.

    ``command`` is its words, ``storyreel`` first; ``costs`` is what it may spend at most, in words:
    ``free``, ``144 credits``, ``unknown``; ``why`` a person or a program would take it.
    """

    command: tuple[str, ...]
    costs: str
    why: str


class StoryreelError(Exception):
    """An error a user can act on.

    ``brief`` is one sentence ending in a full stop; ``details`` what is known about it;
    ``hint`` what to do next, in the imperative; ``ways`` the command lines that would go on, the
    cheapest first; ``meant`` a word that was written, and the one that was meant.
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, brief: str, *, details: str | None = None, hint: str | None = None) -> None:
        super().__init__(brief)
        self.brief = brief
        self.details = details
        self.hint = hint
        self.ways: tuple[Way, ...] = ()
        self.meant: tuple[str, str] | None = None

    def with_ways(self, ways: Sequence[Way]) -> Self:
        """The same error, which tells how to go on."""
        self.ways = tuple(ways)
        return self

    def with_meant(self, written: str, near: str | None) -> Self:
        """The same error, with the word that was meant, where one is near."""
        self.meant = (written, near) if near else None
        return self

    def __str__(self) -> str:
        return "\n".join(part for part in (self.brief, self.details, self.hint) if part)


class UsageError(StoryreelError):
    """The command line asks for something that does not exist."""

    exit_code = 2
    code = "usage"


class PlanMovedError(StoryreelError):
    """A saved plan no longer describes the board, the lock or the store."""

    exit_code = 5
    code = "plan-moved"


class NotConnectedError(StoryreelError):
    """No route to a model can be used from here."""

    exit_code = 6
    code = "not-connected"


class ToolError(StoryreelError):
    """A program that storyreel runs is missing or failed."""

    code = "tool"


class ToolMissingError(ToolError):
    """A program that storyreel needs cannot be started."""

    code = "tool-missing"


class ToolFailedError(ToolError):
    """A program ended with an error; ``tail`` is the end of what it said."""

    code = "tool-failed"

    def __init__(self, brief: str, *, tail: str = "", hint: str | None = None) -> None:
        super().__init__(brief, details=tail or None, hint=hint)
        self.tail = tail


class ToolStoppedError(ToolError):
    """A program was told to stop before it was done."""

    code = "tool-stopped"


class MediaError(StoryreelError):
    """A clip or a picture cannot be read as what it claims to be."""

    code = "media"

    def __init__(self, path: Path, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path} cannot be used: {why}.", hint=hint)
        self.path = path
        self.why = why


class StoreError(StoryreelError):
    """The store cannot keep a clip, or cannot give one back."""

    code = "store"


class LockFileError(StoryreelError):
    """A lock file cannot be read; it is never overwritten in that state."""

    code = "lock-file"


class SettingsError(StoryreelError):
    """A configuration value means nothing."""

    exit_code = 2
    code = "settings"


class StoppedError(StoryreelError):
    """Somebody stopped the command; what was finished is kept."""

    exit_code = 130
    code = "interrupted"


class OwnFaultError(StoryreelError):
    """storyreel itself is wrong."""

    code = "bug"


class ShotsFailedError(StoryreelError):
    """The run ended and some shots have no clip; what was made is kept."""

    code = "shots-failed"


def of_the_system(error: OSError | MemoryError) -> StoryreelError:
    """What the operating system refused, in words: the place, the reason, the way out."""
    if isinstance(error, MemoryError):
        return StoryreelError("There is no memory left.", hint=_LESS)
    reason, hint = _SYSTEM.get(error.errno or 0, (error.strerror or str(error), _AGAIN))
    place = error.filename2 or error.filename
    return StoryreelError(f"{reason}.", details=str(place) if place else None, hint=hint)


_AGAIN = "Nothing that was finished is lost: put it right and run the command again."
_LESS = f"Make fewer shots at once (--jobs 1), or take smaller pictures. {_AGAIN}"
_RIGHTS = f"Give yourself the right to write there, or use another place. {_AGAIN}"
_NO_FOLDER = (
    "A folder is needed where a file or a broken link stands",
    f"Move it out of the way, or use another place. {_AGAIN}",
)
_NO_ROOM = f"Free some room. {_AGAIN}"
_SYSTEM = {
    errno.ENOSPC: ("The disk is full", _NO_ROOM),
    errno.EDQUOT: ("Your share of the disk is used up", _NO_ROOM),
    errno.EACCES: ("Permission is denied", _RIGHTS),
    errno.EPERM: ("Permission is denied", _RIGHTS),
    errno.EROFS: ("The disk can only be read", _RIGHTS),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: ("A file is needed where a folder stands", _NO_FOLDER[1]),
    errno.ENAMETOOLONG: ("The path is too long", f"Use shorter names. {_AGAIN}"),
}
