"""What every errand to a vendor needs: the journal, patience, and an ear for "stop"."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pipeline.errors import ToolStoppedError
from pipeline.files import held_if_free
from pipeline.ids import TakeKey
from pipeline.journal.attempt import Attempt
from pipeline.journal.journal import Journal
from pipeline.journal.states import State
from pipeline.models.abilities import Route
from pipeline.places import turn_of
from pipeline.publishers.lent import OwnUpload
from pipeline.run.breaker import Breaker
from pipeline.run.clock import Clock
from pipeline.run.events import Event
from pipeline.run.outlets import Outlet
from pipeline.run.pacer import Pacer
from pipeline.run.retry import Decision, Verb, Wait, decide
from pipeline.run.room import Room
from pipeline.store.store import Store
from pipeline.vendors.errors import VendorError
from pipeline.vendors.interface import Vendor
from pipeline.vendors.listening import tell_decision

_Answer = TypeVar("_Answer")

POSTS_AT_ONCE = 4
"""POSTs in flight a route: this, not the number of jobs, bounds what a crash leaves in doubt."""

_SLICE = 0.5  # seconds between looks at whether the user wants to stop

Tell = Callable[[Event], None]


@dataclass
class Counter:
    """One route in use: its data, its vendor, its pacer, its room, and a gate for its POSTs.

    ``outlets`` publish its pictures: its own upload where it has one, else the user's, in order.
    ``breaker`` remembers why it is out, if it is. ``connecting`` is under way for every shot that
    is about to be sent. ``tells_progress`` is false once a job was said to run and no more.
    """

    route: Route
    vendor: Vendor
    pacer: Pacer
    posts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(POSTS_AT_ONCE))
    breaker: Breaker = field(default_factory=Breaker)
    connecting: asyncio.Future[None] | None = None
    tells_progress: bool = True
    outlets: tuple[Outlet, ...] = ()
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        self.room = Room(self.route.jobs_at_once)
        if upload := self.route.upload:
            own = OwnUpload(self.route.name, self.vendor, upload)
            self.outlets = (Outlet(own, self.pacer),)


class Paced(Protocol):
    """Whose account is asked no faster than its pacer lets it."""

    @property
    def pacer(self) -> Pacer:
        """The account's."""
        ...


@dataclass
class Errands:
    """Runs errands.

    Args:
        journal: where every move is written before the next act.
        store: where clips go.
        clock: time.
        stop: set when the user wants to leave; jobs that are out stay out.
        chance: spreads waiting.
    """

    journal: Journal
    store: Store
    clock: Clock
    stop: threading.Event
    chance: random.Random = field(default_factory=random.Random)

    async def move(self, attempt: Attempt, to: State, detail: str = "", **facts: Any) -> Attempt:
        """Write a move; it is on disk when this returns."""
        written = self.journal.move_soon(attempt.id, to, detail=detail, **facts)
        return await asyncio.wrap_future(written)

    def turn_of(self, key: TakeKey) -> contextlib.AbstractContextManager[bool]:
        """A take's turn among processes, if it is free: whoever has it moves its attempts."""
        return held_if_free(turn_of(self.journal.path, key))

    @contextlib.asynccontextmanager
    async def alone(self, key: TakeKey, waiting: Callable[[], None]) -> AsyncIterator[None]:
        """Wait for a take's turn; ``waiting`` is called once if another process has it."""
        told = False
        while True:
            with self.turn_of(key) as mine:
                if mine:
                    yield
                    return
            if not told:
                told = True
                waiting()
            await self.sleep(_SLICE)

    async def patiently(
        self,
        verb: Verb,
        counter: Paced,
        act: Callable[[], Awaitable[_Answer]],
        *,
        can_wait: float = 0.0,
    ) -> _Answer:
        """Do something that costs nothing, again where that may help.

        It takes the account's turn, and ``can_wait`` seconds for others that come meanwhile; a
        download takes none, for it is no request of the account's.

        Raises:
            VendorError: it did not help.
            ToolStoppedError: the user wants to leave.
        """
        tries = 0
        while True:
            tries += 1
            if verb != "fetch":
                await self.turn(counter, can_wait)
            self.leave_if_asked()
            try:
                return await act()
            except VendorError as error:
                decision = self.decide(verb, error, tries)
                if not isinstance(decision, Wait):
                    raise
                await self.wait(decision, error, counter)

    def decide(self, verb: Verb, error: VendorError, tries: int) -> Decision:
        """What to do after a failure (``run/retry.py``)."""
        decision = decide(verb, error, tries, chance=self.chance.random())
        tell_decision(verb, tries, error, str(decision))
        return decision

    async def turn(self, counter: Paced, can_wait: float = 0.0) -> None:
        """Wait for the account's next turn, but notice soon when the user wants to leave."""
        await self.until(counter.pacer.turn(can_wait))

    async def until(self, what: Awaitable[None]) -> None:
        """Wait for something, but notice soon when the user wants to leave."""
        waiting = asyncio.ensure_future(what)
        try:
            while not waiting.done():
                self.leave_if_asked()
                await asyncio.wait((waiting,), timeout=_SLICE)
        finally:
            waiting.cancel()
        waiting.result()
        self.leave_if_asked()

    async def wait(self, decision: Wait, error: VendorError, counter: Paced) -> None:
        """Wait as decided; if the vendor named a time, nobody of this account asks before it."""
        if error.retry_after:
            counter.pacer.hold(error.retry_after)
        await self.sleep(decision.seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait, but notice soon when the user wants to leave."""
        until = self.clock.now() + seconds
        while (left := until - self.clock.now()) > 0:
            self.leave_if_asked()
            await self.clock.sleep(min(left, _SLICE))
        self.leave_if_asked()

    def leave_if_asked(self) -> None:
        """Stop here if the user wants to leave.

        Raises:
            ToolStoppedError: they do.
        """
        if self.stop.is_set():
            raise ToolStoppedError("Stopped; jobs that are out are picked up by the next run.")
