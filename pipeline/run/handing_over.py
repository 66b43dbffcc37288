"""When a shot goes to the next of its routes: only while it is known that nobody charges for it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.journal.attempt import Attempt
from pipeline.plan.routing import Closed
from pipeline.storyboard.shot import Shot
from pipeline.vendors.errors import (
    BadRequestError,
    KeyRefusedError,
    NoMoneyError,
    NotSentError,
    RefusedError,
    TooManyError,
    VendorDownError,
    VendorError,
)

_ROUTES_OWN = (
    BadRequestError,
    KeyRefusedError,
    NoMoneyError,
    NotSentError,
    TooManyError,
    VendorDownError,
)


class HandedOver(Exception):  # noqa: N818 - no error: the next route makes it
    """A shot's route does not make it and nothing was charged: the next one may."""

    def __init__(self, why: VendorError) -> None:
        super().__init__(why.brief)
        self.why = why


def hands_over(shot: Shot, error: VendorError, attempts: Sequence[Attempt]) -> bool:
    """Whether the next route may be asked.

    Args:
        shot: says whether a refusal may go on.
        error: what came of this route.
        attempts: all that the journal knows at the shot's key, after the error.
    """
    if any(one.live and one.state != "intent" for one in attempts):
        return False  # a job may be out there
    if isinstance(error, RefusedError):
        return shot.on_refusal == "next_route" and error.charged in ("no", "refunded")
    return isinstance(error, _ROUTES_OWN) and error.charged == "no"


def closed_by(attempts: Sequence[Attempt]) -> dict[str, Closed]:
    """The routes that will not make a take, by their last attempts at it; nothing was charged."""
    last = {attempt.route: attempt for attempt in attempts}
    closed: dict[str, Closed] = {}
    for route, attempt in last.items():
        if attempt.state == "refused" and attempt.charged in ("no", "refunded"):
            closed[route] = "refused"
        elif attempt.state == "failed" and attempt.charged == "no":
            closed[route] = "not taken"
    return closed
