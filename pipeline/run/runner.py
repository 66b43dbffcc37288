"""Plan -> clips in the store.

A shot begins when every shot it waits for is stored, the one with the longest chain behind it
first, in its lane: at most ``jobs`` at a time are made here, and each route has its own limit,
which a shot leaves as soon as the vendor has made it, while its clip is on its way here. A
shot that fails stops only what waits for it. What is made is stored and told at once, so that
stopping at any moment loses no finished clip.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from pipeline.errors import StoryreelError, ToolStoppedError, of_the_system
from pipeline.graph import ShotGraph
from pipeline.ids import ShotId, TakeKey
from pipeline.plan.price import price_of
from pipeline.plan.step import Plan, Reuse, Step, Stuck, ToRun
from pipeline.run.events import (
    Accepted,
    Event,
    Failed,
    Found,
    Generated,
    Listener,
    Noted,
    Skipped,
    Started,
)
from pipeline.run.handing_over import HandedOver
from pipeline.run.lanes import Turn, Work, may_begin
from pipeline.run.paid_errors import StuckError
from pipeline.run.prepared import Finished, Lane
from pipeline.run.workshop import Workshop
from pipeline.store.clip import Clip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: a clip for each shot that has one, and why the others have none.

    Further takes are in it by their steps' labels where they failed; a film is cut without them.
    """

    clips: Mapping[ShotId, Clip]
    failed: Mapping[ShotId, StoryreelError]
    skipped: Mapping[ShotId, ShotId]
    stopped: bool

    @property
    def whole(self) -> bool:
        """Whether every shot of the plan has its clip, and every further take was made."""
        return not (self.failed or self.skipped or self.stopped)

    def cuttable(self, plan: Plan) -> bool:
        """Whether the film can be cut: no further take is needed for that."""
        return not self.stopped and all(step.shot.id in self.clips for step in plan.steps)


async def run_plan(
    plan: Plan,
    graph: ShotGraph,
    workshop: Workshop,
    *,
    jobs: int,
    listen: Listener,
    stop: threading.Event,
) -> Outcome:
    """Carry out a plan.

    Args:
        plan: what to do; every shot it needs is in it.
        graph: who waits for whom.
        workshop: makes and stores one shot.
        jobs: how many shots are made here at once; routes have limits of their own.
        listen: told what happens, in the order in which it happens.
        stop: when set, nothing new begins and what is being made is given up.
    """
    run = _Run(plan, graph, workshop, jobs, listen, stop)
    return await run.to_the_end()


