"""``storyreel sheet``: the film as one picture."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.console import put, put_json
from pipeline.places import path_from_here


@click.command("sheet")
@one_board
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The PNG to write, instead of sheet.png beside the film.",
)
@click.option(
    "--frames",
    type=click.IntRange(1, 12),
    default=5,
    show_default=True,
    help="How many frames of each shot: first, between, last.",
)
@draft_options
@json_option
@settings_options
def command(
    board: Path,
    output: Path | None,
    frames: int,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Write a contact sheet: a row a shot with frames, take, seed, length and price.

    Nothing is made: a shot without a clip has a mark in its row. More than 120 shots go on in
    NAME-2.png and so on.
    """
    from pipeline.api import plan_film
    from pipeline.reporting.sheet import write_sheet

    planned = plan_film(board, draft=draft_of(draft, resolution), flags=flags)
    target = output or planned.places.folder / "sheet.png"
    paths = write_sheet(planned, target, frames=frames)
    if as_json:
        put_json(
            {
                "schema": 1,
                "board": planned.board.name,
                "draft": planned.draft is not None,
                "shots": len(planned.plan.steps),
                "sheets": [str(path) for path in paths],
            }
        )
        return 0
    for path in paths:
        put(path_from_here(path))
    return 0
