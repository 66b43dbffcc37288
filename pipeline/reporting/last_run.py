"""What the last render did to each shot, kept beside the film for whoever tells of it later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.files import load_json, write_whole
from pipeline.plan.step import Step
from pipeline.plan.take import Lock
from pipeline.planned import PlannedFilm, RenderedFilm

SCHEMA = 1
_DID = {"make": "made", "resume": "gone on with", "fetch": "fetched again"}


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of one shot, and why; ``hint`` is a failure's."""

    did: str
    why: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class LastRun:
    """By shot what the last render did; by clip why it was made, whichever render that was."""

    shots: Mapping[str, Deed] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)


def last_run_path(folder: Path) -> Path:
    """Where it is kept, in a board's folder under ``output``."""
    return folder / "last-run.json"


def load_last_run(folder: Path) -> LastRun:
    """What is known; nothing where it is lost or torn: it decides nothing."""
    try:
        told = load_json(last_run_path(folder))
        shots = {str(name): _deed(deed) for name, deed in told["shots"].items()}
        made = {str(clip): str(why) for clip, why in told["made"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return LastRun()
    return LastRun(shots, made)


def remember_run(planned: PlannedFilm, rendered: RenderedFilm, after: Lock) -> LastRun:
    """Write down what a render did; what it did not look at stays as it was told before.

    Args:
        planned: what was to be done.
        rendered: what was done.
        after: the lock as the render left it.

    Raises:
        OSError: it cannot be written.
    """
    folder = planned.places.folder
    before = load_last_run(folder)
    made = _reasons(planned, rendered, after)
    known = {take.clip for block in after.shots.values() for take in block.takes}
    kept = {clip: why for clip, why in before.made.items() if clip in known}
    run = LastRun(_deeds(planned, rendered, before), kept | made)
    if run != before:
        shots = {name: asdict(deed) for name, deed in run.shots.items()}
        document = {"schema": SCHEMA, "shots": shots, "made": dict(run.made)}
        write_whole(last_run_path(folder), json.dumps(document, indent=1, ensure_ascii=False))
    return run


def _deeds(planned: PlannedFilm, rendered: RenderedFilm, before: LastRun) -> dict[str, Deed]:
    deeds = {step.label: _done(step, rendered) for step in planned.plan.every}
    left_out = {name: before.shots[name] for name in planned.plan.left_out if name in before.shots}
    return {name: deed for name, deed in (left_out | deeds).items() if deed}


def _done(step: Step, rendered: RenderedFilm) -> Deed | None:
    name, outcome = step.label, rendered.outcome
    if error := outcome.failed.get(name):
        return Deed("failed", error.brief, error.hint)
    if because := outcome.skipped.get(name):
        return Deed("skipped", f"it waits for {because}")
    if name in rendered.made:
        return Deed(_DID.get(step.verb, "made"), str(step.action))
    return Deed("reused", str(step.action)) if name in outcome.clips else None


def _reasons(planned: PlannedFilm, rendered: RenderedFilm, after: Lock) -> dict[str, str]:
    """Why each clip that came now was made."""
    reasons: dict[str, str] = {}
    for step in planned.plan.every:
        if step.label not in rendered.made:
            continue
        clip = rendered.outcome.clips.get(step.label)
        takes = after.of(step.shot.id).takes
        found = (take.clip for take in takes if take.key == step.key)
        if digest := clip.digest if clip else next(found, None):
            reasons[digest] = str(step.action)
    return reasons


def _deed(told: Any) -> Deed:
    hint = told["hint"]
    return Deed(str(told["did"]), str(told["why"]), None if hint is None else str(hint))
