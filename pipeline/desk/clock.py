"""The desk's own time: it can run faster than the world's, and be put forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Counts seconds since the epoch, ``speed`` of them for each second of the world.

    What is told to a client (``expiresAt``, ``createdAt``) is the world's time: a link that lives
    an hour at speed 60 is told to live a minute.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began = time.monotonic()
        self._base = time.time()

    def now(self) -> float:
        """The desk's time."""
        return self._base + (time.monotonic() - self._began) * self.speed

    def advance(self, seconds: float) -> None:
        """Put the clock forward: links die, jobs end, idempotency keys are forgotten."""
        self._base += seconds

    def real(self, seconds: float) -> float:
        """How many of the world's seconds ``seconds`` of the desk's last."""
        return seconds / self.speed

    def world(self, moment: float) -> float:
        """When in the world's time the desk's ``moment`` is."""
        return time.time() + self.real(moment - self.now())


def stamp(moment: float) -> str:
    """``2026-11-03T10:00:00.000Z``, as the vendors write it."""
    spelled = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return spelled.replace("+00:00", "Z")
