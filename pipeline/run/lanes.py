"""Whether one more shot of a lane may begin. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.ids import ShotId
from pipeline.run.prepared import Lane

Turn = tuple[Fraction, int, ShotId]
"""Whose turn it is, smallest first: the longest chain behind it, then its place in the cut."""

Stage = Literal["getting ready", "being made", "arriving"]


@dataclass(slots=True)
class Work:
    """A shot that has begun. One made here is being made from its beginning."""

    turn: Turn
    lane: Lane
    stage: Stage

    @property
    def shot(self) -> ShotId:
        """Which shot."""
        return self.turn[-1]


def may_begin(turn: Turn, lane: Lane, works: Sequence[Work]) -> bool:
    """Whether the next shot of ``lane`` may begin beside ``works``, all that lane's.

    Some are made ready ahead; a shot more urgent than one of those does not wait behind it. Where
    clips arrive more slowly than they are made, no more is ordered.
    """
    if len(works) >= 2 * lane.most + lane.ahead:
        return False
    made = sum(work.stage == "being made" for work in works)
    ahead = [work.turn for work in works if work.stage == "getting ready"]
    room = max(0, lane.most - made) + lane.ahead
    return len(ahead) < room or (bool(ahead) and turn < max(ahead))
