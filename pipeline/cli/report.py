"""``storyreel report``: the film as a page to read."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.console import put, put_json
from pipeline.places import path_from_here


@click.command("report")
@one_board
@click.option("--open", "opening", is_flag=True, help="Show it in the browser.")
@draft_options
@json_option
@settings_options
def command(
    board: Path,
    opening: bool,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Write the film's report as it stands: one HTML file beside the film.

    Every render writes it too. It shows the film, its timeline, each shot with its takes, prompt,
    pictures, seed and price, the graph, and what was spent; it needs no network.
    """
    from pipeline.api import plan_film
    from pipeline.reporting.report import write_report

    planned = plan_film(board, draft=draft_of(draft, resolution), flags=flags)
    written = write_report(planned)
    if as_json:
        put_json(
            {
                "schema": 1,
                "board": planned.board.name,
                "draft": planned.draft is not None,
                "report": str(written.path),
                "written_anew": written.anew,
            }
        )
    else:
        put(path_from_here(written.path))
    if opening:
        click.launch(written.path.absolute().as_uri())
    return 0