@dataclass
class _Run:
    plan: Plan
    graph: ShotGraph
    workshop: Workshop
    jobs: int
    listen: Listener
    stop: threading.Event
    clips: dict[ShotId, Clip] = field(default_factory=dict)
    failed: dict[ShotId, StoryreelError] = field(default_factory=dict)
    skipped: dict[ShotId, ShotId] = field(default_factory=dict)
    one_key: dict[TakeKey, asyncio.Lock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = {step.label: step for step in self.plan.every}
        cost = {
            name: step.shot.asked
            if (step := self.steps.get(ShotId(name))) and isinstance(step.action, ToRun)
            else Fraction(0)
            for name in self.graph.order
        }
        self.remaining = self.graph.remaining(cost)
        self.waiting = self.graph.waiting()
        self.order = [ShotId(name) for name in self.graph.order]
        for step in self.plan.further:  # leaves: nothing waits for them, they give way to shots
            self.remaining[step.label] = Fraction(0)
            self.waiting[step.label] = []
            self.order.append(step.label)
            for first in step.shot.waits_for:
                self.waiting[first].append(step.label)
        self.missing = {
            name: sum(first in self.steps for first in step.shot.waits_for)
            for name, step in self.steps.items()
        }
        self.ready: dict[Lane, list[Turn]] = {}
        self.working: dict[ShotId, Work] = {}
        self.ended: list[tuple[ShotId, asyncio.Task[Finished]]] = []
        self.happened = asyncio.Event()

    async def to_the_end(self) -> Outcome:
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="shot") as pool:
            # listed beforehand: a reused shot frees those behind it while this goes on
            for name in [name for name, missing in self.missing.items() if not missing]:
                self._make_ready(name)
            self._begin_what_may(pool)
            while self.working:
                await self.happened.wait()
                self.happened.clear()
                while self.ended:
                    name, task = self.ended.pop()
                    del self.working[name]
                    self._settle(name, task)
                self._begin_what_may(pool)
        return Outcome(self.clips, self.failed, self.skipped, self.stop.is_set())

    def _begin_what_may(self, pool: ThreadPoolExecutor) -> None:
        """Begin shots in every lane that has room, the longest chain first."""
        if self.stop.is_set():
            return
        for lane, ready in self.ready.items():
            works = [work for work in self.working.values() if work.lane == lane]
            while ready and may_begin(ready[0], lane, works):
                turn = heapq.heappop(ready)
                work = Work(turn, lane, "getting ready" if lane.away else "being made")
                works.append(work)
                self.working[work.shot] = work
                task = asyncio.create_task(self._make(self.steps[work.shot], lane, pool))
                task.add_done_callback(partial(self._end, work.shot))

    def _end(self, name: ShotId, task: asyncio.Task[Finished]) -> None:
        self.ended.append((name, task))
        self.happened.set()

    def _hear(self, label: ShotId, event: Event) -> None:
        event = replace(event, shot=label)  # a further take's events are not its shot's
        if isinstance(event, Accepted | Generated):
            self.working[event.shot].stage = (
                "being made" if isinstance(event, Accepted) else "arriving"
            )
            self.happened.set()
        self.listen(event)

    def _make_ready(self, first: ShotId) -> None:
        """Queue a shot; one with a good clip is done at once, and so on along its chain."""
        ready = [first]
        while ready:
            name = ready.pop()
            step = self.steps[name]
            if isinstance(step.action, Reuse):
                try:
                    finished = self.workshop.reuse(step, step.action)
                except StoryreelError as error:  # the clip went bad since the plan
                    self._fail(name, error)
                    continue
                except OSError as error:
                    self._fail(name, of_the_system(error))
                    continue
                ready.extend(self._finish(name, finished))
            elif isinstance(step.action, Stuck):
                self._fail(name, StuckError(step.shot.id, step.action))
            else:
                turn = (-self.remaining[name], step.shot.place, name)
                lane = self.workshop.lane(step, self.jobs)
                heapq.heappush(self.ready.setdefault(lane, []), turn)

    async def _make(self, step: Step, lane: Lane, pool: ThreadPoolExecutor) -> Finished:
        loop = asyncio.get_running_loop()
        hear = partial(self._hear, step.label)
        tell = self._from_thread(loop, hear)
        self.listen(Started(step.label, str(step.action)))
        prepared = await loop.run_in_executor(pool, self.workshop.prepare, step, dict(self.clips))
        # two shots that ask for the very same thing are made once
        async with self.one_key.setdefault(prepared.key, asyncio.Lock()):
            if lane.away:
                prepared = replace(prepared, urgency=self.remaining[step.label])
                return await self.workshop.order(step, prepared, hear)
            return await loop.run_in_executor(
                pool, self.workshop.make, step, prepared, tell, self.stop
            )

    def _from_thread(self, loop: asyncio.AbstractEventLoop, hear: Listener) -> Listener:
        def tell(event: Event) -> None:
            loop.call_soon_threadsafe(hear, event)

        return tell

    def _settle(self, name: ShotId, task: asyncio.Task[Finished]) -> None:
        try:
            finished = task.result()
        except HandedOver as handed:
            self._hand_over(name, handed)
        except ToolStoppedError:
            return  # nobody's fault; the next run makes it
        except StoryreelError as error:
            self._fail(name, error)
        except (OSError, MemoryError) as error:  # this shot's, not all shots'
            self._fail(name, of_the_system(error))
        else:
            for then in self._finish(name, finished):
                self._make_ready(then)

    def _hand_over(self, name: ShotId, handed: HandedOver) -> None:
        """Queue a shot for the next of its routes."""
        step = self.steps[name]
        route, *others = step.others
        price = price_of(step.shot, route)
        self.steps[name] = replace(step, route=route, others=tuple(others), price=price)
        why = handed.why.brief.rstrip(".")
        self.listen(Noted(name, f"{step.route}: {why}; goes through {route} now"))
        self._make_ready(name)

    def _finish(self, name: ShotId, finished: Finished) -> list[ShotId]:
        """Note a shot's clip; the shots that waited for nothing else."""
        if finished.clip and not self.steps[name].further:
            self.clips[name] = finished.clip
        self.listen(replace(finished.event, shot=name))
        freed: list[ShotId] = []
        for then in self.waiting[name]:
            if ShotId(then) in self.missing:
                self.missing[ShotId(then)] -= 1
                if not self.missing[ShotId(then)] and ShotId(then) not in self.skipped:
                    freed.append(ShotId(then))
        return freed

    def _fail(self, name: ShotId, error: StoryreelError) -> None:
        self.failed[name] = error
        self.listen(Failed(name, error))
        for other in self.order:
            if other in self.steps and other not in self.failed and other not in self.skipped:
                stuck = [
                    first
                    for first in self.steps[other].shot.waits_for
                    if first in self.failed or first in self.skipped
                ]
                if stuck:
                    self.skipped[other] = self.skipped.get(stuck[0], stuck[0])
                    self.listen(Skipped(other, self.skipped[other]))


__all__ = ["Found", "Outcome", "run_plan"]
