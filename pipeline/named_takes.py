"""A shot and its take as a person names them, and the shot's block in the lock, changed.

A take is found by the number a person read and changed by its clip, so that a lock renumbered
meanwhile changes nothing of what was meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from unicodedata import category

from pipeline.errors import UsageError, Way
from pipeline.plan.selection import shot_named
from pipeline.plan.step import Reuse, Step
from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.planned import PlannedFilm, rendered_first
from pipeline.sidecars.lock_file import change_lock

Change = Callable[[ShotTakes], ShotTakes]


def step_named(planned: PlannedFilm, shot: str) -> Step:
    """The step of the plan that a shot has.

    Raises:
        UsageError: the board has no such shot.
    """
    wanted = shot_named(planned.film, shot)
    return next(step for step in planned.plan.steps if step.shot.id == wanted.id)


def block_of(planned: PlannedFilm, step: Step) -> ShotTakes:
    """What the lock knows of a step's shot, under its old name if it was renamed."""
    return planned.lock.of(step.renamed_from or step.shot.id)


def take_named(planned: PlannedFilm, shot: str, number: int | None) -> tuple[Step, Take]:
    """A shot's take by its number; without one the take that serves.

    Raises:
        UsageError: there is no such shot or take; those there are are told.
    """
    step = step_named(planned, shot)
    block = block_of(planned, step)
    serves = step.action.take if isinstance(step.action, Reuse) else None
    wanted = serves if number is None else number
    take = next((take for take in block.takes if take.number == wanted), None)
    if take:
        return step, take
    numbers = ", ".join(str(take.number) for take in sorted(block.takes, key=lambda t: t.number))
    draft = " --draft" if planned.draft else ""
    which = f"take {number}" if number is not None else "take that serves"
    raise UsageError(
        f"{step.shot.id} has no {which}.",
        hint=f"It has: {numbers}."
        if numbers
        else f"It has none yet: storyreel render {planned.board.name}{draft} makes one.",
    ).with_ways(_of_a_take(planned, step, bool(numbers)))


def _of_a_take(planned: PlannedFilm, step: Step, there: bool) -> list[Way]:
    if not there:
        return [rendered_first(planned, step.shot.id)]
    board, shot = planned.board.name, step.shot.id
    draft = ("--draft",) if planned.draft else ()
    words = ("storyreel", "takes", board, shot, *draft, "--json")
    return [Way(words, "free", "lists the takes there are")]


def change_block(planned: PlannedFilm, step: Step, change: Change) -> None:
    """The shot's block changed in the lock; a renamed shot's moves under its new name.

    Raises:
        LockFileError: the lock cannot be read or written.
    """
    name, places = step.shot.id, planned.places

    def changed(lock: Lock) -> Lock:
        shots = dict(lock.shots)
        if name not in shots and step.renamed_from in shots:
            shots[name] = shots.pop(step.renamed_from)
        shots[name] = change(shots.get(name, ShotTakes()))
        return replace(lock, shots=shots)

    change_lock(places.lock, places.guard, changed)


def note_words(text: str) -> str:
    """What a note says, in one line; what rings a terminal's bell, or paints it, is no word.

    Raises:
        UsageError: it says nothing, or holds bytes that are no text.
    """
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UsageError("A note is text; this one holds bytes that are none.")
    words = " ".join("".join(" " if category(one) == "Cc" else one for one in text).split())
    if not words:
        raise UsageError("A note without words says nothing.")
    return words
