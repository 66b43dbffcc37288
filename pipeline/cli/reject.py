"""``storyreel reject``: a take serves no more."""

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


@click.command("reject", cls=ShotCommand)
@click.argument("shot")
@click.argument("number", metavar="N", type=click.IntRange(1))
@click.option("--undo", is_flag=True, help="Take the rejection back; the take is not picked.")
@board_option
@draft_options
@json_option
@settings_options
def command(
    shot: str,
    number: int,
    undo: bool,
    board: Path | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Let take N of SHOT serve no more; the next good take does.

    It is written to the lock; nothing is made, nothing is spent, and the clip stays. Where no take
    is left, `storyreel plan` says what making one costs. --undo takes it back, and so does
    `storyreel pick`, which also lets that very take serve.
    """
    from pipeline.choosing import accept_take, reject_take
    from pipeline.planning import plan_film

    draft_asked = draft_of(draft, resolution)
    planned = plan_film(board or only_board(), draft=draft_asked, flags=flags)
    if undo:
        chosen = accept_take(planned, shot, number)
        put_chosen(chosen, "accepted", as_json=as_json, words="rejected no more")
    else:
        put_chosen(reject_take(planned, shot, number), "rejected", as_json=as_json)
    return 0
