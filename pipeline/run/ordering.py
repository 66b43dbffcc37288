"""One paid take, from its intent to its clip in the store: each move on disk before the next act.

::

    intent ─ publish, connect ─► sending ─ POST ─► submitted ─ look, look ─► succeeded
           ─ download, check, store ─► fetched          (committed once the lock names it)

The loop does whatever the journal says comes next, so a run that takes over after a crash and one
that never crashed are the same code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import StoryreelError, ToolStoppedError
from pipeline.ids import ShotId
from pipeline.journal.attempt import Attempt
from pipeline.journal.wall import Wall
from pipeline.run.collecting import ended, fetch, watch
from pipeline.run.errands import Counter, Errands, Tell
from pipeline.run.events import Accepted, Noted
from pipeline.run.paid_errors import (
    EndedBeforeError,
    KeptForLaterError,
    LostJobError,
    UncertainError,
)
from pipeline.run.room import Place
from pipeline.run.submitting import Job, reconcile, send
from pipeline.vendors.errors import JobFailedError, RefusedError
from pipeline.vendors.interface import Waiting
from pipeline.vendors.listening import speak_of

ENDED = ("failed", "refused", "cancelled", "abandoned")


@dataclass
class Ordering:
    """Makes paid takes through routes.

    Args:
        errands: journal, store, patience.
        counters: the routes in use, by name.
        wall: what may be spent.
        retry_failed: how many new attempts a take that fails may have in this run.
    """

    errands: Errands
    counters: Mapping[str, Counter]
    wall: Wall
    retry_failed: int = 0

    async def attempt_for(self, job: Job, tell: Tell) -> Attempt:
        """The attempt that has the take's clip in the store: gone on with, or begun now.

        Raises:
            VendorError, StoryreelError: there is no clip; what is known of the money is said.
            ToolStoppedError: the user wants to leave.
        """
        key, shot = job.intent.key, ShotId(job.intent.shot)
        waiting = Noted(shot, "another storyreel has this take in hand: waiting for it")
        async with self.errands.alone(key, lambda: tell(waiting)):
            return await self._attempt_for(job, tell)

    async def _attempt_for(self, job: Job, tell: Tell) -> Attempt:
        left = self.retry_failed
        attempt = await self._begun(job)
        if attempt is None:
            before = await self._ended_before(job)
            if before and left <= 0:
                raise EndedBeforeError(before)
            left -= before is not None
            attempt = await self._intend(job)
        while True:
            attempt = await self.carry_on(attempt, tell, job)
            if attempt.state not in ENDED:
                return attempt
            if left <= 0:
                raise _no_clip(attempt)
            left -= 1
            attempt = await self._intend(job)

    async def carry_on(self, attempt: Attempt, tell: Tell, job: Job | None = None) -> Attempt:
        """Do what comes next until the attempt has its clip or has ended.

        Without ``job`` (its shot has changed since) an attempt that was not sent is given up.
        """
        speak_of(attempt.shot, attempt.id)
        with Place() as place:
            return await self._carry_on(attempt, tell, job, place)

    async def _carry_on(
        self, attempt: Attempt, tell: Tell, job: Job | None, place: Place
    ) -> Attempt:
        while True:
            match attempt.state:
                case "intent" if job is None:
                    return await self.errands.move(attempt, "abandoned", "its shot has changed")
                case "intent" if job is not None:
                    counter = self._counter(attempt)
                    attempt = await send(self.errands, attempt, job, counter, place, tell)
                case "sending":
                    attempt = await reconcile(self.errands, attempt, self._counter(attempt))
                case "submitted" | "running":
                    counter = self._counter(attempt)
                    place.hold(counter.room)
                    tell(Accepted(ShotId(attempt.shot)))
                    attempt = await watch(self.errands, attempt, counter, tell)
                    place.give_back()
                case "succeeded":
                    attempt = await fetch(self.errands, attempt, self._counter(attempt), tell)
                case "uncertain":
                    raise UncertainError(attempt)
                case "lost":
                    raise LostJobError(attempt)
                case _:  # fetched, committed, or ended without a clip
                    return attempt

    async def look_once(self, attempt: Attempt, tell: Tell) -> Attempt:
        """Look at a job nobody waits for: fetch its clip if it is done, else leave it out there.

        Whatever goes wrong is left in the journal for the next run.
        """
        with self.errands.turn_of(attempt.key) as mine:
            return await self._look_once(attempt, tell) if mine else attempt

    async def _look_once(self, attempt: Attempt, tell: Tell) -> Attempt:
        speak_of(attempt.shot, attempt.id)
        counter = self.counters.get(attempt.route)
        handle = attempt.handle
        if attempt.state == "intent":
            return await self.carry_on(attempt, tell)
        if counter is None or attempt.state in ("uncertain", "lost"):
            return attempt
        try:
            if attempt.state == "sending":
                attempt = await reconcile(self.errands, attempt, counter)
                handle = attempt.handle
            if attempt.state in ("submitted", "running") and handle is not None:
                state = await counter.vendor.poll(handle)
                if isinstance(state, Waiting):
                    return attempt
                attempt = await ended(self.errands, attempt, state)
            if attempt.state == "succeeded":
                attempt = await fetch(self.errands, attempt, counter, tell)
        except ToolStoppedError:
            raise
        except StoryreelError as error:
            tell(Noted(ShotId(attempt.shot), f"an older job of it: {error.brief}"))
        return attempt

    async def _begun(self, job: Job) -> Attempt | None:
        """The attempt to go on with: one that is out, or that another board's run has made."""
        journal, route = self.errands.journal, job.intent.route
        known = await asyncio.to_thread(journal.attempts_for, job.intent.key)
        live = next((attempt for attempt in known if attempt.live), None)
        if live and live.state == "intent" and live.route != route:
            # nothing was sent; the board's routes have changed since
            await self.errands.move(live, "abandoned", f"goes through {route} now")
            return None
        made = known[-1] if known and known[-1].state == "committed" else None
        if live or made is None or made.clip is None or job.intent.again:
            return live
        return made if self.errands.store.state(made.clip) == "good" else None

    async def _ended_before(self, job: Job) -> Attempt | None:
        """The last attempt through this route, if it failed: it is not begun anew by itself."""
        if job.intent.again:
            return None
        known = await asyncio.to_thread(self.errands.journal.attempts_for, job.intent.key)
        last = next((one for one in reversed(known) if one.route == job.intent.route), None)
        return last if last and last.state in ("failed", "refused", "cancelled") else None

    async def _intend(self, job: Job) -> Attempt:
        return await asyncio.to_thread(self.errands.journal.intend, job.intent, self.wall)

    def _counter(self, attempt: Attempt) -> Counter:
        counter = self.counters.get(attempt.route)
        if counter is None:
            raise KeptForLaterError(attempt, f"the route {attempt.route} cannot be used now")
        return counter


def _no_clip(attempt: Attempt) -> StoryreelError:
    """Why an attempt that ended has no clip."""
    words = (attempt.error or f"the job was {attempt.state}").splitlines()[0].rstrip(".")
    kind = RefusedError if attempt.state == "refused" else JobFailedError
    return kind(
        f"{attempt.route} made no clip of {attempt.shot}: {words}.",
        details=MONEY[attempt.charged],
        hint="Change the prompt or the pictures, or order it again with --retry-failed 1.",
        charged=attempt.charged,
    )


MONEY = {
    "no": "Nothing was charged.",
    "refunded": "What was charged is given back.",
    "maybe": "It may have been charged.",
    "yes": "It was charged.",
}
"""What is said of the money of an attempt."""
