"""When to ask a vendor: one pacer for each account, so that shots do not crowd it together.

A job is left alone until the learned 2nd percentile of this route's own jobs, then asked in even
steps (measured: as prompt as asking all the time, at 40 % fewer requests; backing off
exponentially is the worst choice for jobs of a known length). A vendor that reports progress is
asked when its own figure says the job should be done.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.run.clock import Clock

STEP = 5.0
"""Seconds between looks at a job of ordinary length."""

FIRST = 3.0
"""Seconds before the first look at a job where nothing is known: its progress tells the rest."""

STEPS_OF_A_JOB = 3.5
"""A job that is over sooner is looked at in steps of this part of its usual time."""

ENOUGH = 5
"""Jobs of a kind that must be known before their times are trusted."""

SILENCE = 10.0
"""Seconds of silence that a vendor's progress may buy: a figure that lies costs no more."""

URGENT = -3.0
"""Seconds by which a submission goes before others: until it is sent, a place stays empty."""

MIDWAY = 2.0
"""Seconds by which a look that can find nothing but progress lets others go first."""

_GOLDEN = 0.618034  # its multiples spread evenly over a step, however many there are
_PERCENT = 0.01  # as exactly as progress is told, rounded down
_LATER = 0.75  # where in its doubt an end is looked for: too early costs a look, too late waiting
_DOUBT = 0.5  # seconds of doubt about a job's end that another look is worth
_MARGIN = 0.05  # seconds by which the vendor's clock began before ours


@dataclass(frozen=True, slots=True)
class Look:
    """The next look at a job: in ``seconds``, and how long it ``can_wait`` for others then."""

    seconds: float
    can_wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When to look at a job: first after ``first`` seconds, then every ``step``."""

    first: float
    step: float

    def shifted(self, number: int) -> Rhythm:
        """The rhythm of job ``number`` where nothing but the end can be seen.

        Its first look comes up to a step later, another part of a step for each job: fewer looks,
        in no crowds, and early ones among them still, from which is learned.
        """
        return replace(self, first=self.first + self.step * (number * _GOLDEN % 1))

    @classmethod
    def learned(cls, history: Sequence[float], *, floor: float) -> Rhythm:
        """From how long earlier jobs of the kind took, in seconds, until they were seen to be done.

        ``floor`` is the vendor's shortest time between looks. A job is seen half a step late, so
        the first look comes that much before the early jobs' time: else each run would learn from
        the last one's first look, and be later.
        """
        if len(history) < ENOUGH:
            return cls(max(floor, FIRST), max(floor, STEP))
        times = sorted(history)
        early, usual = times[int(len(times) * 0.02)], times[len(times) // 2]
        step = max(floor, min(STEP, usual / STEPS_OF_A_JOB))
        return cls(max(floor, early - step / 2), step)

    def next_look(self, waited: float, progress: float | None, *, floor: float) -> Look:
        """When to look next at a job that is ``waited`` seconds old and not done.

        Args:
            waited: its age when it was last looked at.
            progress: from 0 to 1 as it was told then, or absent.
            floor: the vendor's shortest time between looks.
        """
        if waited < self.first and not progress:
            return Look(self.first - waited)
        if progress is None or not _PERCENT <= progress < 1:
            return Look(self.step)
        most, least = waited / progress, waited / (progress + _PERCENT)
        left = least + _LATER * (most - least) - waited + _MARGIN
        if most - least > _DOUBT and left > 2 * floor:
            return Look(min(SILENCE, left / 2), can_wait=MIDWAY)
        return Look(max(floor, min(SILENCE, left)))


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    number: int
    called: asyncio.Future[None] = field(compare=False)


@dataclass
class Pacer:
    """Keeps ``gap`` seconds between any two requests of an account.

    They go in the order they come; one that can wait lets those go first that come meanwhile, an
    urgent one (less than nought seconds) goes before those that came a little earlier.
    """

    clock: Clock
    gap: float
    _next: float = float("-inf")
    _queue: list[_Waiting] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _calling: asyncio.Task[None] | None = None

    async def turn(self, can_wait: float = 0.0) -> None:
        """Wait for this request's turn; it lets others first that come in ``can_wait`` seconds."""
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.clock.now() + can_wait
        heapq.heappush(self._queue, _Waiting(due, next(self._numbers), called))
        if self._calling is None or self._calling.done():
            self._calling = asyncio.create_task(self._call())
        await called

    def hold(self, seconds: float) -> None:
        """Let nobody through for a while: the vendor asked for it."""
        self._next = max(self._next, self.clock.now() + seconds)

    async def _call(self) -> None:
        """Call one after the other until nobody waits."""
        while self._queue:
            # looked at again after each wait: meanwhile the vendor may have asked for a longer one
            if (wait := self._next - self.clock.now()) > 0:
                await self.clock.sleep(wait)
                continue
            first = heapq.heappop(self._queue)
            if not first.called.done():  # else it has left
                first.called.set_result(None)
                self._next = self.clock.now() + self.gap
