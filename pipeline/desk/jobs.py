"""A job as the vendor keeps it: its whole future is decided when it is taken, polls only look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pipeline.desk.drawing import Recipe
from pipeline.desk.faults import Rule, Subject

Ending = Literal["COMPLETED", "FAILED", "CANCELLED"]
Status = Literal["QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]


@dataclass(slots=True)
class Job:
    """One job. ``start`` and ``end`` are the desk's time; one that never ends has no finite end.

    ``created`` and ``completed`` are the world's, as they were told. ``link`` is the name of its
    file: known to who asked, guessed by nobody.
    """

    id: str
    account: str
    model: str
    prompt: str
    seed: int | None
    input: Mapping[str, Any]
    recipe: Recipe
    digest: str
    asked: str
    key: str | None
    price: Fraction
    link: str
    taken: float
    start: float
    end: float
    created: float
    ending: Ending = "COMPLETED"
    error: str | None = None
    refund: bool = False
    refunded: bool = False
    spoil: Rule | None = None
    lost: bool = False
    expired: bool = False
    completed: float | None = None

    @property
    def subject(self) -> Subject:
        """What rules see of it."""
        return Subject(self.prompt, self.id)

    def status(self, now: float) -> Status:
        """Where it stands. It waits a tenth of its time, a second at most [guess]."""
        if now >= self.end:
            return self.ending
        waiting = min(1.0, (self.end - self.start) / 10)
        return "QUEUED" if now < self.start + waiting else "PROCESSING"

    def progress(self, now: float) -> int:
        """0 to 100; 0 in the end where there is no clip [doc: example of a failed job]."""
        if now >= self.end:
            return 100 if self.ending == "COMPLETED" else 0
        if now <= self.start or self.end == float("inf"):
            return 0
        return min(99, int(100 * (now - self.start) / (self.end - self.start)))
