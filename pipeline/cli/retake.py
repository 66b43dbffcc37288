"""``storyreel retake``: further takes of a shot, to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.boards import (
    board_option,
    draft_of,
    draft_options,
    json_option,
    only_board,
    retry_options,
    settings_options,
)
from pipeline.cli.interrupt import stop_on_interrupt
from pipeline.cli.purse import Purse, purse_options
from pipeline.cli.slips import ShotCommand

if TYPE_CHECKING:
    from pipeline.planned import PlannedFilm


@click.command("retake", cls=ShotCommand)
@click.argument("shot")
@click.option("--seed", type=click.IntRange(0), help="The seed to ask for, instead of the next.")
@click.option("-n", "count", type=click.IntRange(1, 20), default=1, help="How many takes.")
@board_option
@draft_options
@json_option
@retry_options
@purse_options
@settings_options
def command(
    shot: str,
    seed: int | None,
    count: int,
    board: Path | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    retry_failed: int,
    remake_missing: bool,
    max_cost: str | None,
    max_jobs: int | None,
    allowed: tuple[str, ...],
    yes: bool,
    **flags: str | None,
) -> int:
    """Make further takes of SHOT as the board has it; none of them serves until it is picked.

    Each asks for the next seed, or for --seed and those after it. It asks before it spends, and
    goes on after a crash, as `storyreel render` does.
    """
    from pipeline.choosing import order_takes, plan_retake
    from pipeline.cli.carrying_out import carry_out
    from pipeline.planning import plan_film

    chosen = board or only_board()
    asked = draft_of(draft, resolution)
    purse = Purse(max_cost, max_jobs, allowed, yes, retry_failed, remake_missing)

    def plan() -> PlannedFilm:
        planned = plan_film(chosen, draft=asked, flags=flags)
        retry = retry_failed > 0
        return plan_retake(planned, shot, count=count, seed=seed, retry_failed=retry)

    with stop_on_interrupt() as stop:
        return carry_out(plan, purse, stop, as_json=as_json, begin=order_takes)
