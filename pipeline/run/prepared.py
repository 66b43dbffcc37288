"""What passes between the runner, the workshop and the routes: a shot made ready, a shot done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pipeline.ids import TakeKey
from pipeline.plan.request import Request
from pipeline.plan.step import Fetch, Step
from pipeline.run.events import Event, Fetched, Found, Stored
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Source


@dataclass(frozen=True, slots=True)
class Prepared:
    """A shot whose every picture is at hand; ``urgency`` is the seconds of the chain behind it."""

    request: Request
    key: TakeKey
    files: Mapping[Source, Path]
    urgency: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Finished:
    """A shot that has its clip, and what to announce.

    ``clip`` is absent of a further take that was made before and is not wanted again.
    """

    clip: Clip | None
    event: Stored | Fetched | Found


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a shot is made: here, or away through a route; and how many at once.

    ``ahead`` more are made ready meanwhile, their pictures published, for the next place.
    """

    name: str
    most: int
    away: bool = False
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Bought:
    """A clip that came through a route; ``price`` as it is written in the lock."""

    clip: Clip
    route: str
    price: str


class Away(Protocol):
    """Gets clips through routes."""

    def lane(self, step: Step) -> Lane:
        """The lane of a shot: its route, and how many jobs that takes at once."""
        ...

    async def buy(self, step: Step, prepared: Prepared, tell: Callable[[Event], None]) -> Bought:
        """The clip of a take: gone on with if it is out, else ordered.

        Raises:
            StoryreelError: it could not be had; what is known of the money is said.
        """
        ...

    async def fetch_again(
        self, fetch: Fetch, step: Step, prepared: Prepared, tell: Callable[[Event], None]
    ) -> Clip:
        """The clip of a take that was paid for before, by its job; nothing is ordered.

        Raises:
            ClipLostError: the vendor has it no more.
            StoryreelError: it could not be had now.
        """
        ...
