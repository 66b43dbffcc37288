"""The line from a board to a film, read top to bottom; everything the command does, from Python.

::

    planned = plan_film(Path("storyboards/launch-day.storyboard.yaml"), draft=Draft())
    rendered = render_film(planned)
    print(rendered.film)

This is the only place that builds services (store, makers, ffmpeg) and hands them to the stages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ShotsFailedError, StoryreelError
from pipeline.files import held
from pipeline.ids import ShotId
from pipeline.places import PROBE, Places, find_root
from pipeline.plan.selection import Selection
from pipeline.plan.step import Forced, Make
from pipeline.planned import (
    Delivered,
    PlannedFilm,
    RenderedFilm,
    rendered_first,
    serving_clips,
)
from pipeline.planning import facts_of, plan_film
from pipeline.run.budget import Budget, refuse_over_budget
from pipeline.run.events import Listener, nobody
from pipeline.store.clip import Clip
from pipeline.storyboard.loader import Board, load_board
from pipeline.storyboard.resolver import Draft

if TYPE_CHECKING:
    from pipeline.adopting import Adopted
    from pipeline.journal.journal import Journal
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.run.outside import Outside
    from pipeline.settling import Finding, Which

FramesTold = Callable[[int, int], None]


def check_storyboard(path: Path) -> Board:
    """Read and check a board.

    Raises:
        BoardFaultsError: it has faults; all of them are told.
    """
    return load_board(path)


def render_film(
    planned: PlannedFilm,
    *,
    budget: Budget | None = None,
    listen: Listener = nobody,
    tell: FramesTold | None = None,
    stop: threading.Event | None = None,
    outside: Outside | None = None,
) -> RenderedFilm:
    """Make what the plan says, remember it in the lock, and cut the film when all of it is there.

    Call it inside ``my_turn`` so that two renders of one board do not meet.

    Args:
        planned: from ``plan_film``.
        budget: what it may spend; absent, as much as the plan says.
        listen: told what happens to the shots.
        tell: told how many of the film's frames are cut, and of how many.
        stop: when set, the run ends soon and cleanly; what is finished is kept.
        outside: absent, the machine's own clocks and journal.

    Raises:
        NotConnectedError, KeyRefusedError: a model cannot be reached; nothing was ordered.
        OverBudgetError: it may cost more than it may; nothing was ordered.
        StoryreelError: ffmpeg is missing, or the disk is full.
    """
    from dataclasses import replace

    from pipeline.sidecars.happened import HappenedLog, heard_by, told_to

    labels = [step.label for step in planned.plan.to_run]
    with HappenedLog(planned.places.folder, labels) as log:
        rendered = _rendered(
            planned, budget or Budget(), heard_by(log.hear, listen), told_to(log.cut, tell),
            stop or threading.Event(), outside,
        )  # fmt: skip
    return replace(rendered, log_fault=log.fault)


def _rendered(
    planned: PlannedFilm,
    budget: Budget,
    listen: Listener,
    tell: FramesTold,
    stop: threading.Event,
    outside: Outside | None,
) -> RenderedFilm:
    from pipeline.making import cutting_ahead, make_shots
    from pipeline.reporting.report import with_report

    with cutting_ahead(planned, listen, stop) as ahead:
        outcome, made = make_shots(planned, budget, ahead.hear, stop, outside)
        if not outcome.cuttable(planned.plan) or planned.plan.left_out:
            return with_report(planned, RenderedFilm(outcome, None, None, made))
        ahead.rest()
        try:
            delivered = cut_film(planned, outcome.clips, tell=tell, stop=stop)
        except (StoryreelError, OSError):
            if not stop.is_set():  # what was made, and paid, is in the report all the same
                with_report(planned, RenderedFilm(outcome, None, None, made))
            raise
    film = delivered[0]
    rendered = RenderedFilm(outcome, film.path, film.assembly, made, delivered)
    return with_report(planned, rendered)


def cut_film(
    planned: PlannedFilm,
    clips: Mapping[ShotId, Clip],
    *,
    target: Path | None = None,
    only: str | None = None,
    tell: FramesTold | None = None,
    stop: threading.Event | None = None,
) -> tuple[Delivered, ...]:
    """Cut the film and its outputs from its clips, each where it does not lie there already.

    The film comes first; with ``only`` that output alone is made.
    """
    from pipeline.delivering import deliver
    from pipeline.media.ffmpeg import find_ffmpeg

    ffmpeg = find_ffmpeg(planned.settings.ffmpeg)
    target = target or planned.places.film
    return deliver(
        planned, clips, ffmpeg, cutting_tools(ffmpeg), target=target, only=only, tell=tell,
        stop=stop,
    )  # fmt: skip


def cutting_tools(ffmpeg: FFmpeg) -> str:
    """The programs a film's bytes hang on, by version."""
    from pipeline.media.join import joiner

    return f"{ffmpeg.version}, {joiner()}"


