"""Which parts of a film are certain while some of its shots have no clip yet. Pure.

A part is certain when it is the same whatever the missing clips turn out to be: of any length but
less than half of what the film shows, of the size and rate that was asked for, and made as the
clips of the same model so far. A vendor who delivers anything else costs a part or two that were
encoded in vain, never a wrong film.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from pipeline.film.picture import is_whole, shown_of
from pipeline.film.timeline import Blend, Body, Part, Timeline, lay_timeline
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts
from pipeline.media.filters import Frame, Shown
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Film, FrameOf, Shot

_Decided = tuple[str, tuple[tuple[Digest, Shown], ...]]


@dataclass(frozen=True, slots=True)
class Certain:
    """Parts that will be encoded, in the film's order, and what they are brought to."""

    frame: Frame
    parts: tuple[Part, ...]


def certain_parts(
    film: Film, clips: Mapping[ShotId, Clip], specimen: Callable[[Frame], str]
) -> Certain | None:
    """What can be encoded for the film now; none while it is open what to bring it to.

    Args:
        film: all shots.
        clips: of those shots that have one.
        specimen: what parameters encoded picture has in a frame; asked only if it counts.

    Raises:
        StoryreelError: a clip cannot be used.
    """
    known = {shot.id: clips[shot.id] for shot in _settled(film, clips)}
    if not known:
        return None
    whole_film = lay_timeline(film, {shot.id: _longest(shot, film) for shot in film.shots} | known)
    sure = tuple(part for run in _runs(film, known) for part in _sure(film, run, known))
    open_shots = _open_shots(whole_film, sure)
    copyable: dict[Part, str] = {
        part: part.cut.clip.facts.parameters
        for part in sure
        if isinstance(part, Body) and is_whole(part, whole_film)
    }
    if not _some_encoded(whole_film, copyable):
        return None
    frame, wanted = _frame(film, known, list(copyable.values()), open_shots, specimen)
    if frame is None:
        return None
    encoded = (part for part in sure if copyable.get(part, "") not in wanted)
    return Certain(frame, tuple(part for part in encoded if not _matches(part)))


def _matches(part: Part) -> bool:
    """Whether its colours hang on other shots; those are left for the film to work out."""
    return any(body.cut.match for body in _sides(part))


def _settled(film: Film, clips: Mapping[ShotId, Clip]) -> Iterator[Shot]:
    """The shots with a clip, but for one that starts on a clip before it which is missing."""
    before: Shot | None = None
    for shot in film.shots:
        source = shot.first_frame
        starts_on = isinstance(source, FrameOf) and before and source.shot == before.id
        if shot.id in clips and not (starts_on and before and before.id not in clips):
            yield shot
        before = shot


def _longest(shot: Shot, film: Film) -> Clip:
    """A clip of all that can ever be seen of a shot."""
    return _imagined(shot, film, shot.cut + shot.use.after)


