"""The film as a list of cuts in frames; laid out before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.ids import ShotId
from pipeline.storyboard.shot import Size
from pipeline.store.clip import Clip


@dataclass(frozen=True, slots=True)
class Cut:
    """One shot in the film.

    The film shows ``frames`` of its own frames of the clip, beginning ``skip`` film frames into
    it (1 where the head is a copy of the frame before it in the cut).
    """

    shot: ShotId
    clip: Clip
    skip: int
    frames: int
    fit: Literal["bars", "fill"]
    muted: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole film: its frame, its rate, its cuts in order."""

    title: str
    size: Size
    rate: Fraction
    cuts: tuple[Cut, ...]

    @property
    def frames(self) -> int:
        """How many frames the film has."""
        return sum(cut.frames for cut in self.cuts)
