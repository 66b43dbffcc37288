"""What planning and rendering hand back: a board and all that is known of it; what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Way
from pipeline.graph import ShotGraph
from pipeline.ids import ShotId
from pipeline.places import Places, path_from_here
from pipeline.plan.step import Plan, Reuse
from pipeline.plan.take import Lock
from pipeline.settings import Settings
from pipeline.store.clip import Clip
from pipeline.store.store import Store
from pipeline.storyboard.loader import Board
from pipeline.storyboard.resolver import Draft
from pipeline.storyboard.shot import Film

if TYPE_CHECKING:
    from pipeline.film.assembler import Assembly
    from pipeline.run.runner import Outcome


@dataclass(frozen=True)
class PlannedFilm:
    """A board, what is known of it, and the plan; everything a render needs."""

    board: Board
    places: Places
    settings: Settings
    draft: Draft | None
    film: Film
    graph: ShotGraph
    lock: Lock
    store: Store
    plan: Plan


def serving_clips(planned: PlannedFilm) -> dict[ShotId, Clip]:
    """The clips that serve now; a shot without one is absent."""
    return {
        step.shot.id: planned.store.clip(step.action.clip)
        for step in planned.plan.steps
        if isinstance(step.action, Reuse)
    }


def rendered_first(planned: PlannedFilm, *shots: ShotId) -> Way:
    """The render that makes clips that are not here; nobody has agreed to its price yet.

    What is free it makes at once; what costs money is told, and refused until somebody agrees.
    """
    size = planned.draft.resolution if planned.draft else None
    draft = [*(["--draft"] if planned.draft else []), *(["--resolution", size] if size else [])]
    chosen = [word for shot in shots for word in ("--shot", shot)]
    price = planned.plan.at_most
    dear = price.unknown or any(amount for _, amount in price.amounts)
    costs = f"nothing before somebody agrees; then at most {price}" if dear else "free"
    words = ("storyreel", "render", path_from_here(planned.board.path), *draft, *chosen, "--json")
    return Way(words, costs, "makes the clips that are missing")


@dataclass(frozen=True)
class Delivered:
    """One file made of a film's cut: the film itself (``name`` is empty), or a named output.

    ``assembly`` is absent when it lay there already; ``beside`` are the files that go with it,
    ``notes`` what a person should know of it.
    """

    name: str
    path: Path
    assembly: Assembly | None
    beside: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RenderedFilm:
    """What a render did; ``assembly`` is absent when the film was left as it was or not cut.

    ``report`` is the page that tells of it, ``report_fault`` why there is none; ``log_fault`` why
    what happened was not written down, for who looks on.
    """

    outcome: Outcome
    film: Path | None
    assembly: Assembly | None
    made: tuple[ShotId, ...] = field(default=())
    delivered: tuple[Delivered, ...] = field(default=())
    report: Path | None = None
    report_fault: str = ""
    log_fault: str = ""
