"""A route that failed for everybody is left alone for a while. Pure.

What is wrong with one shot (its prompt, its pictures) is no reason to leave a route alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.publishers.interface import UnpublishedError
from pipeline.vendors.errors import (
    KeyRefusedError,
    NoMoneyError,
    NotSentError,
    TooManyError,
    VendorDownError,
    VendorError,
)

COOL_DOWN = 120.0
"""Seconds after which one shot tries a route that was down; the others wait for what it finds."""

_FOR_GOOD = (NoMoneyError, KeyRefusedError)  # in this run: a person has to do something
_FOR_A_WHILE = (VendorDownError, NotSentError, TooManyError)


@dataclass(slots=True)
class Breaker:
    """Remembers why a route is out, and until when."""

    why: VendorError | None = None
    until: float = 0.0

    def trip(self, error: VendorError, now: float) -> None:
        """Take note of a failure; ``now`` in seconds of a clock that only goes forward."""
        if isinstance(error, UnpublishedError):
            return  # the route itself was not asked
        if isinstance(error, _FOR_GOOD):
            self.why, self.until = error, float("inf")
        elif isinstance(error, _FOR_A_WHILE) and not self.for_good:
            self.why, self.until = error, now + COOL_DOWN

    def mend(self) -> None:
        """The route has taken something: whatever was wrong is over."""
        self.why, self.until = None, 0.0

    @property
    def for_good(self) -> VendorError | None:
        """Why nothing more is ordered here in this run."""
        return self.why if self.until == float("inf") else None

    def out(self, now: float) -> VendorError | None:
        """Why a shot had better go elsewhere; after the cool-down one is let through to try."""
        if self.why and now >= self.until:
            self.until = now + COOL_DOWN
            return None
        return self.why
