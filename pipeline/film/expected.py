"""How long a film is, or will be: by its clips where they are there, else as the board asks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.errors import StoryreelError
from pipeline.film.timeline import Timeline, lay_timeline
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Film, Shot


@dataclass(frozen=True, slots=True)
class FilmLength:
    """How long a film is, in exact seconds.

    ``shots`` is the sum of its shots as the board asks for them. ``film`` is what is seen:
    dissolves overlap, and a head that doubles the frame before it is dropped. ``exact`` says that
    every clip is there and was counted.
    """

    shots: Fraction
    film: Fraction
    exact: bool


def length_of(film: Film, clips: Mapping[ShotId, Clip]) -> FilmLength:
    """The length of a film of which these clips are there."""
    shots = sum((shot.cut for shot in film.shots), 0) / film.rate
    if not film.shots:
        return FilmLength(shots, shots, exact=True)
    laid = laid_out(film, clips)
    frames = (laid or expected_timeline(film, clips)).frames
    return FilmLength(shots, frames / film.rate, exact=laid is not None)


def laid_out(film: Film, clips: Mapping[ShotId, Clip]) -> Timeline | None:
    """The film's cuts where every clip is there and can be used."""
    try:
        return lay_timeline(film, clips)
    except StoryreelError:
        return None


def expected_timeline(film: Film, clips: Mapping[ShotId, Clip]) -> Timeline:
    """The film's cuts by the clips that are there; the others are as long as is asked of them.

    Where a clip that is there cannot be used, all are taken to be as asked.

    Raises:
        StoryreelError: the film has no shots.
    """
    asked = {shot.id: _as_asked(shot, film.rate) for shot in film.shots}
    return laid_out(film, {**asked, **clips}) or lay_timeline(film, asked)


def _as_asked(shot: Shot, rate: Fraction) -> Clip:
    """A clip that nobody has made yet: only its length counts."""
    use = shot.use
    shown = use.head + (shot.cut - use.hold + use.after) * use.speed / rate
    frames = math.ceil(max(shot.asked, shown) * shot.clip_rate)
    size = shot.size
    facts = ClipFacts(
        size.width, size.height, shot.clip_rate, frames, variable=False, codec="", pixels="",
        matrix=None, primaries=None, transfer=None, range=None, rotation=0, parameters="",
        sound=None,
    )  # fmt: skip
    return Clip(Digest(""), Path(), facts)
