"""When a film is made anew: what is seen of the files, and what that means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

QUIET = 0.3
"""Seconds the files must be left alone: editors write twice, and programs in pieces."""

Mark = tuple[int, ...] | str | None
"""What tells one state of a file from the next; none while it is not there."""

Seen = Mapping[Path, Mark]
"""Every file a film hangs on, as it was at one look."""

Deed = Literal["rest", "begin", "stop"]


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known after a look.

    ``began`` is how the files were when the last round began, none before the first one; ``seen``
    is how they were found last, and ``since`` the time from which on they have been like that.
    """

    seen: Seen
    since: float
    began: Seen | None = None

    @property
    def moved(self) -> bool:
        """Whether the files are not those that the last round was begun with."""
        return self.seen != self.began

    @property
    def changed(self) -> tuple[Path, ...]:
        """The files that are not as the last round found them; none before the first one."""
        before = self.began
        if before is None:
            return ()
        every = {**before, **self.seen}
        return tuple(path for path in every if self.seen.get(path) != before.get(path))


def looked(watch: Watch, seen: Seen, now: float) -> Watch:
    """What is known after the files were found as ``seen``."""
    return watch if seen == watch.seen else replace(watch, seen=seen, since=now)


def begun(watch: Watch) -> Watch:
    """What is known once a round has begun with the files as they are."""
    return replace(watch, began=watch.seen)


def deed(watch: Watch, now: float, *, busy: bool) -> Deed:
    """What to do now.

    A round whose files have moved is in vain and ends at once; the next one begins when they have
    been left alone for a moment. The first begins without waiting: nobody has just saved.

    Args:
        watch: what is known.
        now: on the clock of ``watch.since``.
        busy: whether a round is going on.
    """
    if not watch.moved:
        return "rest"
    if busy:
        return "stop"
    still = watch.began is None or now - watch.since >= QUIET
    return "begin" if still else "rest"
