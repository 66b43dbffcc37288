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
from pipeline.cli.slips import ShotCommand


@click.command("pick", cls=ShotCommand)
@click.argument("shot")
@click.argument("number", metavar="[N]", type=click.IntRange(1), required=False)
@click.option("--hold", is_flag=True, help="Let it serve even when its shot asks for another.")
@click.option("--clear", is_flag=True, help="Take the pick away; the lowest good take serves.")
@board_option
@draft_options
@json_option
@settings_options
def command(
    shot: str,
    number: int | None,
    hold: bool,
    clear: bool,
    board: Path | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Let take N of SHOT serve.

    It is written to the lock; nothing is made and nothing is spent. What starts on its frames is
    to be made anew, as `storyreel plan` then says with the price. Once the shot asks for something
    else the pick does not serve any more, unless it is held. With --clear and no N the pick, held
    or not, is taken away: the lowest-numbered good take of what the shot asks for serves.
    """
    from pipeline.choosing import clear_pick, pick_take
    from pipeline.errors import UsageError
    from pipeline.planning import plan_film

    if clear and (hold or number is not None):
        raise UsageError("--clear takes the pick away, so it takes no N and no --hold.")
    if number is None and not clear:
        raise UsageError(
            "Say which take: N, or --clear.", hint=f"See storyreel takes BOARD {shot}."
        )
    draft_asked = draft_of(draft, resolution)
    planned = plan_film(board or only_board(), draft=draft_asked, flags=flags)
    if number is None:
        put_chosen(clear_pick(planned, shot), "cleared", as_json=as_json, words="picked no more")
        return 0
    chosen = pick_take(planned, shot, number, hold=hold)
    put_chosen(chosen, "held" if hold else "picked", as_json=as_json)
    return 0
