"""A step of the plan as a job for a route; and jobs that no step wants any more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.ids import TakeKey
from pipeline.journal.attempt import Attempt, Intent
from pipeline.journal.errors import IllegalMoveError
from pipeline.journal.journal import Journal
from pipeline.models.catalog import models, routes
from pipeline.plan.price import billed_seconds, price_of
from pipeline.plan.request import Request
from pipeline.plan.step import Fetch, Forced, Gone, Make, Step
from pipeline.plan.take import Lock
from pipeline.run.collecting import price_words
from pipeline.run.errands import Counter
from pipeline.run.events import Event
from pipeline.run.handing_over import HandedOver, hands_over
from pipeline.run.ordering import Ordering
from pipeline.run.paid_errors import NoRouteError
from pipeline.run.prepared import Bought, Lane, Prepared
from pipeline.run.refetching import Wanted, fetch_again
from pipeline.run.submitting import Job
from pipeline.store.clip import Clip
from pipeline.storyboard.prompt import spell
from pipeline.vendors.errors import RefusedError, VendorError
from pipeline.vendors.interface import Asked

AHEAD = 3
"""Shots made ready beyond those a route has room for: a place that is free is filled at once."""


@dataclass
class Paying:
    """Gets clips through routes for one board's run (``run/prepared.py``, ``Away``).

    Args:
        ordering: orders and collects.
        run: a name no other run has.
        board: the board's name.
    """

    ordering: Ordering
    run: str
    board: str

    def lane(self, step: Step) -> Lane:
        """The lane of the shot's route."""
        route = _route(step)
        most = self.counter(step).route.jobs_at_once
        return Lane(route, most, away=True, ahead=AHEAD)

    def counter(self, step: Step) -> Counter:
        """The shot's route in use."""
        return self.ordering.counters[_route(step)]

    async def buy(self, step: Step, prepared: Prepared, tell: Callable[[Event], None]) -> Bought:
        """The clip of a take, through its route; see ``Ordering.attempt_for``.

        Raises:
            HandedOver: another of its routes is to be asked.
        """
        breaker, clock = self.counter(step).breaker, self.ordering.errands.clock
        if step.others and (why := breaker.out(clock.now())):
            raise HandedOver(why)
        job = job_for(step, prepared, run=self.run, board=self.board)
        try:
            attempt = await self.ordering.attempt_for(job, tell)
        except VendorError as error:
            breaker.trip(error, clock.now())
            known = self.ordering.errands.journal.attempts_for(prepared.key)
            if step.others and hands_over(step.shot, error, known):
                raise HandedOver(error) from error
            if step.others and isinstance(error, RefusedError):
                error.hint = f"{error.hint or ''} Or ask {step.others[0]}: on_refusal: next_route."
            raise
        breaker.mend()
        if attempt.clip is None:
            raise AssertionError("an attempt that ended well has its clip")
        clip = self.ordering.errands.store.clip(attempt.clip)
        return Bought(clip, attempt.route, price_words(attempt))

    async def fetch_again(
        self, fetch: Fetch, step: Step, prepared: Prepared, tell: Callable[[Event], None]
    ) -> Clip:
        """The clip of a take that was paid for before; see ``run/refetching.py``."""
        counter = self.ordering.counters.get(fetch.route)
        wanted = Wanted(fetch, step, prepared)
        return await fetch_again(self.ordering.errands, counter, wanted, tell)


def job_for(step: Step, prepared: Prepared, *, run: str, board: str) -> Job:
    """What a step wants of its route."""
    shot, request, route = step.shot, prepared.request, _route(step)
    price = price_of(shot, route)
    another = isinstance(step.action, Make) and isinstance(step.action.reason, Forced | Gone)
    intent = Intent(
        run=run,
        key=prepared.key,
        board=board,
        shot=shot.id,
        model=shot.model,
        route=route,
        mode=shot.mode,
        fields=request.fields(),
        seconds=billed_seconds(shot),
        unit=price.unit if price else None,
        estimate=price.amount if price else None,
        seed=request.seed,
        variation=request.variation,
        again=another,
    )
    pictures = tuple(prepared.files[source] for source in shot.sources)
    return Job(intent, pictures, lambda links: asked(request, route, links), prepared.urgency)


def asked(request: Request, route: str, links: tuple[str, ...]) -> Asked:
    """A request in the words of its route, its pictures published."""
    token = routes()[route].serves[request.model].reference_token
    return Asked(
        model=request.model,
        mode=request.mode,
        prompt=spell(request.prompt, token),
        seed=request.seed,
        seconds=request.seconds,
        resolution=request.resolution,
        aspect=request.aspect,
        pictures=links,
    )


def commit_taken(journal: Journal, lock: Lock) -> None:
    """Attempts whose clip the lock names have come to their end."""
    named = {take.clip for block in lock.shots.values() for take in block.takes}
    for attempt in journal.live():
        if attempt.state == "fetched" and attempt.clip in named:
            with contextlib.suppress(IllegalMoveError):  # a board with the same take was quicker
                journal.move(attempt.id, "committed")


async def collect_others(
    ordering: Ordering, board: str, wanted: frozenset[TakeKey], tell: Callable[[Event], None]
) -> tuple[Attempt, ...]:
    """Fetch what is done of jobs that were paid for though the board has changed since.

    Each is looked at once; what is still being made is left for a later run.
    """
    collected = []
    for attempt in ordering.errands.journal.live():
        if attempt.board == board and attempt.key not in wanted:
            looked = await ordering.look_once(attempt, tell)
            if looked.state == "fetched":
                collected.append(looked)
    return tuple(collected)


def words_of(attempt: Attempt) -> str:
    """An attempt in a plan's words."""
    job = f"job at {attempt.route}"
    why = (attempt.error or attempt.state).splitlines()[0]
    return {
        "sending": f"sent to {attempt.route}, answer lost: asked for again, charged once",
        "submitted": f"{job}, waiting",
        "running": f"{job}, running",
        "succeeded": f"{job} is done, its clip is fetched",
        "uncertain": f"sent to {attempt.route}, nobody knows whether it was taken: settle it",
        "lost": f"paid for, and it cannot be had from {attempt.route} ({why}): settle it",
    }.get(attempt.state, why)


def _route(step: Step) -> str:
    if step.route is None:
        raise NoRouteError(step.shot.id, models()[step.shot.model].title)
    return step.route
