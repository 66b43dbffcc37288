"""A timeline as an editor lays it: clips that touch, and transitions that lie over the cuts.

Our cuts overlap where they blend. An editor's do not: each blend is split at a cut point, and both
clips go on behind it, unseen but for the transition. The sum of the runs is the film's length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipeline.film.picture import shown_of
from pipeline.film.timeline import Body, Cut, Timeline


@dataclass(frozen=True, slots=True)
class Run:
    """Frames of one cut between two cut points.

    ``start`` is seconds into the clip; ``speed`` is seconds of clip for one of film, 0 for a frame
    that stands still.
    """

    cut: Cut
    start: Fraction
    frames: int
    speed: Fraction


@dataclass(frozen=True, slots=True)
class Over:
    """A transition over the cut between two runs: its frames before and behind it."""

    kind: str
    before: int
    behind: int


Edit = tuple[Run | Over, ...]


def edit_of(timeline: Timeline) -> Edit:
    """The film as runs and what lies over the cuts between them.

    A cut of one frame that is a blend of one frame has none of its own, and so no run.
    """
    laid = [*_edit(timeline.cuts, timeline.rate)]
    return tuple(item for place, item in enumerate(laid) if _takes_time(item, laid, place))


def _takes_time(item: Run | Over, laid: Sequence[Run | Over], place: int) -> bool:
    """Whether it is anything to an editor: a transition is, between two runs that are."""
    if isinstance(item, Run):
        return item.frames > 0
    return all(isinstance(x, Run) and x.frames > 0 for x in (laid[place - 1], laid[place + 1]))


def plays_on(timeline: Timeline) -> tuple[Cut, ...]:
    """The cuts whose held frames an editor cannot be told of: a blend is longer than the rest.

    There the clip plays on where the film stands still.
    """
    cuts = timeline.cuts
    behind = [*(cut.overlap for cut in cuts[1:]), 0]
    return tuple(
        cut
        for cut, over in zip(cuts, behind, strict=True)
        if _held(cut) and _moving(cut) > 1 and not _parts(cut, over)
    )


def _edit(cuts: Sequence[Cut], rate: Fraction) -> Iterator[Run | Over]:
    begin = 0
    for place, cut in enumerate(cuts):
        after = cuts[place + 1] if place + 1 < len(cuts) else None
        over = after.transition if after else None
        behind = _behind(cut, over.frames) if over else 0
        yield from _runs(cut, cut.first + begin, cut.first + cut.frames - behind, rate, after)
        begin = over.frames - behind if over else 0
        if over:
            yield Over(over.kind, begin, behind)


def _behind(cut: Cut, overlap: int) -> int:
    """How much of a blend lies behind the cut point: half, as the handles are taken.

    All that is held, where that is less than the blend: the cut then comes before it stands still.
    """
    held = _held(cut)
    return max(overlap // 2, held) if held < overlap else overlap // 2


def _runs(cut: Cut, begin: int, end: int, rate: Fraction, after: Cut | None) -> Iterator[Run]:
    """The cut's frames from ``begin`` to ``end``: moving, then held."""
    turn = cut.first + _moving(cut)
    if not _held(cut):
        yield _run(cut, begin, end, rate)
    elif _moving(cut) <= 1:
        yield _still(cut, begin, end, rate)
    elif _parts(cut, after.overlap if after else 0):
        if begin < turn:
            yield _run(cut, begin, turn, rate)
        yield _still(cut, turn, end, rate)
    else:
        yield _run(cut, begin, end, rate)


def _run(cut: Cut, begin: int, end: int, rate: Fraction) -> Run:
    shown = shown_of(Body(cut, begin, 1), rate)
    return Run(cut, shown.head, end - begin, shown.speed)


def _still(cut: Cut, begin: int, end: int, rate: Fraction) -> Run:
    """The last moving frame, held."""
    shown = shown_of(Body(cut, cut.first + _moving(cut) - 1, 1), rate)
    return Run(cut, shown.head, end - begin, Fraction(0))


def _moving(cut: Cut) -> int:
    """How many of its frames move."""
    if not cut.use.hold:
        return cut.frames
    return min(cut.frames, max(1, cut.length - cut.use.hold) - cut.first)


def _held(cut: Cut) -> int:
    """How many of its frames stand still."""
    return cut.frames - _moving(cut)


def _parts(cut: Cut, behind: int) -> bool:
    """Whether a cut point between what moves and what is held stays clear of both blends."""
    return cut.overlap <= _moving(cut) and behind <= _held(cut)


def spare_frames(cut: Cut, rate: Fraction) -> tuple[int, int]:
    """How many film frames its clip has before and behind what the film shows of it."""
    use, facts = cut.use, cut.clip.facts
    ahead = int(shown_of(Body(cut, cut.first, 1), rate).head * rate / use.speed)
    there = use.frames_in(facts.frames / facts.rate, rate)
    return ahead, max(0, there - cut.first - _moving(cut))
