"""``storyreel assemble``: cut the film from what is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.boards import (
    draft_of,
    draft_options,
    json_option,
    settings_options,
    some_boards,
)
from pipeline.cli.console import put, put_json, say
from pipeline.cli.delivered import delivered_document, forgotten_lines, put_delivered
from pipeline.cli.interrupt import stop_on_interrupt

if TYPE_CHECKING:
    from pipeline.storyboard.resolver import Draft


@click.command("assemble")
@some_boards
@draft_options
@click.option(
    "--stand-ins", is_flag=True, help="Cut a marked animatic in where a shot has no clip."
)
@click.option("--only", metavar="NAME", help="Make this output of `deliver:` alone.")
@click.option(
    "--preview",
    metavar="SHOT..SHOT",
    help="Cut only these shots and what joins them, quickly, for a look; the film stays as it is.",
)
@json_option
@settings_options
def command(
    boards: tuple[Path, ...],
    draft: bool,
    resolution: str | None,
    stand_ins: bool,
    only: str | None,
    preview: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Cut the film, and what the board delivers, from the clips that are there; no shot is made.

    With --stand-ins a shot without a clip is shown as an animatic marked as such, and the film is
    written beside the real one as NAME.stand-ins.mp4.

    With --preview sh010..sh020 (or sh010 alone) only those shots are cut, with the transitions
    between them, into a folder preview beside the film: from pieces of the film where all of them
    are there, else at half its size. It is without the transitions at its two ends, and with the
    shots' own sound only.
    """
    if preview:
        _refuse_beside_preview(stand_ins=stand_ins, only=only)
        return _preview(boards, draft_of(draft, resolution), preview, flags, as_json=as_json)
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
                delivered, missing = assemble_film(
                    planned,
                    stand_ins=stand_ins,
                    only=only,
                    listen=shown.hear,
                    tell=shown.tell,
                    stop=stop,
                )
            outputs = delivered_document(delivered)
            documents.append(
                {
                    "board": planned.board.name,
                    "film": outputs[0]["path"],
                    "stand_ins": list(missing),
                    "cut_anew": outputs[0]["cut_anew"],
                    "outputs": outputs,
                }
            )
            if missing and not as_json:
                say(f"stood in for: {', '.join(missing)}")
            if not as_json:
                put_delivered(outputs)
            for line in forgotten_lines(planned):
                say(line)
    if as_json:
        put_json({"schema": 1, "films": documents})
    return 0


def _refuse_beside_preview(*, stand_ins: bool, only: str | None) -> None:
    from pipeline.errors import UsageError

    if stand_ins:
        raise UsageError("--preview shows what is there; it takes no --stand-ins.")
    if only:
        raise UsageError("--preview shows the film's own frame; it takes no --only.")


def _preview(
    boards: tuple[Path, ...],
    draft: Draft | None,
    asked: str,
    flags: dict[str, str | None],
    *,
    as_json: bool,
) -> int:
    from pipeline.api import my_turn, plan_film
    from pipeline.cli.progress import progress
    from pipeline.previewing import preview_film

    documents = []
    with stop_on_interrupt() as stop:
        for board in boards:
            planned = plan_film(board, draft=draft, flags=flags)
            with (
                my_turn(planned.places, lambda: say("waiting for another storyreel")),
                progress(0, as_json=False) as shown,
            ):
                path, made = preview_film(planned, asked, tell=shown.tell, stop=stop)
            document = {"board": planned.board.name, "preview": str(path), "frames": made.frames}
            documents.append(document)
            if not as_json:
                put(str(path))
    if as_json:
        put_json({"schema": 1, "previews": documents})
    return 0
