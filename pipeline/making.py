"""From a plan to clips, here and through routes; each take into the lock as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.files import check_writable
from pipeline.ids import ShotId, TakeKey
from pipeline.makers.registry import maker_for
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.models.catalog import models
from pipeline.plan.remember import numbers_ahead, remember
from pipeline.plan.step import Ended
from pipeline.planned import PlannedFilm
from pipeline.run.budget import Budget, refuse_over_budget
from pipeline.run.events import Event, Failed, Fetched, Found, Listener, Started, Stored
from pipeline.run.runner import Outcome, run_plan
from pipeline.run.workshop import Workshop
from pipeline.settings import environment
from pipeline.sidecars.lock_file import change_lock, load_lock

if TYPE_CHECKING:
    from pipeline.film.ahead import Ahead
    from pipeline.run.outside import Outside

_FOR_GOOD = frozenset({"refused", "job-failed", "failed-before"})
_TAKES_AT_ONCE = 20  # free takes written into the lock together; their records bridge a crash


def make_shots(
    planned: PlannedFilm,
    budget: Budget,
    listen: Listener,
    stop: threading.Event,
    outside: Outside | None = None,
) -> tuple[Outcome, tuple[ShotId, ...]]:
    """Make the shots of a plan; what came of it, and the shots that were made now.

    Raises:
        StoryreelError: nothing was begun: a model cannot be had, a key is missing, the plan costs
            more than it may, ffmpeg is missing.
        OSError: nothing was begun: the lock could not be written.
    """
    if planned.plan.to_make:
        check_writable(planned.places.lock.parent)  # a take that no lock can hold is not begun
    return asyncio.run(_make_shots(planned, budget, listen, stop, outside))


async def _make_shots(
    planned: PlannedFilm,
    budget: Budget,
    listen: Listener,
    stop: threading.Event,
    outside: Outside | None,
) -> tuple[Outcome, tuple[ShotId, ...]]:
    remembering = _Remembering(planned, listen)
    try:
        async with _workshop(planned, budget, stop, remembering, outside) as workshop:
            outcome = await run_plan(
                planned.plan,
                planned.graph,
                workshop,
                jobs=planned.settings.jobs,
                listen=remembering.hear,
                stop=stop,
            )
            remembering.write()
    finally:
        remembering.write()
    return outcome, tuple(remembering.made)


@contextlib.asynccontextmanager
async def _workshop(
    planned: PlannedFilm,
    budget: Budget,
    stop: threading.Event,
    remembering: _Remembering,
    outside: Outside | None,
) -> AsyncIterator[Workshop]:
    """The workshop for a plan, with routes open where the plan, or an older job, needs them."""
    ffmpeg = find_ffmpeg(planned.settings.ffmpeg)
    here = {step.shot.model for step in planned.plan.to_make if models()[step.shot.model].built_in}
    if here:
        ffmpeg.check()
    makers = {model: maker_for(model, ffmpeg) for model in sorted(here)}
    numbers = numbers_ahead(planned.plan, planned.lock)
    workshop = Workshop(
        planned.film, planned.store, planned.lock, makers.__getitem__, numbers=numbers
    )
    if not _pays(planned):
        yield workshop
        return
    async with _routes_open(planned, budget, stop, remembering, workshop, outside) as paying:
        yield paying


def refuse_without_keys(planned: PlannedFilm) -> None:
    """Tell what a plan's paid shots lack, before anybody is asked to agree to their price.

    Raises:
        NotConnectedError, KeyRefusedError: a shot's model cannot be had.
        UnpublishableError: nobody could put its pictures where its route reads them.
    """
    from pipeline.publishers.interface import Means
    from pipeline.run import counters
    from pipeline.run.publishable import refuse_unpublishable

    places = planned.places
    ground = counters.Ground(places.root, places.journal, environment(), planned.settings)
    counters.refuse_unconnected(planned.plan)
    counters.refuse_without_keys(planned.plan, ground)
    refuse_unpublishable(planned.plan, planned.settings, Means(places.root, ground.environment))


def _pays(planned: PlannedFilm) -> bool:
    """Whether money is in play: never in a draft."""
    paid = any(step.fetch or not models()[step.shot.model].built_in for step in planned.plan.steps)
    return planned.draft is None and (paid or planned.places.journal.exists())


@contextlib.asynccontextmanager
async def _routes_open(
    planned: PlannedFilm,
    budget: Budget,
    stop: threading.Event,
    remembering: _Remembering,
    workshop: Workshop,
    outside: Outside | None,
) -> AsyncIterator[Workshop]:
    from dataclasses import replace

    from pipeline.publishers.interface import Means
    from pipeline.run.counters import Ground, paying, refuse_unconnected, routes_of_a_run
    from pipeline.run.paying import collect_others, commit_taken
    from pipeline.run.publishable import refuse_unpublishable

    refuse_unconnected(planned.plan)
    refuse_over_budget(planned.plan, budget)
    places = planned.places
    ground = Ground(places.root, places.journal, environment(), planned.settings)
    refuse_unpublishable(planned.plan, planned.settings, Means(places.root, ground.environment))
    board = planned.board.name
    names = routes_of_a_run(planned.plan, ground, board)
    async with paying(
        ground,
        names,
        board=board,
        store=planned.store,
        budget=budget,
        stop=stop,
        outside=outside,
    ) as away:
        yield replace(workshop, away=away, remake_missing=budget.remake_missing)
        keys = frozenset(step.key for step in planned.plan.every if step.key)
        if not stop.is_set():
            await collect_others(away.ordering, board, keys, remembering.listen)
        remembering.write()
        commit_taken(away.ordering.errands.journal, load_lock(places.lock))


@contextlib.contextmanager
def cutting_ahead(
    planned: PlannedFilm, listen: Listener, stop: threading.Event
) -> Iterator[CuttingAhead]:
    """Encode what is certain of a film while its shots are made, where it will be cut at all.

    Its ``hear`` is what ``make_shots`` is to tell; ``listen`` is told first. Left, it gives up.
    """
    if not planned.plan.to_run or planned.plan.left_out:
        yield CuttingAhead(planned, listen)
        return
    from pipeline.film.ahead import encoding_ahead

    ffmpeg = find_ffmpeg(planned.settings.ffmpeg)
    with encoding_ahead(planned.film, planned.places.segments, ffmpeg, stop) as ahead:
        yield CuttingAhead(planned, listen, ahead)


@dataclass(frozen=True)
class CuttingAhead:
    """Hears what happens to the shots, and lets be encoded what it can."""

    planned: PlannedFilm
    listen: Listener
    ahead: Ahead | None = None

    def hear(self, event: Event) -> None:
        """Pass an event on, and tell of a shot begun here, of a clip that has come."""
        self.listen(event)
        if self.ahead is None or event.shot not in self._shots:
            return
        match event:
            case Started() if event.shot in self._made_here:
                self.ahead.begins_here(event.shot)
            case Stored() | Fetched():
                self.ahead.ends(event.shot, self.planned.store.clip(event.take.clip))
            case Found():
                self.ahead.ends(event.shot, self.planned.store.clip(event.clip))
            case Failed():
                self.ahead.ends(event.shot, None)
            case _:
                pass  # nothing is there that was not, or no longer

    def rest(self) -> None:
        """Begin nothing more: the film is cut from here on."""
        if self.ahead:
            self.ahead.rest()

    @functools.cached_property
    def _shots(self) -> frozenset[ShotId]:
        """What the film is cut from: further takes are not in it."""
        return frozenset(shot.id for shot in self.planned.film.shots)

    @functools.cached_property
    def _made_here(self) -> frozenset[ShotId]:
        """The shots whose models run on this machine."""
        shots = (step.shot for step in self.planned.plan.steps)
        return frozenset(shot.id for shot in shots if models()[shot.model].built_in)


@dataclass
class _Remembering:
    """Writes takes into the lock: paid ones at once, free ones now and then and at the end."""

    planned: PlannedFilm
    listen: Listener
    heard: list[Stored | Fetched | Found] = field(default_factory=list)
    made: list[ShotId] = field(default_factory=list)
    given_up: set[TakeKey] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if isinstance(event, Failed):
            self._let_go(event)
        if isinstance(event, Stored):
            self.made.append(event.shot)
        if isinstance(event, (Stored, Fetched, Found)) and event.take:
            self.heard.append(event)
            if event.take.route or len(self.heard) >= _TAKES_AT_ONCE:
                self.write()
        self.listen(event)

    def _let_go(self, event: Failed) -> None:
        """A further take that failed for good is ordered no more: a person was told."""
        step = next(step for step in self.planned.plan.every if step.label == event.shot)
        over = isinstance(step.action, Ended) or event.error.code in _FOR_GOOD
        if step.further and step.key and over:
            self.given_up.add(step.key)

    def write(self) -> None:
        if not (self.heard or self.given_up):
            return
        steps = {step.label: step for step in self.planned.plan.every}
        news = [(steps[event.shot], event.take) for event in self.heard if event.take]
        seed = self.planned.board.storyboard.seed
        places = self.planned.places
        over = frozenset(self.given_up)
        change_lock(places.lock, places.guard, lambda lock: remember(lock, seed, news, over))
        self.heard.clear()
        self.given_up.clear()
