"""A route's room for jobs: so many at the vendor at once, the most urgent of the waiting first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from types import TracebackType
from typing import Self


@dataclass(order=True, slots=True)
class _Waiting:
    turn: tuple[Fraction, int]
    called: asyncio.Future[None] = field(compare=False)


@dataclass
class Room:
    """Holds ``most`` jobs; ``inside`` may be more where jobs were out before this run began."""

    most: int
    inside: int = 0
    _queue: list[_Waiting] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def enter(self, urgency: Fraction) -> None:
        """Wait until there is room; of those waiting the most urgent goes first."""
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, _Waiting((-urgency, next(self._numbers)), called))
        self._call()
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():  # called, and gone before it came in
                self.leave()
            raise

    def come_in(self) -> None:
        """Take room, full or not: for a job that the vendor has already."""
        self.inside += 1

    def leave(self) -> None:
        """Make room for the next."""
        self.inside -= 1
        self._call()

    def _call(self) -> None:
        while self._queue and self.inside < self.most:
            first = heapq.heappop(self._queue)
            if not first.called.done():  # else it has left
                first.called.set_result(None)
                self.inside += 1


@dataclass
class Place:
    """One job's place in a room; given back, at the latest, when the ``with`` block ends."""

    room: Room | None = None

    async def wait_for(self, room: Room, urgency: Fraction) -> None:
        """Take a place as soon as there is one."""
        if self.room is None:
            await room.enter(urgency)
            self.room = room

    def hold(self, room: Room) -> None:
        """Take a place at once: the vendor has the job."""
        if self.room is None:
            room.come_in()
            self.room = room

    def give_back(self) -> None:
        """Let another job in."""
        if self.room is not None:
            self.room.leave()
            self.room = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.give_back()
