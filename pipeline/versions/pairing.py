"""Which shot of one version is which of another, and which of them were moved. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.ids import ShotId
from pipeline.storyboard.shot import Film, FrameOf, Picture, Shot, Source

Names = Mapping[ShotId, ShotId]
"""By a shot's name before, its name now, where that is another."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A shot before and now; one side is absent of a shot that was added, or cut."""

    old: Shot | None
    new: Shot | None


def renamed(old: Film, new: Film, known: Names) -> dict[ShotId, ShotId]:
    """Shots that are there under another name now.

    One is what the plan has found to be one (``known``: its request is that of an absent shot's
    take), else what asks for the very same, else what has the same words and pictures by name.
    Shots of one name are always one shot.

    Args:
        old: the film before.
        new: the film now.
        known: by name before, the name now, as the plan of ``new`` tells it.
    """
    now, before = {shot.id for shot in new.shots}, {shot.id for shot in old.shots}
    gone = [shot for shot in old.shots if shot.id not in now]
    come = {shot.id: shot for shot in new.shots if shot.id not in before}
    names: dict[ShotId, ShotId] = {}
    for shot in gone:
        if (name := known.get(shot.id)) in come:
            names[shot.id] = come.pop(name).id
    for sameness in (_asked, _said):
        while found := _first_alike(gone, come, names, sameness):
            names[found[0]] = found[1]
            del come[found[1]]
    return names


Sameness = Callable[[Shot, Names], tuple[Any, ...]]


def _first_alike(
    gone: Sequence[Shot], come: Mapping[ShotId, Shot], names: Names, sameness: Sameness
) -> tuple[ShotId, ShotId] | None:
    """The first shot gone that is one that has come; its frames' shots may be renamed by then."""
    by_value: dict[tuple[Any, ...], ShotId] = {}
    for shot in come.values():
        by_value.setdefault(sameness(shot, {}), shot.id)
    left = (shot for shot in gone if shot.id not in names)
    alike = ((shot.id, by_value.get(sameness(shot, names))) for shot in left)
    return next(((was, now) for was, now in alike if now), None)


def _asked(shot: Shot, names: Names) -> tuple[Any, ...]:
    """What a shot asks for, by whatever name, at whatever place; a seed only where written."""
    return (
        shot.model,
        shot.prompt,
        shot.camera,
        shot.look,
        shot.asked,
        shot.aspect,
        shot.resolution,
        shot.seed if shot.seed_written else None,
        *_said(shot, names),
        *(source_value(source, names) for source in shot.sources),
    )


def _said(shot: Shot, names: Names) -> tuple[Any, ...]:
    """What a shot shows, in words: other looks, models and files of the same names count not."""
    card = shot.card and shot.card.text
    pictures = (
        source.name or source.digest if isinstance(source, Picture) else source_value(source, names)
        for source in shot.sources
    )
    return shot.mode, shot.words, card, shot.clip and shot.clip.digest, tuple(pictures)


def source_value(source: Source | None, names: Names) -> object:
    """What a picture is, wherever it lies: a digest, or a frame of a shot by its name now."""
    if isinstance(source, FrameOf):
        return replace(source, shot=names.get(source.shot, source.shot))
    return source.digest if isinstance(source, Picture) else None


def paired(old: Film, new: Film, names: Names) -> tuple[Pair, ...]:
    """Every shot of both films exactly once, in the order of the cut now.

    A shot that was cut stands behind the one it stood behind before.
    """
    before = {names.get(shot.id, shot.id): shot for shot in old.shots}
    now = {shot.id for shot in new.shots}
    cut_after: dict[ShotId | None, list[Pair]] = {}
    last: ShotId | None = None
    for name, shot in before.items():
        if name in now:
            last = name
        else:
            cut_after.setdefault(last, []).append(Pair(shot, None))
    pairs = list(cut_after.get(None, ()))
    for shot in new.shots:
        pairs.append(Pair(before.get(shot.id), shot))
        pairs.extend(cut_after.get(shot.id, ()))
    return tuple(pairs)


def moved(pairs: Sequence[Pair]) -> frozenset[ShotId]:
    """The fewest shots (by their names now) that must have been moved for the order to be so."""
    both = [(pair.new.id, pair.old.place) for pair in pairs if pair.old and pair.new]
    stayed = longest_rising([place for _, place in both])
    return frozenset(name for index, (name, _) in enumerate(both) if index not in stayed)


def longest_rising(numbers: Sequence[int]) -> frozenset[int]:
    """The indices of a longest rising subsequence of different numbers; n log n."""
    tails: list[int] = []  # by length less one, the index of the smallest end
    ends: list[int] = []  # their numbers
    before: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(ends, number)
        before.append(tails[place - 1] if place else -1)
        tails[place : place + 1] = [index]
        ends[place : place + 1] = [number]
    kept = set()
    index = tails[-1] if tails else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return frozenset(kept)
