"""Takes: clips made for a shot, numbered once and for good; and the lock that remembers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.storyboard.shot import FrameOf

ADOPTED = "adopted"
"""Stands for route and price of a take that a person brought: it cannot be made again here."""

OWN_SEED = 0
"""Stands for the variation of a take whose seed a person named: it is outside the count."""


@dataclass(frozen=True, slots=True)
class Take:
    """One clip made for a shot; ``number`` is a label, never used again.

    ``job`` is the number its route knows it by: whoever has the route's key can ask for the clip
    again, without the journal of the machine that paid. Older locks have none. ``variation`` counts
    from 1; ``OWN_SEED`` for a seed that a person named.
    """

    number: int
    key: TakeKey
    clip: Digest
    model: str
    variation: int = 1
    seed: int | None = None
    route: str | None = None
    job: str | None = None
    price: str | None = None
    frames: Mapping[str, Digest] = field(default_factory=dict)
    """By moment (``last``, ``2s``), the digest of the pixels handed to other shots."""

    def pixels_of(self, frame: FrameOf) -> Digest | None:
        """The pixels it handed over as ``frame``, if it did."""
        return self.frames.get(moment_of(frame))


def moment_of(frame: FrameOf) -> str:
    """How a frame is named among its take's: ``last``, ``first``, ``2s``."""
    return str(frame).removeprefix(frame.shot).lstrip(".@")


@dataclass(frozen=True, slots=True)
class Note:
    """What a person said of a frame of a clip; ``frame`` counts from 0 on the clip's own rate."""

    clip: Digest
    frame: int
    text: str


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """A further take that a person ordered and that is not here yet; see ``Take.variation``."""

    key: TakeKey
    variation: int
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ShotTakes:
    """What the lock knows of one shot.

    ``seed`` is pinned; ``pick`` is a clip that a person chose, to serve even for another request
    where it is ``held``; clips that are ``rejected`` are never chosen by themselves. ``renumbered``
    tells which takes have another number than in the file, where two branches gave one twice.
    """

    seed: int | None = None
    pick: Digest | None = None
    takes: tuple[Take, ...] = ()
    held: bool = False
    rejected: frozenset[Digest] = frozenset()
    notes: tuple[Note, ...] = ()
    orders: tuple[TakeOrder, ...] = ()
    renumbered: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    def next_number(self) -> int:
        """A number no take of this shot ever had."""
        return max((take.number for take in self.takes), default=0) + 1

    def newest(self) -> Take | None:
        """The take with the highest number."""
        return max(self.takes, key=lambda take: take.number, default=None)

    def picked(self) -> Take | None:
        """The take that was picked; of several with one clip the newest."""
        found = (take for take in self.takes if take.clip == self.pick)
        return max(found, key=lambda take: take.number, default=None)


@dataclass(frozen=True, slots=True)
class Lock:
    """All shots' takes; ``board_seed`` is the seed the pinned seeds were derived from."""

    board_seed: int = 0
    shots: Mapping[ShotId, ShotTakes] = field(default_factory=dict)

    def of(self, shot: ShotId) -> ShotTakes:
        """What is known of ``shot``; empty for one never made."""
        return self.shots.get(shot, ShotTakes())

    def seeds(self, board_seed: int) -> dict[ShotId, int]:
        """The seeds pinned for a board with this seed; none hold when it was changed."""
        if board_seed != self.board_seed:
            return {}
        return {name: block.seed for name, block in self.shots.items() if block.seed is not None}
