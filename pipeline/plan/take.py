"""Takes: clips made for a shot, numbered once and for good; and the lock that remembers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.storyboard.shot import FrameOf

ADOPTED = "adopted"
"""Stands for route and price of a take that a person brought: it cannot be made again here."""


@dataclass(frozen=True, slots=True)
class Take:
    """One clip made for a shot; ``number`` is a label, never used again.

    ``job`` is the number its route knows it by: whoever has the route's key can ask for the clip
    again, without the journal of the machine that paid. Older locks have none.
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
class ShotTakes:
    """What the lock knows of one shot; ``seed`` is pinned, ``pick`` a clip a person chose."""

    seed: int | None = None
    pick: Digest | None = None
    takes: tuple[Take, ...] = ()

    def next_number(self) -> int:
        """A number no take of this shot ever had."""
        return max((take.number for take in self.takes), default=0) + 1

    def serving(self, key: TakeKey) -> Take | None:
        """The take of this request that serves: the pick, else the lowest-numbered."""
        current = [take for take in self.takes if take.key == key]
        picked = (take for take in current if take.clip == self.pick)
        return next(picked, min(current, key=lambda take: take.number, default=None))


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
