"""Which shots a command is about: named, from one on, or of a scene."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.ids import ShotId
from pipeline.storyboard.shot import Film, Shot


@dataclass(frozen=True, slots=True)
class Selection:
    """Shots by name, every shot from one on in the cut, shots of a scene; together a union."""

    shots: tuple[str, ...] = ()
    start: str | None = None
    scene: str | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing was left out."""
        return not (self.shots or self.start or self.scene)


def selected_shots(film: Film, selection: Selection) -> set[ShotId] | None:
    """The shots meant; ``None`` for all of them.

    Raises:
        UsageError: a shot or a scene that the board has not.
    """
    if selection.everything:
        return None
    chosen = {shot_named(film, name).id for name in selection.shots}
    if selection.start:
        first = shot_named(film, selection.start).place
        chosen.update(shot.id for shot in film.shots[first:])
    if selection.scene:
        chosen.update(_of_scene(film, selection.scene))
    return chosen


def shot_named(film: Film, name: str) -> Shot:
    """The shot called ``name``.

    Raises:
        UsageError: there is none; the nearest name is told.
    """
    for shot in film.shots:
        if shot.id == name:
            return shot
    raise _unknown("shot", name, [shot.id for shot in film.shots])


def _of_scene(film: Film, scene: str) -> Iterable[ShotId]:
    wanted = scene.casefold()
    chosen = [shot.id for shot in film.shots if (shot.scene or "").casefold() == wanted]
    if not chosen:
        names = list(dict.fromkeys(shot.scene for shot in film.shots if shot.scene))
        raise _unknown("scene", scene, names)
    return chosen


def _unknown(what: str, name: str, known: Sequence[str]) -> UsageError:
    near = difflib.get_close_matches(name, known, n=1)
    listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    there = f"It has: {listed}." if known else f"It has no {what} at all."
    return UsageError(
        f"This board has no {what} `{name}`.",
        hint=f"Did you mean `{near[0]}`?" if near else there,
    ).with_meant(name, next(iter(near), None))
