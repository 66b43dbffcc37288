"""Ways past what stands in front of a render: a wall, no agreement, a key that is missing.

Pure but for where the user stands, from which paths are told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.words import MONEY, SELECTION, Words, also, command_of, shared, way, without
from pipeline.errors import StoryreelError, Way
from pipeline.money import Total
from pipeline.places import path_from_here

if TYPE_CHECKING:
    from pipeline.plan.step import Step
    from pipeline.planned import PlannedFilm
    from pipeline.run.budget import Budget
    from pipeline.sidecars.saved_plan import SavedPlan

_AGREEING = ("--yes",)
_UNREADY = frozenset({"key-refused", "not-connected", "no-publisher", "no-route"})


def ways_before(
    error: StoryreelError, planned: PlannedFilm, budget: Budget, words: Sequence[str]
) -> tuple[Way, ...]:
    """What goes on where a plan is refused before anything was ordered, the cheapest first.

    Args:
        error: what refused it.
        planned: the plan.
        budget: what it may spend.
        words: the command line.
    """
    said = tuple(words)
    ways = list(draft_of_it(planned, said))
    if error.code == "over-budget":
        ways += _that_fits(planned, budget, said)
    if error.code in ("over-budget", "not-agreed"):
        return (*ways, agreed(planned.plan.to_make, said))
    if error.code in _UNREADY:
        why = "tells which key or publisher is missing, and where to put it"
        return (*ways, way(("doctor", "--json"), "free", why))
    return error.ways


def draft_of_it(planned: PlannedFilm, words: Words) -> tuple[Way, ...]:
    """The same film made with the free animatic, for a render that is no draft."""
    if planned.draft is not None or command_of(words) != "render":
        return ()
    why = "the whole cut with the free, offline animatic, to look at first"
    return (way(("render", board_of(planned), *shared(words), "--draft", "--json"), "free", why),)


def agreed(steps: Iterable[Step], words: Words, why: str = "") -> Way:
    """The same command line for these takes, agreed to, behind a wall of just their price."""
    paid = [step for step in steps if step.price is None or step.price.amount]
    total = Total.of(step.price for step in paid)
    unpriced = sorted({step.shot.model for step in paid if step.price is None})
    walls = ["--max-cost", spelled(total)] if any(a for _, a in total.amounts) else []
    jobs = {"--max-jobs": 1} if "--max-jobs" in " ".join(words) else {}
    bare = without(words, {"--max-cost": 1, "--yes": 0, "-y": 0, **jobs})
    limit = ["--max-jobs", str(len(paid))] if jobs else []
    allowed = [word for name in unpriced for word in ("--allow-unknown-price", name)]
    told = why or "all of it as it is planned; ask whoever pays first"
    return way(also(bare, *_AGREEING, *walls, *limit, *allowed), str(total), told)


def spelled(total: Total) -> str:
    """A sum as ``--max-cost`` takes it, never below it: ``0.7usd + 144credits``."""
    return " + ".join(f"{_decimal(amount)}{unit}" for unit, amount in total.amounts if amount)


def board_of(planned: PlannedFilm) -> str:
    """The board as a command line names it from here."""
    return path_from_here(planned.board.path)


def planned_again(path: Path, saved: SavedPlan, words: Words) -> tuple[Way, ...]:
    """The command that saves a plan anew as it was asked for; it makes and spends nothing."""
    chosen = saved.selection
    pairs = [("--shot", name) for name in chosen.shots]
    pairs += [("--from", chosen.start)] if chosen.start else []
    pairs += [("--scene", chosen.scene)] if chosen.scene else []
    pairs += [("--force", name) for name in saved.forced]
    flags = [word for pair in pairs for word in pair]
    if saved.draft:
        size = saved.draft.resolution
        flags += ["--draft", *(["--resolution", size] if size else [])]
    board = path_from_here(saved.board)
    asked = ("plan", board, *flags, *shared(words), "-o", str(path), "--json")
    return (way(asked, "free", "plans again into the same file; look at it, then render it"),)


def _decimal(amount: Fraction) -> str:
    whole, rest = divmod(math.ceil(amount * 10**6), 10**6)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")


def _that_fits(planned: PlannedFilm, budget: Budget, words: Words) -> tuple[Way, ...]:
    """The same, of as many shots as the wall lets through, first those all others start from."""
    if command_of(words) != "render" or "--force" in " ".join(words) or _saved(words):
        return ()
    chosen, total = shots_that_fit(planned, budget)
    if not chosen:
        return ()
    shots = [word for name in chosen for word in ("--shot", name)]
    bare = without(words, {**SELECTION, "--yes": 0, "-y": 0, "--max-cost": 1})
    walls = ("--max-cost", spelled(total)) if any(amount for _, amount in total.amounts) else ()
    count = "the one shot" if len(chosen) == 1 else f"the {len(chosen)} shots"
    why = f"{count} that the wall lets through; the film is cut once all are there"
    return (way(also(bare, *shots, *_AGREEING, *walls), str(total), why),)


def shots_that_fit(planned: PlannedFilm, budget: Budget) -> tuple[list[str], Total]:
    """Shots to make, in the order they are made in, whose price together passes no wall."""
    making: dict[str, list[Step]] = {}
    for step in planned.plan.to_make:
        making.setdefault(step.shot.id, []).append(step)
    stuck = {step.shot.id for step in planned.plan.stuck}
    chosen: list[str] = []
    taken: list[Step] = []
    for name in planned.graph.order:
        steps = making.get(name, [])
        behind = any(
            first in stuck or (first in making and first not in chosen)
            for step in steps
            for first in step.shot.waits_for
        )
        if steps and not behind and _passes([*taken, *steps], budget):
            chosen.append(name)
            taken += steps
    return chosen, Total.of(step.price for step in taken)


def _passes(steps: Sequence[Step], budget: Budget) -> bool:
    paid = [step for step in steps if step.price is None or step.price.amount]
    if budget.max_jobs is not None and len(paid) > budget.max_jobs:
        return False
    if not budget.max_cost:
        return True
    total = Total.of(step.price for step in paid)
    walls = budget.max_cost
    return not total.unknown and all(a <= walls.get(unit, 0) for unit, a in total.amounts)


def _saved(words: Words) -> bool:
    return any(word.endswith(".json") for word in without(words, {**MONEY, **SELECTION}))
