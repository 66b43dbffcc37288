"""From an intent to a job that the vendor has: the one act that costs money.

What may have been charged is never sent again blindly: a lost answer is asked for under the same
idempotency key with the very same body, else looked up, else left to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.ids import ShotId
from pipeline.journal.attempt import Attempt, Intent
from pipeline.models.abilities import Route
from pipeline.models.catalog import models
from pipeline.run.errands import Counter, Errands, Tell
from pipeline.run.events import Noted
from pipeline.run.pacer import URGENT
from pipeline.run.paid_errors import UnansweredError
from pipeline.run.publishing import is_fresh, publish
from pipeline.run.retry import Ask, Wait
from pipeline.run.room import Place
from pipeline.vendors.errors import (
    BadRequestError,
    ConflictError,
    NoMoneyError,
    RefusedError,
    VendorError,
)
from pipeline.vendors.interface import Asked, Published, Submitted

LINK_MARGIN = 60.0
"""Seconds that a picture's link must still live for a body to be posted again."""

_ASKED_AGAIN = 4  # times a lost answer is asked for in one run


@dataclass(frozen=True, slots=True)
class Job:
    """What a shot wants made: the intent, its pictures, and the request once they have links."""

    intent: Intent
    pictures: tuple[Path, ...]
    asked: Callable[[tuple[str, ...]], Asked]
    urgency: Fraction = Fraction(0)


async def send(
    errands: Errands,
    attempt: Attempt,
    job: Job,
    counter: Counter,
    place: Place,
    tell: Tell,
) -> Attempt:
    """Publish, wait for a place, connect, write down that it is being sent, and post.

    Raises:
        VendorError: it was not sent, or was not taken; nothing was charged.
    """
    _refuse_closed(counter)
    vendor = counter.vendor
    published = await _publish(errands, attempt, job, counter, tell)
    await errands.until(place.wait_for(counter.room, job.urgency))
    now = errands.clock.date()
    if not all(is_fresh(one, now) for one in published):  # the wait was long
        published = await _publish(errands, attempt, job, counter, tell)
    body = vendor.body(job.asked(tuple(one.url for one in published)))
    expiries = [one.expires for one in published if one.expires is not None]
    await _connect(errands, counter)
    async with counter.posts:
        await errands.turn(counter, URGENT)
        _refuse_closed(counter)
        posting = _Posting(errands, attempt, counter, body, min(expiries, default=None))
        return await posting.to_an_end()


async def _connect(errands: Errands, counter: Counter) -> None:
    """Connect, once for all shots that are about to be sent: each look is a request of theirs."""
    if counter.vendor.warm:
        return
    if counter.connecting is None or counter.connecting.done():
        connecting = errands.patiently("connect", counter, counter.vendor.connect)
        counter.connecting = asyncio.ensure_future(connecting)
        counter.connecting.add_done_callback(_heard)
    # whoever of them leaves does not take the others' connection along
    await asyncio.shield(counter.connecting)


def _heard(connecting: asyncio.Future[None]) -> None:
    """Take note of how it ended, should nobody wait for it any more."""
    if not connecting.cancelled():
        connecting.exception()


async def _publish(
    errands: Errands, attempt: Attempt, job: Job, counter: Counter, tell: Tell
) -> list[Published]:
    """The job's pictures in their order, each where the route can read it."""
    model = models()[attempt.model]

    def note(text: str) -> None:
        tell(Noted(ShotId(attempt.shot), text))

    return [await publish(errands, counter, model, picture, note) for picture in job.pictures]


@dataclass
class _Posting:
    """One POST until its fate is written down.

    It is posted again only after the vendor, or the line, has said that it was not taken.
    """

    errands: Errands
    attempt: Attempt
    counter: Counter
    body: bytes
    inputs_expire: float | None

    async def to_an_end(self) -> Attempt:
        errands, key = self.errands, self.attempt.idempotency_key
        if key is None:
            raise AssertionError("an attempt has its idempotency key from its intent on")
        tries = 0
        while True:
            tries += 1
            try:
                submitted = await self.counter.vendor.submit(self.body, key, self._sending)
                return await _submitted(errands, self.attempt, submitted)
            except VendorError as error:
                decision = errands.decide("submit", error, tries)
                if isinstance(decision, Ask) or isinstance(error, ConflictError):
                    return await reconcile(errands, self.attempt, self.counter)
                if not isinstance(decision, Wait):
                    self.counter.breaker.trip(error, errands.clock.now())
                    return await _not_taken(errands, self.attempt, error)
                await errands.wait(decision, error, self.counter)

    async def _sending(self) -> None:
        """Connected, and nothing has left yet: from here on it may have been sent."""
        self.errands.leave_if_asked()
        if self.attempt.state == "intent":
            self.attempt = await self.errands.move(
                self.attempt, "sending", body=self.body, inputs_expire=self.inputs_expire
            )


