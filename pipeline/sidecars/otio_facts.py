"""What an editor is told of a shot besides its cut: a file's name, facts under ``storyreel``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.ids import Digest, ShotId
from pipeline.plan.step import Action, Reuse, Step
from pipeline.plan.take import Take
from pipeline.store.record import MadeFor

_ODD = re.compile(r"[^\w. -]")


def media_names(steps: Sequence[Step]) -> dict[ShotId, str]:
    """A file name for each shot: ``sh010_t2.mp4``; no two differ in capitals only.

    A clip that was found in the store and is no take yet goes by its digest.
    """
    names: dict[ShotId, str] = {}
    for step in steps:
        name = f"{step.shot.id}_{_mark(step.action)}.mp4"
        names[step.shot.id] = _unlike(name, names.values())
    return names


def _mark(action: Action) -> str:
    if not isinstance(action, Reuse):
        return "missing"
    return f"t{action.take}" if action.take else action.clip[:8]


def sound_names(files: Iterable[tuple[Digest, Path]], taken: Iterable[str]) -> dict[Digest, str]:
    """A file name for each sound, after the author's own, unlike those that are ``taken``.

    Signs that mean something in an URL, or cannot stand in a name elsewhere, become ``_``.
    """
    names: dict[Digest, str] = {}
    for digest, path in files:
        if digest not in names:
            plain = _ODD.sub("_", path.name).lstrip(".") or "sound"
            names[digest] = _unlike(plain, [*taken, *names.values()])
    return names


def _unlike(name: str, taken: Iterable[str]) -> str:
    folded = {other.casefold() for other in taken}
    stem, dot, suffix = name.rpartition(".")
    while name.casefold() in folded:
        stem += "_"
        name = f"{stem}{dot}{suffix}"
    return name


def shot_facts(step: Step, made: Take | MadeFor | None) -> dict[str, Any]:
    """What is said of a shot; no link, no key, no job.

    Args:
        step: its part of the plan.
        made: how its clip came about, as the lock or the clip's own record has it.
    """
    shot, action = step.shot, step.action
    facts: dict[str, Any] = {
        "shot": shot.id,
        "scene": shot.scene,
        "beat": shot.beat,
        "prompt": shot.words,
        "model": shot.model,
        "camera": " ".join(filter(None, (shot.camera.size, shot.camera.move, shot.camera.lens))),
        "fit": shot.fit,
        "fade_in_frames": shot.fade_in or None,
        "fade_out_frames": shot.fade_out or None,
        "match": shot.match,
        "level_db": shot.level or None,
    }
    if isinstance(action, Reuse):
        facts |= {"take": action.take, "clip": action.clip}
    return {name: fact for name, fact in (facts | _made(made)).items() if fact not in (None, "")}


def _made(made: Take | MadeFor | None) -> dict[str, Any]:
    if made is None:
        return {}
    return {
        "model": made.model,
        "route": made.route,
        "seed": made.seed,
        "variation": made.variation,
        "price": made.price or ("unknown" if made.route else "free"),
    }
