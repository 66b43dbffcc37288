"""What the planner may ask of the world; whoever plans answers from store, lock and journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pipeline.ids import Digest, TakeKey
from pipeline.plan.routing import Closed
from pipeline.plan.take import Lock
from pipeline.storyboard.shot import FrameOf

ClipState = Literal["good", "missing", "torn"]


@dataclass(frozen=True, slots=True)
class Made:
    """What a clip was made for: the request's fields, and the shot's name at the time."""

    fields: Mapping[str, str]
    label: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the journal knows of the last attempt at a key, as far as a plan has to know."""

    state: Literal["out", "uncertain", "ended", "had"]
    words: str
    clip: Digest | None = None  # of the take that was had
    route: str | None = None  # of the last attempt
    closed: Mapping[str, Closed] = field(default_factory=dict)  # routes that do not make it


@dataclass(frozen=True, slots=True)
class PaidJob:
    """Where a clip was bought, as the journal has it; ``age`` is seconds since it was done."""

    route: str
    age: float


def never_ordered(_: TakeKey) -> Ordered | None:
    """Where there is no journal nothing was ordered."""
    return None


def never_bought(_: Digest) -> PaidJob | None:
    """Where there is no journal no clip was bought."""
    return None


class Usable(Protocol):
    """Whether a route can be ordered through from here, with local ``pictures`` or without."""

    def __call__(self, name: str, *, pictures: bool) -> bool:
        """The answer for the route ``name``."""
        ...


def always_usable(name: str, *, pictures: bool) -> bool:  # noqa: ARG001 - as Usable
    """Where nobody looks for keys every route can be used."""
    return True


@dataclass(frozen=True, slots=True)
class Facts:
    """What the planner is told of the world.

    ``state`` and ``made`` answer for a clip, ``clips`` for a key (good clips only), ``pixels``
    for a frame of a clip: the digest recorded when it was extracted, or none. ``ordered`` answers
    for a key that was paid for, or may have been, ``bought`` for a clip; ``usable`` says whether a
    route can be ordered through from here.
    """

    lock: Lock
    state: Callable[[Digest], ClipState]
    clips: Callable[[TakeKey], Sequence[Digest]]
    pixels: Callable[[Digest, FrameOf], Digest | None]
    made: Callable[[Digest, TakeKey | None], Made | None]
    ordered: Callable[[TakeKey], Ordered | None] = never_ordered
    bought: Callable[[Digest], PaidJob | None] = never_bought
    usable: Usable = always_usable
