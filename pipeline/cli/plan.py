"""``storyreel plan``: what a render would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import (
    draft_of,
    draft_options,
    retry_options,
    selection_options,
    settings_options,
    some_boards,
)
from pipeline.cli.chains_told import (
    chain_lines,
    chain_warnings,
    chains_of_plan,
    deep_chains,
)
from pipeline.cli.console import put, put_json, put_table, say, terminal_width
from pipeline.cli.plan_markdown import Unplanned, plan_as_markdown
from pipeline.cli.problems import show_problem
from pipeline.cli.publishers_checked import picture_warnings

if TYPE_CHECKING:
    from fractions import Fraction

    from pipeline.api import PlannedFilm
    from pipeline.film.expected import FilmLength
    from pipeline.plan.step import Step

NARROW = 80
# which of several boards' exit codes counts
_GRAVEST = (3, 6, 2, 1, 4, 0)


@click.command("plan")
@some_boards
@draft_options
@selection_options
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="The form: text, Markdown (for a pull request), JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --as json.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save the plan; `storyreel render FILE` carries out exactly it.",
)
@retry_options
@click.option("--exit-code", is_flag=True, help="Exit with 4 when there is something to make.")
@settings_options
def command(
    boards: tuple[Path, ...],
    draft: bool,
    resolution: str | None,
    shots: tuple[str, ...],
    start: str | None,
    scene: str | None,
    forced: tuple[str, ...],
    form: str,
    as_json: bool,
    output: Path | None,
    exit_code: bool,
    retry_failed: int,
    remake_missing: bool,
    **flags: str | None,
) -> int:
    """Show what a render would make, why, and what it costs.

    Nothing is made and nothing is written. Each shot is either reused, or made with the reason:
    new, changed (and which fields), follows another shot that is made, forced.

    --as markdown is one comment for a pull request: all boards, a faulty one with its faults.
    """
    from pipeline.api import plan_film
    from pipeline.errors import StoryreelError, UsageError
    from pipeline.plan.selection import Selection
    from pipeline.sidecars.saved_plan import save_plan

    if output and len(boards) > 1:
        raise UsageError("A saved plan is of one board.", hint="Name one board with -o.")
    form = "json" if as_json else form
    selection = Selection(shots, start, scene)
    told: list[PlannedFilm | Unplanned] = []
    codes = [0]
    for board in boards:
        try:
            planned = plan_film(
                board,
                draft=draft_of(draft, resolution),
                selection=selection,
                forced=forced,
                flags=flags,
                retry_failed=retry_failed > 0,
                remake_missing=remake_missing,
            )
        except StoryreelError as error:
            if form != "markdown":
                raise
            told.append(Unplanned(board, error))
            codes.append(show_problem(error, []))
            continue
        told.append(planned)
        codes.append(4 if exit_code and (planned.plan.to_run or planned.plan.stuck) else 0)
        if output:
            document = document_of(planned)
            save_plan(output, planned.board.path, document, selection, forced, planned.draft)
            say(f"saved {output}; carry it out with: storyreel render {output}")
        if form == "text":
            show_plan(planned)
    _put_whole(told, form)
    return next(code for code in _GRAVEST if code in codes)


def _put_whole(told: Sequence[PlannedFilm | Unplanned], form: str) -> None:
    """The forms that tell all boards in one document."""
    if form == "markdown":
        put(plan_as_markdown(told))
    elif form == "json":
        plans = [document_of(planned) for planned in told if not isinstance(planned, Unplanned)]
        put_json(plans[0] if len(plans) == 1 else {"schema": 1, "plans": plans})


def document_of(planned: PlannedFilm) -> dict[str, Any]:
    """The plan of a film as JSON data."""
    from pipeline.sidecars.plan_document import plan_document

    board = planned.board
    relative = board.path.absolute().relative_to(board.root.absolute()).as_posix()
    document = plan_document(
        planned.film, planned.plan, board=board.name, path=relative, digest=board.digest
    )
    return {**document, "length": _length_document(planned), "chains": chains_of_plan(planned)}


def _length_document(planned: PlannedFilm) -> dict[str, Any]:
    length = planned_length(planned)
    shots, film = (round(float(seconds), 6) for seconds in (length.shots, length.film))
    return {"shots": shots, "film": film, "exact": length.exact}


def planned_length(planned: PlannedFilm) -> FilmLength:
    """How long the film is as things stand, the same wherever it is told."""
    from pipeline.film.expected import length_of
    from pipeline.planned import serving_clips

    return length_of(planned.film, serving_clips(planned))


def length_words(length: FilmLength, spell: Callable[[Fraction], str]) -> str:
    """A film's length; where its shots together are longer than it, both."""
    shots, film = spell(length.shots), spell(length.film)
    return film if shots == film else f"{shots} of shots, {film} of film"


