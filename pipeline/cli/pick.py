"""``storyreel pick``: let a take serve."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import (
    board_option,
    draft_of,
    draft_options,
    json_option,
    only_board,
    settings_options,
)
from pipeline.cli.chosen import put_chosen


@click.command("pick")
@click.argument("shot")
@click.argument("number", metavar="N", type=click.IntRange(1))
@click.option("--hold", is_flag=True, help="Let it serve even when its shot asks for another.")
@board_option
@draft_options
@json_option
@settings_options
def command(
    shot: str,
    number: int,
    hold: bool,
    board: Path | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Let take N of SHOT serve.

    It is written to the lock; nothing is made and nothing is spent. What starts on its frames is
    to be made anew, as `storyreel plan` then says with the price. Once the shot asks for something
    else the pick does not serve any more, unless it is held.
    """
    from pipeline.choosing import pick_take
    from pipeline.planning import plan_film

    draft_asked = draft_of(draft, resolution)
    planned = plan_film(board or only_board(), draft=draft_asked, flags=flags)
    chosen = pick_take(planned, shot, number, hold=hold)
    put_chosen(chosen, "held" if hold else "picked", as_json=as_json)
    return 0