def _refuse_closed(counter: Counter) -> None:
    """Another shot of this run has heard already that nothing more is taken."""
    if error := counter.breaker.for_good:
        raise error


async def _not_taken(errands: Errands, attempt: Attempt, error: VendorError) -> Attempt:
    if isinstance(error, RefusedError):
        return await errands.move(attempt, "refused", error.brief, charged="no", error=str(error))
    if isinstance(error, BadRequestError):
        return await errands.move(attempt, "failed", error.brief, charged="no", error=str(error))
    # the key, the money, a vendor that is down: nothing was taken, and the next run may try
    if attempt.state == "sending":
        await errands.move(attempt, "intent", error.brief)
    raise error


async def reconcile(errands: Errands, attempt: Attempt, counter: Counter) -> Attempt:
    """A submission whose answer was lost: ask for it again, look it up, or leave it.

    Raises:
        VendorError, UnansweredError: the vendor could not be asked now; the next run tries again.
    """
    unanswered: UnansweredError | None = None
    if may_ask_again(attempt, counter.route, errands.clock.date()):
        try:
            again = await _ask_again(errands, attempt, counter)
        except UnansweredError as error:
            unanswered, again = error, None
        except NoMoneyError as error:  # it is looked up all the same: it may have cost the last
            counter.breaker.trip(error, errands.clock.now())
            unanswered, again = UnansweredError(attempt, error), None
        if again:
            return again
    found = await _look_up(errands, attempt, counter)
    if found:
        return await _submitted(errands, attempt, found)
    if unanswered:
        raise unanswered
    if attempt.state == "uncertain":
        return attempt
    return await errands.move(attempt, "uncertain", "the answer was lost", charged="maybe")


def may_ask_again(attempt: Attempt, route: Route, now: float) -> bool:
    """Whether the vendor would give the same job for the same key, and the body is still good.

    A clock that was set back since counts as too late.
    """
    window, expires = route.idempotency_seconds, attempt.inputs_expire
    if not window or attempt.body is None or attempt.t_sending is None:
        return False
    in_time = 0 <= now - attempt.t_sending < window - LINK_MARGIN
    return in_time and (expires is None or now < expires - LINK_MARGIN)


async def _ask_again(errands: Errands, attempt: Attempt, counter: Counter) -> Attempt | None:
    """The same key and body once more; none where only looking can help."""
    body, key = _as_written(attempt)
    for tries in range(1, _ASKED_AGAIN + 1):
        await errands.turn(counter)
        try:
            return await _submitted(errands, attempt, await counter.vendor.submit(body, key))
        except (ConflictError, BadRequestError):
            return None  # the key is another body's, or a link in the body has died
        except RefusedError as error:
            return await errands.move(
                attempt, "refused", error.brief, charged="no", error=str(error)
            )
        except VendorError as error:
            decision = errands.decide("poll", error, tries)  # it is charged once, so as a look
            if not isinstance(decision, Wait):
                raise
            if tries == _ASKED_AGAIN:
                raise UnansweredError(attempt, error) from error
            await errands.wait(decision, error, counter)
    raise AssertionError("the last time raises, if none before it")


async def _look_up(errands: Errands, attempt: Attempt, counter: Counter) -> Submitted | None:
    body, _ = _as_written(attempt)
    vendor = counter.vendor
    everything = await asyncio.to_thread(errands.journal.all)
    claimed = frozenset(
        vendor.job_id(other.handle)
        for other in everything
        if other.handle and other.route == attempt.route
    )
    since = attempt.t_sending or attempt.t_intent
    return await errands.patiently("find", counter, lambda: vendor.find(body, since, claimed))


async def _submitted(errands: Errands, attempt: Attempt, submitted: Submitted) -> Attempt:
    return await errands.move(attempt, "submitted", handle=dict(submitted.handle))


def _as_written(attempt: Attempt) -> tuple[bytes, str]:
    """The body and key that the journal holds; nothing else is ever posted."""
    if attempt.body is None or attempt.idempotency_key is None:
        raise AssertionError("an attempt that is sending has its body and key")
    return attempt.body, attempt.idempotency_key
