"""Carries out a plan for render and retake: agreed to, shown as it goes, told in the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import said_words
from pipeline.cli.chains_told import chain_lines, chain_warnings, told_chains
from pipeline.cli.console import put_json, say
from pipeline.cli.delivered import delivered_document, forgotten_lines, put_delivered
from pipeline.cli.purse import Purse

if TYPE_CHECKING:
    from pipeline.api import PlannedFilm, RenderedFilm
    from pipeline.run.budget import Budget


_BEFORE_THE_CUT = "It was stopped before the film was cut; the clips are kept."


def carry_out(
    plan: Any,
    purse: Purse,
    stop: threading.Event,
    *,
    as_json: bool,
    receipt: Any = None,
    check: Any = None,
    begin: Any = None,
) -> int:
    """Plan and render alone among processes, show how it goes; an exit code.

    Args:
        plan: plans the film; called again if another process was at it meanwhile.
        purse: what it may spend.
        stop: ends the run.
        as_json: talk in JSON lines.
        receipt: called with the planned film and the result when the film is whole.
        check: called with the planned film before anything is made.
        begin: called with it once somebody has agreed to its price.
    """
    from pipeline.api import my_turn
    from pipeline.cli.aftermath import what_happened
    from pipeline.cli.ways import error_document

    planned = plan()
    waited: list[bool] = []

    def wait() -> None:
        waited.append(True)
        say("waiting for another storyreel on this board")

    with my_turn(planned.places, wait):
        if waited:
            planned = plan()  # the other one has moved lock and store
        if check:
            check(planned)
        budget = _agreed(planned, purse)
        if begin:
            begin(planned)
        rendered = _rendered(planned, budget, stop, as_json=as_json)
        result = result_of(planned, rendered, stop)
        if rendered.film and receipt and rendered.outcome.whole:
            receipt(planned, result)
    result.pop("clips", None)
    if rendered.report_fault:
        say(f"the report was not written: {rendered.report_fault}")
    if rendered.log_fault:
        say(f"who looks on could not be told what happened: {rendered.log_fault}")
    undone = what_happened(planned, rendered.outcome, said_words(), stopped=stop.is_set())
    if undone:
        result["error"] = error_document(undone, ())
    tell_result(result, as_json=as_json)
    for line in forgotten_lines(planned):
        say(line)
    return undone.exit_code if undone else 0


def _agreed(planned: PlannedFilm, purse: Purse) -> Budget:
    """What the run may spend, once nothing stands in its way and somebody has agreed."""
    from pipeline.api import refuse_unready
    from pipeline.cli.walls import ways_before
    from pipeline.errors import StoryreelError

    budget = purse.budget(planned.settings)
    try:
        refuse_unready(planned, budget)
        purse.agree(planned)
    except StoryreelError as error:
        error.with_ways(ways_before(error, planned, budget, said_words()))
        raise
    return budget


def _rendered(
    planned: PlannedFilm, budget: Budget, stop: threading.Event, *, as_json: bool
) -> RenderedFilm:
    """Render, and show how it goes."""
    from pipeline.api import render_film
    from pipeline.cli.progress import progress
    from pipeline.cli.ways import again
    from pipeline.errors import StoppedError, ToolStoppedError

    try:
        with progress(len(planned.plan.to_run), as_json=as_json) as shown:
            return render_film(
                planned,
                budget=budget,
                listen=shown.hear,
                tell=shown.tell,
                stop=stop,
                outside=click.get_current_context().obj,
            )
    except ToolStoppedError as error:
        if not stop.is_set():
            raise
        raise StoppedError(_BEFORE_THE_CUT).with_ways(again(said_words())) from error


def result_of(
    planned: PlannedFilm, rendered: RenderedFilm, stop: threading.Event | None = None
) -> dict[str, Any]:
    """What became of a render, as JSON data, with the clips it hangs on.

    Its chains are looked at, until ``stop`` is set.
    """
    outcome, film = rendered.outcome, planned.film
    result: dict[str, Any] = {
        "schema": 1,
        "event": "finished",
        "board": planned.board.name,
        "draft": planned.draft is not None,
        "made": len(rendered.made),
        "reused": len(outcome.clips.keys() - set(rendered.made)),
        "failed": sorted(outcome.failed),
        "skipped": sorted(outcome.skipped),
        "left_out": list(planned.plan.left_out),
        "film": str(rendered.film) if rendered.film else None,
        "cut_anew": any(one.assembly for one in rendered.delivered),
        "outputs": delivered_document(rendered.delivered),
        "report": str(rendered.report) if rendered.report else None,
        "clips": [clip.digest for clip in outcome.clips.values()],
        "chains": told_chains(planned, outcome.clips, measure=True, stop=stop),
    }
    if rendered.film:
        from pipeline.film.timeline import lay_timeline

        frames = lay_timeline(film, outcome.clips).frames
        result |= {"frames": frames, "seconds": round(float(frames / film.rate), 3)}
    return result


def tell_result(result: dict[str, Any], *, as_json: bool) -> None:
    """Tell what became of a render: as its last event, or in lines."""
    if as_json:
        put_json(result, indent=None)
        return
    for line in (*chain_lines(result["chains"]), *chain_warnings(result["chains"])):
        say(line)
    counts = f"{result['made']} made, {result['reused']} reused"
    if result["failed"] or result["skipped"]:
        counts += f", {len(result['failed'])} failed, {len(result['skipped'])} skipped"
    if not result["film"]:
        say(f"{result['board']}: {counts}; the film is not cut")
        if result["left_out"]:
            say(f"still to be made: {', '.join(result['left_out'])}")
        elif result["failed"]:
            flag = " --draft" if result["draft"] else ""
            say(f"see it with stand-ins: storyreel assemble {result['board']}{flag} --stand-ins")
        return
    state = "" if result["cut_anew"] else ", unchanged"
    say(f"{result['board']}: {counts}; {_frames(result['frames'])}, {result['seconds']:g} s{state}")
    put_delivered(result["outputs"])


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