def film_stands(planned: PlannedFilm, again: PlannedFilm) -> bool:
    """Whether a later plan finds the film and its outputs there, cut as they would be cut now."""
    from pipeline.delivering import all_stand
    from pipeline.media.ffmpeg import find_ffmpeg

    clips = serving_clips(again)
    moved = (again.board.digest, again.settings) != (planned.board.digest, planned.settings)
    if moved or any(shot.id not in clips for shot in again.film.shots):
        return False
    tools = cutting_tools(find_ffmpeg(again.settings.ffmpeg))
    return all_stand(again, clips, tools, again.places.film)


def assemble_film(
    planned: PlannedFilm,
    *,
    stand_ins: bool = False,
    only: str | None = None,
    listen: Listener = nobody,
    tell: FramesTold | None = None,
    stop: threading.Event | None = None,
) -> tuple[tuple[Delivered, ...], tuple[ShotId, ...]]:
    """Cut the film from the clips that are there, making none of its shots.

    Args:
        planned: from ``plan_film``.
        stand_ins: cut a marked animatic in where a shot has no clip.
        only: make this output of the board's alone.
        listen: told of the stand-ins being made.
        tell: told how many of the film's frames are cut, and of how many.
        stop: when set, it ends soon.

    Returns:
        The film and its outputs, how each was cut (or that it lay there already), and the shots
        stood in for.

    Raises:
        UsageError: the board has no such output.
        ShotsFailedError: shots have no clip, and no stand-ins were asked for.
    """
    clips = serving_clips(planned)
    missing = tuple(shot.id for shot in planned.film.shots if shot.id not in clips)
    if missing and not stand_ins:
        raise ShotsFailedError(
            f"{len(missing)} of {len(planned.film.shots)} shots have no clip.",
            details=", ".join(missing),
            hint="Run storyreel render to make them, or --stand-ins to cut with marked animatics.",
        ).with_ways([rendered_first(planned)])
    target = planned.places.film
    if missing:
        from dataclasses import replace

        from pipeline.film.matching import unmatched
        from pipeline.run.stand_ins import make_stand_ins

        clips |= make_stand_ins(
            planned.film, missing, planned.store, planned.settings, listen, stop
        )
        target = target.with_name(f"{target.stem}.stand-ins.mp4")
        planned = replace(planned, film=unmatched(planned.film, missing))
    return cut_film(planned, clips, target=target, only=only, tell=tell, stop=stop), missing


def refuse_unready(planned: PlannedFilm, budget: Budget) -> None:
    """Tell what stands in the way of ordering, before anybody is asked to agree.

    Raises:
        NotConnectedError, KeyRefusedError: a shot's model cannot be had.
        OverBudgetError: the plan may cost more than it may.
    """
    from pipeline.making import refuse_without_keys

    if planned.draft is None:
        refuse_without_keys(planned)
    refuse_over_budget(planned.plan, budget)


def my_turn(
    places: Places, waiting: Callable[[], None] | None = None
) -> AbstractContextManager[None]:
    """Hold a board's render alone among processes; ``waiting`` is called if another has it."""
    return held(places.turn, waiting)


def journal_of_here() -> Journal:
    """The journal of the project in this folder, to look at; empty where nothing was paid."""
    from pipeline.journal.journal import Journal

    return Journal(_journal_here(), look=True)


def _journal_here() -> Path:
    boards = Path("storyboards")
    root = find_root((boards if boards.is_dir() else Path()) / "any.storyboard.yaml")
    return root / "output" / "journal.db"


def settle_shot(path: Path, shot: str, found: Finding, which: Which) -> str:
    """Write down what a person found out of a job nobody knows about; see ``settling.py``.

    ``path`` is the board's; of a probe's job it is the name that stands in a board's place.
    """
    from pipeline.settling import settle, settle_in

    if str(path) == PROBE:
        return settle_in(_journal_here(), PROBE, shot, found, which)
    return settle(plan_film(path), shot, found, which)


def adopt_clip(
    path: Path,
    shot: str,
    file: Path,
    *,
    pick: bool = False,
    note: str | None = None,
    draft: Draft | None = None,
    flags: Mapping[str, str | None] | None = None,
) -> Adopted:
    """Take a clip bought or shot elsewhere as a take of a shot; see ``adopting.py``."""
    from pipeline.adopting import adopt

    return adopt(plan_film(path, draft=draft, flags=flags), shot, file, pick=pick, note=note)


__all__ = [
    "Draft", "Forced", "Make", "PlannedFilm", "RenderedFilm", "Selection", "adopt_clip",
    "assemble_film", "check_storyboard", "cut_film", "facts_of", "my_turn", "plan_film",
    "render_film",
]  # fmt: skip
