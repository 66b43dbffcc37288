"""``storyreel assemble``: cut the film from what is there."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import (
    draft_of,
    draft_options,
    json_option,
    settings_options,
    some_boards,
)
from pipeline.cli.console import put, put_json, say
from pipeline.cli.interrupt import stop_on_interrupt


@click.command("assemble")
@some_boards
@draft_options
@click.option(
    "--stand-ins", is_flag=True, help="Cut a marked animatic in where a shot has no clip."
)
@json_option
@settings_options
def command(
    boards: tuple[Path, ...],
    draft: bool,
    resolution: str | None,
    stand_ins: bool,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Cut the film from the clips that are there; no shot is made.

    With --stand-ins a shot without a clip is shown as an animatic marked as such, and the film is
    written beside the real one as NAME.stand-ins.mp4.
    """
    from pipeline.api import assemble_film, my_turn, plan_film
    from pipeline.cli.progress import progress

    documents = []
    with stop_on_interrupt() as stop:
        for board in boards:
            planned = plan_film(board, draft=draft_of(draft, resolution), flags=flags)
            with (
                my_turn(planned.places, lambda: say("waiting for another storyreel")),
                progress(0, as_json=False) as shown,
            ):
                film, assembly, missing = assemble_film(
                    planned, stand_ins=stand_ins, listen=shown.hear, tell=shown.tell, stop=stop
                )
            documents.append(
                {
                    "board": planned.board.name,
                    "film": str(film),
                    "stand_ins": list(missing),
                    "cut_anew": assembly is not None,
                }
            )
            if missing and not as_json:
                say(f"stood in for: {', '.join(missing)}")
            if not as_json:
                put(str(film))
    if as_json:
        put_json({"schema": 1, "films": documents})
    return 0
