"""Brings shots to other shots' colours in the film: what ``match`` asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.film.timeline import Cut, Timeline, clip_fault, lay_timeline
from pipeline.ids import ShotId
from pipeline.media.matching import Grade, Levels, grade_to

if TYPE_CHECKING:
    from pipeline.film.looks import Looks
    from pipeline.store.clip import Clip
    from pipeline.storyboard.shot import Film


def lay_film(film: Film, clips: Mapping[ShotId, Clip], segments: Path) -> Timeline:
    """Lay a film out with the colours that its shots are brought to.

    Args:
        film: all shots.
        clips: one for each.
        segments: where looks are kept; not touched where nothing is matched.

    Raises:
        StoryreelError: a clip is missing, or cannot be used (the shot is named).
        OSError: a look cannot be kept.
    """
    timeline = lay_timeline(film, clips)
    if not any(cut.match for cut in timeline.cuts):
        return timeline
    from pipeline.film.looks import Looks

    return with_colours(timeline, Looks(segments))


def with_colours(timeline: Timeline, looks: Looks) -> Timeline:
    """The timeline, each cut that matches another with the grade that brings it there.

    Raises:
        StoryreelError: a clip cannot be looked at; its shot is named.
        OSError: a look cannot be kept.
    """
    cuts = {cut.shot: cut for cut in timeline.cuts}
    asked = {name: cut.match for name, cut in cuts.items() if cut.match and cut.match in cuts}
    looked_at = sorted({*asked, *asked.values()})
    levels = {name: _levels(cuts[name], timeline, looks) for name in looked_at}
    grades = grades_of(asked, levels)
    graded = (replace(cut, grade=grades.get(cut.shot)) for cut in timeline.cuts)
    return replace(timeline, cuts=tuple(graded))


def grades_of(
    asked: Mapping[ShotId, ShotId], levels: Mapping[ShotId, Levels]
) -> dict[ShotId, Grade]:
    """A grade for each shot that matches another, as that one is seen: graded, if it matches too.

    Args:
        asked: by shot, the shot it matches; free of circles.
        levels: of both.
    """
    grades: dict[ShotId, Grade] = {}
    seen = dict(levels)
    for start in asked:
        path: list[ShotId] = []
        name = start
        while name in asked and name not in grades:
            path.append(name)
            name = asked[name]
        for shot in reversed(path):
            grades[shot] = grade_to(levels[shot], seen[asked[shot]])
            seen[shot] = grades[shot].levels(levels[shot])
    return grades


def unmatched(film: Film, shots: Collection[ShotId]) -> Film:
    """The film with no match from or to one of ``shots``: a stand-in has no colours to match."""
    return replace(
        film,
        shots=tuple(
            replace(shot, match=None) if not {shot.id, shot.match}.isdisjoint(shots) else shot
            for shot in film.shots
        ),
    )


def _levels(cut: Cut, timeline: Timeline, looks: Looks) -> Levels:
    from pipeline.film.looks import window_of

    window = window_of(cut.clip.facts, cut.use, cut.length, timeline.rate)
    try:
        return looks.of(cut.clip, window).levels
    except MediaError as error:
        raise clip_fault(cut, "cannot be looked at for its colours", error) from error
