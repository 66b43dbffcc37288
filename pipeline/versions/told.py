"""What changed, as people read it: what many shots share is told once, the rest shot by shot. Pure.

Text and Markdown are both made of this; only how words are marked differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ids import ShotId
from pipeline.timing import spell_seconds
from pipeline.versions.changes import Change, Changes, FilmChange, ShotChanges
from pipeline.versions.diffing import Difference
from pipeline.versions.words import Part, compared, shortened

_SHARED = 3  # so many shots that changed in the very same way are told together
_LONG = 24  # characters: a longer text is compared by its words
_NAMED = 12

MARKS = {"added": "+", "cut": "-", "kept": "~"}


@dataclass(frozen=True, slots=True)
class ToldShot:
    """A shot with what is told of it alone; ``words`` say what became of it."""

    shot: ShotChanges
    words: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything there is to tell: of the film, of several shots at once, of each shot.

    ``reached`` are shots that the board says nothing else of, and that are yet not asked for as
    before; ``unchanged`` counts the others.
    """

    film: tuple[FilmChange, ...]
    shared: tuple[tuple[Change, tuple[ShotId, ...]], ...]
    shots: tuple[ToldShot, ...]
    reached: tuple[ShotChanges, ...]
    unchanged: int


def told(changes: Changes) -> Told:
    """Sort out what is told where; nothing is told twice."""
    of_all = {_what(one.change) for one in changes.film}
    by_change: dict[Change, list[ShotId]] = {}
    for shot in changes.shots:
        for change in shot.changes:
            if _what(change) not in of_all:
                by_change.setdefault(change, []).append(shot.id)
    shared = {c: tuple(ids) for c, ids in by_change.items() if len(ids) >= _SHARED}
    alone = {change for change in by_change if change not in shared}
    shots = [_told(shot, alone) for shot in changes.shots if shot.told]
    return Told(
        changes.film,
        tuple(shared.items()),
        tuple(one for one in shots if one.words),
        tuple(s for s in changes.shots if not s.told and s.fate != "same"),
        sum(not shot.told and shot.fate == "same" for shot in changes.shots),
    )


def _what(change: Change) -> tuple[str | None, ...]:
    return change.field, change.old, change.new


def _told(shot: ShotChanges, alone: set[Change]) -> ToldShot:
    changes = tuple(change for change in shot.changes if change in alone)
    return ToldShot(shot, ", ".join(_became(shot, changes)), changes)


def _became(shot: ShotChanges, changes: Sequence[Change]) -> list[str]:
    length = spell_seconds(shot.seconds)
    behind = f"behind {shot.behind}" if shot.behind else "at the beginning"
    if shot.status == "added":
        return [f"added {behind}", length]
    if shot.status == "cut":
        return [f"cut (was {behind})", length]
    words = [f"renamed from {shot.was}"] if shot.was else []
    if shot.move:
        then = f"behind {shot.move.old}" if shot.move.old else "the beginning"
        words.append(f"moved from {then} to {behind.removeprefix('at ')}")
    return [*words, *dict.fromkeys(change.kind for change in changes)]


def parts_of(change: Change) -> tuple[Part, ...] | None:
    """A change told by its words, where most of them stayed; else old and new are told."""
    if not (change.old and change.new) or max(len(change.old), len(change.new)) < _LONG:
        return None
    parts = compared(change.old, change.new)
    return shortened(parts) if parts else None


def named(shots: Sequence[str]) -> str:
    """Shots by name; of very many the first and the last."""
    few = shots if len(shots) <= _NAMED else (*shots[:8], "…", *shots[-3:])
    return ", ".join(few)


def reach_words(one: FilmChange) -> str:
    """What a change of the whole film reaches; nothing where that is no shot."""
    if not one.reaches:
        return ""
    words = f"reaches {_count(len(one.reaches))}: {named(one.reaches)}"
    return f"{words}; from frame to frame also {named(one.onward)}" if one.onward else words


def reached_words(shots: Sequence[ShotChanges]) -> str:
    """The shots that are reached though the board says nothing else of them, and by whom."""
    return f"{_count(len(shots))} reached as well: {named([_reached(shot) for shot in shots])}"


def _reached(shot: ShotChanges) -> str:
    starts = f" (starts on {', '.join(shot.follows)})" if shot.follows else ""
    return f"{shot.id}{starts}"


def length_words(difference: Difference) -> str:
    """The film's length before and after, and what is between."""
    length, films = difference.length, (difference.old.planned, difference.new.planned)
    before, now = (_count(len(planned.film.shots)) for planned in films)
    shots = before if before == now else f"{before} → {now}"
    old, new = spell_seconds(length.old), spell_seconds(length.new)
    if length.old == length.new:
        return f"{shots}, {old}"
    more = "+" if length.new > length.old else "-"
    return f"{shots}, {old} → {new} ({more}{spell_seconds(abs(length.new - length.old))})"


def cost_words(difference: Difference) -> str:
    """What the new version would take: shots to make at what price, shots reused."""
    plan = difference.new.planned.plan
    making, shots = len(plan.to_make), _count(len(plan.steps))
    price = f"{plan.at_most}"
    if plan.certain != plan.at_most:
        price = f"{plan.certain} certain, {plan.at_most} at most"
    further = sum(1 for step in plan.to_make if step.further)
    of = f"{making} takes of {shots}" if further else f"{making} of {shots}"
    parts = [f"{of} to make: {price}"] if making else [f"nothing to make, {shots}"]
    reused = sum(step.verb == "reuse" for step in plan.steps)
    if making and reused:
        parts.append(f"{reused} reused")
    for verb, words in _BESIDE.items():
        if count := sum(step.verb == verb for step in plan.every):
            parts.append(f"{count} {words}")
    return ", ".join(parts)


_BESIDE = {
    "resume": "paid and under way",
    "fetch": "paid before, to be fetched again",
    "missing": "paid before, not in this store",
    "uncertain": "uncertain",
    "failed": "failed before",
}


def _count(number: int) -> str:
    return f"{number} shot{'s' if number != 1 else ''}"
