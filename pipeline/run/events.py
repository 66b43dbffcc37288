"""What a run announces; whoever listens may show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import StoryreelError
from pipeline.ids import Digest, ShotId
from pipeline.plan.take import Take


@dataclass(frozen=True, slots=True)
class Started:
    """A shot's clip is being made; ``reason`` says why."""

    shot: ShotId
    reason: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """How much of a shot's clip is done, from 0 to 1."""

    shot: ShotId
    done: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor has taken a shot's job."""

    shot: ShotId


@dataclass(frozen=True, slots=True)
class Generated:
    """The vendor is done with a shot: its route has room for another while the clip is fetched."""

    shot: ShotId


@dataclass(frozen=True, slots=True)
class Stored:
    """A new clip is in the store, whole; it is this take of the shot."""

    shot: ShotId
    take: Take


@dataclass(frozen=True, slots=True)
class Fetched:
    """A clip that was paid for before is here again; it is this take of the shot."""

    shot: ShotId
    take: Take


@dataclass(frozen=True, slots=True)
class Found:
    """The clip was there already; ``take`` when it is new to this shot."""

    shot: ShotId
    clip: Digest
    take: Take | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A shot has no clip, and this is why."""

    shot: ShotId
    error: StoryreelError


@dataclass(frozen=True, slots=True)
class Skipped:
    """A shot was not begun, because another has no clip."""

    shot: ShotId
    because: ShotId


@dataclass(frozen=True, slots=True)
class Noted:
    """Something a person should know about a shot."""

    shot: ShotId
    text: str


Event = (
    Started
    | Progressed
    | Accepted
    | Generated
    | Stored
    | Fetched
    | Found
    | Failed
    | Skipped
    | Noted
)
Listener = Callable[[Event], None]


def nobody(_: Event) -> None:
    """A listener that does not listen."""
