"""What changed between two versions, as a document for machines.

Schema 1::

    board, draft        the board's name; whether drafts are compared
    old, new            {name, commit, subject}; the board as it lies here has no commit
    changed             false: both are the same film
    film                changes of the whole: {kind, field, old, new, reaches, onward}
    shots               changed ones, in the order of the cut: {shot, status, behind, seconds,
                        renamed_from, moved, changes, fate, follows, plan}
    unchanged           the names of the others
    length              {old, new} in seconds; exact where every clip is there to count
    plan                what the new version would take: counts, certain, at_most
    notes               sentences for people

A change has ``old`` and ``new``; ``words`` mark what was taken out of a longer text and put in.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.ids import ShotId
from pipeline.plan.step import Plan, Step
from pipeline.sidecars.plan_document import price_document, total_document
from pipeline.versions.changes import Change, FilmChange, ShotChanges
from pipeline.versions.diffing import Difference
from pipeline.versions.version import Version
from pipeline.versions.words import compared

SCHEMA = 1


def diff_document(difference: Difference) -> dict[str, Any]:
    """A difference as JSON data."""
    changes, planned = difference.changes, difference.new.planned
    steps = {step.shot.id: step for step in planned.plan.steps}
    told = [one for one in changes.shots if one.told or one.fate != "same"]
    length = difference.length
    return {
        "schema": SCHEMA,
        "board": planned.board.name,
        "draft": planned.draft is not None,
        "old": _version(difference.old),
        "new": _version(difference.new),
        "changed": not changes.nothing,
        "film": [_of_film(one) for one in changes.film],
        "shots": [_of_shot(one, steps.get(one.id)) for one in told],
        "unchanged": [s.id for s in changes.shots if not s.told and s.fate == "same"],
        "length": {
            "old": _number(length.old),
            "new": _number(length.new),
            "exact": length.exact,
        },
        "plan": _of_plan(planned.plan),
        "notes": list(difference.notes),
    }


def _version(version: Version) -> dict[str, Any]:
    commit = version.commit
    if commit is None:
        return {"name": version.name}
    return {"name": commit.asked, "commit": commit.sha, "subject": commit.subject}


def _of_film(one: FilmChange) -> dict[str, Any]:
    return {**_change(one.change), "reaches": list(one.reaches), "onward": list(one.onward)}


def _of_shot(one: ShotChanges, step: Step | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "shot": one.id,
        "status": one.status,
        "behind": one.behind,
        "seconds": _number(one.seconds),
        "renamed_from": one.was,
        "changes": [_change(change) for change in one.changes],
    }
    if one.move:
        document["moved"] = {"from_behind": one.move.old, "to_behind": one.move.new}
    if one.status == "kept":
        document |= {"fate": one.fate, "follows": _names(one.follows)}
    if step and one.status != "cut":
        document["plan"] = {
            "action": step.verb,
            "reason": str(step.action),
            "price": price_document(step.price) if step.verb == "make" else None,
        }
    return document


def _change(change: Change) -> dict[str, Any]:
    words = compared(change.old, change.new) if change.old and change.new else None
    parts = [{"kind": part.kind, "text": part.text} for part in words or ()]
    return {
        "kind": change.kind,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        **({"words": parts} if len(parts) > 2 else {}),
    }


def _of_plan(plan: Plan) -> dict[str, Any]:
    return {
        "shots": len(plan.steps),
        "reuse": sum(step.verb == "reuse" for step in plan.steps),
        "make": len(plan.to_make),
        "resume": sum(step.verb == "resume" for step in plan.every),
        "fetch": sum(step.verb == "fetch" for step in plan.every),
        "stuck": len(plan.stuck),
        "certain": total_document(plan.certain),
        "at_most": total_document(plan.at_most),
    }


def _names(shots: tuple[ShotId, ...]) -> list[str]:
    return [str(shot) for shot in shots]


def _number(exact: Fraction) -> int | float:
    return int(exact) if exact.denominator == 1 else round(float(exact), 6)
