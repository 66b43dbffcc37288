"""A look at a joint of a board's film; the film and its cutting list are not touched."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.api import FramesTold
from pipeline.errors import ShotsFailedError, UsageError
from pipeline.plan.selection import shot_named
from pipeline.planned import PlannedFilm, rendered_first, serving_clips

if TYPE_CHECKING:
    from pipeline.film.assembler import Assembly
    from pipeline.storyboard.shot import Film, Shot


def preview_film(
    planned: PlannedFilm,
    asked: str,
    *,
    tell: FramesTold | None = None,
    stop: threading.Event | None = None,
) -> tuple[Path, Assembly]:
    """Cut some shots of a film into ``output/<board>/preview/``, quickly.

    Args:
        planned: from ``plan_film``.
        asked: ``SHOT`` or ``SHOT..SHOT``, in the order of the cut.
        tell: told how many frames are cut, and of how many.
        stop: when set, it ends soon.

    Returns:
        The preview, and how it was cut.

    Raises:
        UsageError: that is no range of this board's shots.
        ShotsFailedError: some of them have no clip.
    """
    from pipeline.film.matching import lay_film
    from pipeline.film.preview import preview, section_around, section_of
    from pipeline.media.ffmpeg import find_ffmpeg

    shots = shots_between(planned.film, asked)
    clips = serving_clips(planned)
    missing = [shot.id for shot in shots if shot.id not in clips]
    if missing:
        raise ShotsFailedError(
            f"{len(missing)} of {len(shots)} shots to be previewed have no clip.",
            details=", ".join(missing),
            hint=f"Render them first: storyreel render {planned.board.name} --shot {missing[0]}.",
        ).with_ways([rendered_first(planned, *missing)])
    first, last = shots[0], shots[-1]
    places = planned.places
    around = section_around(planned.film, clips.keys(), first.place, last.place)
    section = section_of(lay_film(around, clips, places.segments), first.id, last.id)
    name = first.id if first is last else f"{first.id}..{last.id}"
    target = places.folder / "preview" / f"{name}.mp4"
    target.parent.mkdir(parents=True, exist_ok=True)
    ffmpeg = find_ffmpeg(planned.settings.ffmpeg)
    made = preview(
        section, target, film_segments=places.segments, ffmpeg=ffmpeg, tell=tell, stop=stop
    )
    return target, made


def shots_between(film: Film, asked: str) -> tuple[Shot, ...]:
    """The shots from one to another, both included; ``asked`` is ``SHOT`` or ``SHOT..SHOT``.

    Raises:
        UsageError: a shot is not there, or the range runs backwards.
    """
    begin, dots, end = asked.partition("..")
    if dots and not (begin and end):
        raise UsageError(
            f"`{asked}` is no range of shots.", hint="Write it as sh010..sh020, or sh010 alone."
        )
    first = shot_named(film, begin)
    last = shot_named(film, end) if dots else first
    if last.place < first.place:
        raise UsageError(
            f"{last.id} comes before {first.id} in the cut.",
            hint=f"Did you mean {last.id}..{first.id}?",
        )
    return film.shots[first.place : last.place + 1]
