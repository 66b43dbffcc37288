"""Retry is policy: what went wrong, while doing what, for which time -> wait, give up, or ask.

Polls and downloads are repeated generously, for they cost nothing; submissions hardly; nothing that
may have been charged is ever sent again from here. Pure: chance is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.publishers.interface import UnpublishedError
from pipeline.vendors.errors import (
    LinkError,
    MaybeSentError,
    NotSentError,
    TooManyError,
    UnreadableError,
    VendorDownError,
    VendorError,
)

Verb = Literal["publish", "connect", "submit", "poll", "fetch", "find", "balance"]

_TRIES: dict[Verb, int] = {
    "publish": 5, "connect": 4, "submit": 3, "poll": 12, "fetch": 8, "find": 4, "balance": 2,
}  # fmt: skip
_PATIENT_TRIES = 10  # for "too many requests": the vendor said when to come back
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Wait:
    """Try again after so many seconds."""

    seconds: float

    def __str__(self) -> str:
        return f"again in {self.seconds:.1f} s"


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not get better by trying now."""

    def __str__(self) -> str:
        return "given up"


@dataclass(frozen=True, slots=True)
class Ask:
    """It may have been charged: look it up or ask a person, do not send it again."""

    def __str__(self) -> str:
        return "asked for, not sent again"


Decision = Wait | GiveUp | Ask


def decide(verb: Verb, error: VendorError, attempt: int, *, chance: float) -> Decision:
    """What to do after a failure.

    Args:
        verb: what was being done.
        error: what went wrong.
        attempt: how many times it was tried now, from 1.
        chance: from 0 to 1; spreads the waiting of many shots.
    """
    if verb == "submit" and isinstance(error, (MaybeSentError, UnreadableError)):
        return Ask()
    if not _may_pass(verb, error):
        return GiveUp()
    if verb == "submit" and error.charged in ("maybe", "yes"):  # whatever its class says
        return Ask()
    tries = _PATIENT_TRIES if isinstance(error, TooManyError) else _TRIES[verb]
    if attempt >= tries:
        return GiveUp()
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + chance / 2)
    return Wait(max(wait, error.retry_after or 0.0))


def _may_pass(verb: Verb, error: VendorError) -> bool:
    """Whether the same may work a moment later."""
    if isinstance(error, LinkError):
        return error.again
    if isinstance(error, UnpublishedError):
        return False
    if isinstance(error, (NotSentError, TooManyError, VendorDownError)):
        return True
    return verb != "submit" and isinstance(error, (MaybeSentError, UnreadableError))
