"""What an output is made of: the film's cut in the output's frame, its chapters, its poster."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.media.dressing import Chapter, Cue, Dressing
from pipeline.storyboard.outputs import Output
from pipeline.storyboard.shot import FrameOf, Shot

_LONGEST_TITLE = 60  # characters, so that 4 bytes each stay below the 255 of an MP4's chapter list


def in_frame_of(output: Output, timeline: Timeline) -> Timeline:
    """The film's cut in an output's frame: the same frames in number, each fitted anew."""
    cuts = timeline.cuts
    if output.fit:
        cuts = tuple(replace(cut, fit=output.fit) for cut in cuts)
    return replace(timeline, size=output.size, cuts=cuts)


def dressed(
    output: Output,
    timeline: Timeline,
    shots: Iterable[Shot],
    marked: Dressing,
    cues: Sequence[Cue],
    language: str,
) -> Dressing:
    """What an output's file says, besides what every file of the film does (``marked``)."""
    soft = output.subtitles == "soft"
    return replace(
        marked,
        chapters=chapters_of(timeline, shots) if output.chapters else (),
        cues=tuple(cues) if soft else (),
        language=language if soft and cues else "und",
    )


def chapters_of(timeline: Timeline, shots: Iterable[Shot]) -> tuple[Chapter, ...]:
    """A chapter for each shot, named by its id and beat; it begins where the shot is first seen."""
    beats = {shot.id: shot.beat for shot in shots}
    ends = [*timeline.starts[1:], timeline.frames]
    return tuple(
        Chapter(start, end, chapter_title(cut.shot, beats.get(cut.shot)))
        for cut, start, end in zip(timeline.cuts, timeline.starts, ends, strict=True)
        if end > start
    )


def chapter_title(shot: ShotId, beat: str | None) -> str:
    """``sh010: We meet her, alone.``, shortened where it is long."""
    title = " ".join(f"{shot}: {beat}".split()) if beat else shot
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"


def poster_frame(frame: FrameOf, timeline: Timeline) -> int:
    """The film frame that shows ``frame``; the nearest one where its clip turned out short."""
    places: Mapping[ShotId, int] = {cut.shot: place for place, cut in enumerate(timeline.cuts)}
    place = places[frame.shot]
    cut, start = timeline.cuts[place], timeline.starts[place]
    behind = timeline.cuts[place + 1].overlap if place + 1 < len(timeline.cuts) else 0
    if frame.moment == "first":  # where it is seen alone
        within = cut.overlap
    elif frame.moment == "last":
        within = cut.frames - behind - 1
    else:
        within = _frame_at(frame.moment, cut, timeline.rate)
    return start + min(max(within, 0), cut.frames - 1)


def _frame_at(moment: Fraction, cut: Cut, rate: Fraction) -> int:
    """Which of a cut's frames shows what is on the screen ``moment`` seconds into its clip."""
    return math.floor((moment - cut.use.head) * rate / cut.use.speed) - cut.first
