"""What can go wrong with the journal, and what it refuses.

::

    StoryreelError
     ├─ JournalError             exit 1   the file cannot be opened, read or written
     │   └─ IllegalMoveError              a move that is not in the table: a bug of ours
     ├─ LiveAttemptError                  the key has an attempt that may be charged
     ├─ MadeAttemptError                  the key has a clip that was made already
     └─ WallError                exit 5   a ceiling would be passed
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from pipeline.errors import StoryreelError
from pipeline.money import spell_amount

if TYPE_CHECKING:
    from pipeline.journal.attempt import Attempt

WallName = Literal["run", "project", "jobs", "price"]
"""Which wall: this run's money, the project's, this run's jobs, or a price nobody knows."""


class JournalError(StoryreelError):
    """The journal cannot be opened, read or written; nothing is done in the world without it."""

    code = "journal"


class IllegalMoveError(JournalError):
    """A move that is not in the table, or lacks what its state needs: a bug of ours."""

    code = "journal-move"

    def __init__(self, attempt: Attempt, to: str, why: str) -> None:
        super().__init__(
            f"Attempt {attempt.id} of shot {attempt.shot} is {attempt.state} and cannot become "
            f"{to}: {why}.",
            hint="This is a fault of storyreel, or two of it work on one take; nothing is lost. "
            "Run `storyreel journal` and report it.",
        )
        self.attempt = attempt


class LiveAttemptError(StoryreelError):
    """The key has a live attempt already; beginning another could pay twice."""

    code = "live-attempt"

    def __init__(self, existing: Attempt) -> None:
        super().__init__(
            f"This take is already out: attempt {existing.id}, begun for {existing.board} "
            f"{existing.shot}, is {existing.state} at {existing.route}.",
            hint="Render again to go on with it, or settle it first.",
        )
        self.existing = existing


class MadeAttemptError(StoryreelError):
    """The key has a committed attempt; only who asks for it by name makes another."""

    code = "made-attempt"

    def __init__(self, existing: Attempt) -> None:
        super().__init__(
            f"This take was already made and paid for: attempt {existing.id}, for "
            f"{existing.board} {existing.shot}, through {existing.route}.",
            hint="Render again to use its clip.",
        )
        self.existing = existing


class WallError(StoryreelError):
    """A ceiling would be passed; amounts are in ``unit`` (``jobs`` for the wall of that name)."""

    exit_code = 5
    code = "wall"

    def __init__(
        self,
        wall: WallName,
        unit: str,
        *,
        spent: Fraction,
        out: Fraction,
        asked: Fraction | None,
        ceiling: Fraction,
    ) -> None:
        super().__init__(
            f"{_TITLES[wall]} of {_amount(ceiling, unit)} {_REASONS[wall]}",
            details=f"Spent {_amount(spent, unit)}, out {_amount(out, unit)}, "
            f"this take {'unknown' if asked is None else _amount(asked, unit)}.",
            hint=_WAYS_OUT[wall],
        )
        self.wall = wall
        self.unit = unit
        self.spent = spent
        self.out = out
        self.asked = asked
        self.ceiling = ceiling


_TITLES = {
    "run": "This run's ceiling",
    "project": "The project's ceiling",
    "jobs": "This run's ceiling",
    "price": "The ceiling",
}
_REASONS = {
    "run": "would be passed.",
    "project": "would be passed.",
    "jobs": "is reached.",
    "price": "cannot be kept: nobody knows what this take costs in that unit.",
}
_WAYS_OUT = {
    "run": "Raise the run's ceiling, or render fewer shots.",
    "project": "Raise the project's ceiling, or render fewer shots.",
    "jobs": "Raise the number of jobs, or render again for the rest.",
    "price": "Allow its model or route by name, or lift the ceiling.",
}


def _amount(amount: Fraction, unit: str) -> str:
    """An amount in a sentence about ceilings, where nought is not ``free``."""
    return spell_amount(amount, unit) if amount else "nothing"