def show_plan(planned: PlannedFilm) -> None:
    """Print a plan for people: a line a shot, then the sums."""
    film, plan = planned.film, planned.plan
    kind = "draft of " if planned.draft else ""
    seconds = length_words(planned_length(planned), _clock)
    put(
        click.style(f"{kind}{film.title}", bold=True)
        + f"  {film.size.width}x{film.size.height} at {float(film.rate):g} fps, {seconds}"
    )
    put("")
    if terminal_width() < NARROW:
        rows = [(_verb(s), s.label, str(s.price or "unknown"), _reason(s)) for s in plan.every]
        put_table(("", "shot", "price", "why"), rows)
    else:
        put_table(
            ("", "shot", "asked", "billed", "cut", "model", "route", "price", "why"),
            [_row(step) for step in plan.every],
            right=(2, 3, 4, 7),
        )
    if plan.left_out:
        put(f"\nleft out: {', '.join(plan.left_out)}")
    put("")
    for line in _sums(planned):
        put(line)
    chains = chains_of_plan(planned)
    for line in chain_lines(chains):
        put(line)
    for warning in (*deep_chains(planned), *chain_warnings(chains), *picture_warnings(planned)):
        put(f"{click.style('warning', fg='yellow')}: {warning}")


def _row(step: Step) -> tuple[str, ...]:
    from pipeline.plan.price import billed_seconds
    from pipeline.timing import spell_seconds

    shot = step.shot
    billed = billed_seconds(shot)
    making = step.verb == "make"
    return (
        _verb(step),
        step.label,
        spell_seconds(shot.asked),
        spell_seconds(billed) if billed and making else "-",
        spell_seconds(shot.wanted),
        shot.model,
        (step.route or "-") if making or step.verb == "fetch" else "-",
        str(step.price or "unknown") if making else "-",
        _reason(step),
    )


_COLOURS = {
    "reuse": "green", "make": "yellow", "resume": "cyan", "fetch": "cyan", "uncertain": "red",
    "failed": "red", "missing": "red",
}  # fmt: skip


def _verb(step: Step) -> str:
    return click.style(step.verb, fg=_COLOURS[step.verb])


def _reason(step: Step) -> str:
    reason = str(step.action)
    return f"{reason}, renamed from {step.renamed_from}" if step.renamed_from else reason


def _sums(planned: PlannedFilm) -> list[str]:
    from pipeline.timing import spell_seconds

    plan = planned.plan
    making = len(plan.to_make)
    fetched = sum(step.verb == "fetch" for step in plan.every)
    lines = [f"{len(plan.stuck)} need a person: see why above."] if plan.stuck else []
    resumed = len(plan.to_run) - making - fetched
    if resumed:
        lines.append(f"{resumed} paid jobs are out and are gone on with.")
    if fetched:
        lines.append(f"{fetched} paid clips are not here and are fetched again, free of charge.")
    if not making:
        return lines or ["Nothing to make: every clip is there."]
    certain = sum(1 for step in plan.to_make if getattr(step.action, "certain", True))
    count = f"{making}" if certain == making else f"{certain} to {making}"
    further = sum(1 for step in plan.to_make if step.further)
    if further:
        lines.append(f"{count} takes to make, {further} of them to choose from.")
    else:
        lines.append(f"{count} of {len(planned.film.shots)} shots to make.")
    if plan.certain == plan.at_most:
        lines.append(f"price: {plan.at_most}")
    else:
        lines.append(f"price: {plan.certain} certain, {plan.at_most} at most")
    for route, total in plan.otherwise.items():
        lines.append(f"       {total} through {route}, should their first route fall out")
    if len(plan.order) > 1:
        lines.append(f"order: {_listed(plan.order, ' ')}")
    if len(plan.critical_path) > 1:
        seconds = spell_seconds(plan.critical_seconds)
        lines.append(f"longest chain: {_listed(plan.critical_path, ' > ')}, {seconds} of clip")
    return lines


def _listed(names: Sequence[str], between: str) -> str:
    return between.join(names if len(names) <= 12 else (*names[:8], "…", *names[-3:]))


def _clock(exact: Fraction) -> str:
    seconds = round(float(exact), 1)
    return f"{seconds:g} s" if seconds < 120 else f"{int(seconds) // 60}:{int(seconds) % 60:02} min"
