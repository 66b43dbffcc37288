"""What a run takes from outside besides its vendors: time, and the opening of the journal.

Handed in from the command line's own entry, so that a proof can let time run or jump, or end the
process between two moves, in a real render.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.journal.journal import Journal
from pipeline.run.clock import Clock, RealClock


class OpenJournal(Protocol):
    """Opens a journal to write to."""

    def __call__(self, path: Path, *, clock: Callable[[], float]) -> Journal:
        """The journal in ``path``; made if absent."""
        ...


@dataclass(frozen=True)
class Outside:
    """The machine's clocks and the journal as it is, unless told otherwise."""

    clock: Clock = field(default_factory=RealClock)
    journal: OpenJournal = Journal
