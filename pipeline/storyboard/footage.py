"""A shot of footage, resolved: what its clip says goes before what the board says of pictures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pipeline.ids import Digest
from pipeline.media.facts import ClipFacts
from pipeline.models.catalog import FOOTAGE
from pipeline.storyboard.lengths import film_seconds, use_of
from pipeline.storyboard.model import ShotEntry, Storyboard
from pipeline.storyboard.shot import CameraWords, ClipFile, Shot, Size
from pipeline.timing import frames_on_film, parse_length, whole_frames


class KnownClip(Protocol):
    """A clip of the author's own that was looked at."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def digest(self) -> Digest:
        """The digest of its bytes."""
        ...

    @property
    def facts(self) -> ClipFacts:
        """What it is."""
        ...


def footage_seconds(
    board: Storyboard, entry: ShotEntry, facts: ClipFacts, rate: Fraction
) -> Fraction:
    """How long footage is in the film: what its own shot says, else all of its clip that is left.

    The defaults' length is for what is made.
    """
    if entry.duration is not None:
        return parse_length(entry.duration).at(rate)
    if use_of(board, entry, rate).plain and entry.trim is None:
        return frames_on_film(facts.frames, facts.rate, rate) / rate
    return film_seconds(board, entry, facts.frames / facts.rate, rate)


def as_footage(
    shot: Shot, board: Storyboard, entry: ShotEntry, clip: KnownClip, rate: Fraction
) -> Shot:
    """``shot`` as its clip makes it; ``rate`` is the film's."""
    facts = clip.facts
    wanted = footage_seconds(board, entry, facts, rate)
    width, height = (max(2, side + side % 2) for side in facts.shown_size)
    return replace(
        shot,
        model=FOOTAGE,
        clip=ClipFile(clip.path, clip.digest),
        camera=CameraWords(),
        look="",
        wanted=wanted,
        asked=facts.frames / facts.rate,
        cut=whole_frames(wanted, rate),
        clip_rate=facts.rate,
        aspect=f"{width}:{height}",
        resolution=f"{min(width, height)}p",
        size=Size(width, height),
    )
