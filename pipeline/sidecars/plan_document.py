"""The plan as a document: for machines (``plan --json``) and to be carried out (``plan -o``)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.ids import Digest
from pipeline.money import Price, Total
from pipeline.plan.price import billed_seconds
from pipeline.plan.step import Changed, Fetch, Follows, Gone, Make, Missing, Plan, Reuse, Step
from pipeline.storyboard.shot import Film

SCHEMA = 1


def plan_document(
    film: Film, plan: Plan, *, board: str, path: str, digest: Digest
) -> dict[str, Any]:
    """A plan as JSON data; seconds are numbers, amounts are by unit.

    Args:
        film: the shots, for the length of the film.
        plan: of the same shots.
        board: the board's name.
        path: its file, relative to the project.
        digest: of the board's bytes.
    """
    return {
        "schema": SCHEMA,
        "board": board,
        "path": path,
        "board_digest": digest,
        "title": film.title,
        "steps": [step_document(step) for step in plan.steps],
        "further": [step_document(step) for step in plan.further],
        "left_out": list(plan.left_out),
        "order": list(plan.order),
        "critical_path": list(plan.critical_path),
        "totals": {
            "shots": len(plan.steps),
            "reuse": sum(step.verb == "reuse" for step in plan.steps),
            "make": len(plan.to_make),
            "resume": sum(step.verb == "resume" for step in plan.every),
            "fetch": sum(step.verb == "fetch" for step in plan.every),
            "stuck": len(plan.stuck),
            "seconds_asked": _number(_sum(step.shot.asked for step in plan.to_make)),
            "seconds_billed": _number(_sum(billed_seconds(step.shot) for step in plan.to_make)),
            "seconds_cut": _number(_sum(step.shot.cut / film.rate for step in plan.steps)),
            "certain": total_document(plan.certain),
            "at_most": total_document(plan.at_most),
            "otherwise": {name: total_document(t) for name, t in plan.otherwise.items()},
        },
    }


def step_document(step: Step) -> dict[str, Any]:
    """One step as JSON data."""
    shot, action = step.shot, step.action
    document = {
        "shot": shot.id,
        "further": step.further or None,
        "variation": step.request.variation if step.request.variation != 1 else None,
        "action": step.verb,
        "reason": str(action),
        "why": _why(step),
        "certain": not isinstance(action, Make) or action.certain,
        "model": shot.model,
        "route": step.route,
        "other_routes": list(step.others) or None,
        "mode": shot.mode,
        "seed": step.request.seed,
        "key": step.key,
        "clip": action.clip if isinstance(action, Reuse | Fetch | Missing) else None,
        "take": action.take if isinstance(action, Reuse) else None,
        "waits_for": list(shot.waits_for),
        "seconds_asked": _number(shot.asked),
        "seconds_billed": _number(billed_seconds(shot)),
        "seconds_cut": _number(shot.wanted),
        "frames_cut": shot.cut,
        "price": price_document(step.price),
        "renamed_from": step.renamed_from,
    }
    return {name: value for name, value in document.items() if value is not None}


def total_document(total: Total) -> dict[str, Any]:
    """A sum as JSON data: amounts by unit, and how many prices are unknown."""
    return {
        **{unit: _number(amount) for unit, amount in total.amounts},
        "unknown": total.unknown,
        "text": str(total),
    }


def price_document(price: Price | None) -> dict[str, Any]:
    """A price as JSON data; an unknown one says so."""
    if price is None:
        return {"known": False}
    return {
        "known": True,
        "amount": _number(price.amount),
        "unit": price.unit,
        "route": price.route,
        "text": str(price),
    }


def _why(step: Step) -> dict[str, Any]:
    if not isinstance(step.action, Make):
        return {"kind": step.verb}
    reason = step.action.reason
    kind = type(reason).__name__.lower()
    if isinstance(reason, Changed):
        return {"kind": kind, "fields": list(reason.fields)}
    if isinstance(reason, Follows):
        told = {"kind": kind, "shots": list(reason.shots)}
        return told | ({"because": reason.why} if reason.why else {})
    if isinstance(reason, Gone):
        return {"kind": kind, "clip": reason.clip}
    return {"kind": kind}


def _sum(seconds: Any) -> Fraction:
    return sum(seconds, Fraction(0))


def _number(exact: Fraction) -> int | float:
    return int(exact) if exact.denominator == 1 else round(float(exact), 6)