def _shortest(shot: Shot, film: Film) -> Clip:
    """A clip of half of what is to be seen of a shot, without what its own transition takes."""
    taken = shot.transition.frames if shot.transition else 0
    return _imagined(shot, film, max(1, (shot.cut + 1) // 2 - taken))


def _imagined(shot: Shot, film: Film, frames: int) -> Clip:
    """A clip in the form that was asked for, with so many film frames of its shot in it."""
    seconds = shot.use.head + frames * shot.use.speed / film.rate
    facts = ClipFacts(
        shot.size.width, shot.size.height, shot.clip_rate, math.ceil(seconds * shot.clip_rate),
        variable=False, codec="h264", pixels="yuv420p", matrix=None, primaries=None, transfer=None,
        range=None, rotation=0, parameters="", sound=None, sample_aspect=Fraction(1),
    )  # fmt: skip
    return Clip(Digest(""), Path(), facts)


def _runs(film: Film, known: Mapping[ShotId, Clip]) -> Iterator[tuple[int, int]]:
    """Where shots with clips follow one another: first place, and the place behind the last."""
    begin: int | None = None
    for place, shot in enumerate(film.shots):
        if shot.id in known:
            begin = place if begin is None else begin
        elif begin is not None:
            yield begin, place
            begin = None
    if begin is not None:
        yield begin, len(film.shots)


def _sure(film: Film, run: tuple[int, int], known: Mapping[ShotId, Clip]) -> list[Part]:
    """Parts of a run that its neighbours' lengths do not decide.

    All that they decide is how far transitions overlap the run, and that goes along it in one
    direction: what is the same between the shortest and between the longest is the same for all.
    """
    begin, end = run
    before = tuple(film.shots[max(0, begin - 1) : begin])
    alone = tuple(replace(shot, transition=None) for shot in before)
    behind = film.shots[end : end + 1]
    section = replace(film, shots=(*alone, *film.shots[begin:end], *behind))
    short, long = (
        lay_timeline(section, {**{one.id: ends(one, film) for one in (*before, *behind)}, **known})
        for ends in (_shortest, _longest)
    )
    kept = {_decided(part, film.rate) for part in long.parts}
    return [
        part
        for part in short.parts
        if all(shot in known for shot in _shots(part))
        and _decided(part, film.rate) in kept
        and not _waits_for_colours(part)
    ]


def _waits_for_colours(part: Part) -> bool:
    """Whether a side of it is brought to another shot's colours: they are looked at last of all."""
    return any(body.cut.match for body in _sides(part))


def _shots(part: Part) -> tuple[ShotId, ...]:
    return tuple(body.cut.shot for body in _sides(part))


def _decided(part: Part, rate: Fraction) -> _Decided:
    """All of a part that decides how it is encoded."""
    kind = part.kind if isinstance(part, Blend) else ""
    return kind, tuple((body.cut.clip.digest, shown_of(body, rate)) for body in _sides(part))


def _sides(part: Part) -> tuple[Body, ...]:
    return (part,) if isinstance(part, Body) else (part.before, part.after)


def _open_shots(timeline: Timeline, sure: Sequence[Part]) -> frozenset[ShotId]:
    """Shots that may yet turn out to be copied whole."""
    done = {part.cut.shot for part in sure if isinstance(part, Body)}
    return frozenset(
        part.cut.shot
        for part in timeline.parts
        if isinstance(part, Body) and part.cut.shot not in done and is_whole(part, timeline)
    )


def _some_encoded(timeline: Timeline, copyable: Mapping[Part, str]) -> bool:
    """Whether the film cannot be a mere copy of its clips, whatever comes."""
    return len(set(copyable.values())) > 1 or not all(
        is_whole(part, timeline) for part in timeline.parts
    )


def _frame(
    film: Film,
    known: Mapping[ShotId, Clip],
    copyable: Sequence[str],
    open_shots: frozenset[ShotId],
    specimen: Callable[[Frame], str],
) -> tuple[Frame | None, frozenset[str]]:
    """The frame that lets most parts be copied, if no open shot can change that.

    With it the parameters of what is copied.
    """
    left, centre = (
        Frame(film.size.width, film.size.height, film.rate, place) for place in ("left", "centre")
    )
    if not (copyable or open_shots):
        return left, frozenset()
    shots = [shot for shot in film.shots if shot.id in open_shots]
    ways = {frame: specimen(frame) for frame in (left, centre)}
    there = {frame: copyable.count(ways[frame]) for frame in ways}
    to_come = {frame: _may_come(ways[frame], shots, film, known) for frame in ways}
    if there[left] >= there[centre] + to_come[centre]:
        return left, frozenset({ways[left]})
    if there[centre] > there[left] + to_come[left]:
        return centre, frozenset({ways[centre]})
    return None, frozenset()


def _may_come(wanted: str, shots: Sequence[Shot], film: Film, known: Mapping[ShotId, Clip]) -> int:
    """How many of the ``shots`` may come with just these parameters.

    A model whose clips so far have others is not expected to begin with these.
    """
    seen: dict[str, set[str]] = {}
    for shot in film.shots:
        if shot.id in known:
            seen.setdefault(shot.model, set()).add(known[shot.id].facts.parameters)
    return sum(wanted in seen.get(shot.model, {wanted}) for shot in shots)
