"""``storyreel settle``: say what became of a job nobody knows about."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import BoardPath, json_option
from pipeline.cli.console import put_json, say
from pipeline.places import PROBE, board_name


@click.command("settle")
@click.argument("board", type=BoardPath(PROBE))
@click.argument("shot")
@click.option("--made", metavar="JOB", help="It was taken: this is the job's number at the vendor.")
@click.option("--not-made", is_flag=True, help="It was not taken, and nothing was charged.")
@click.option("--again", is_flag=True, help="Let it go, and pay for another at the next render.")
@click.option(
    "--variation",
    metavar="N",
    type=click.IntRange(1),
    help="Of several jobs in doubt: that of take N, as `plan` counts them.",
)
@click.option("--key", metavar="KEY", default="", help="The same by how its key begins.")
@json_option
def command(
    board: Path,
    shot: str,
    made: str | None,
    not_made: bool,
    again: bool,
    variation: int | None,
    key: str,
    as_json: bool,
) -> int:
    """Say what became of a job nobody knows about: uncertain, or lost by its vendor.

    Look at your jobs on the vendor's own pages first. Until it is settled, the take is never
    ordered again. Nothing is ordered or fetched here: that is the next render's. Where several
    takes of SHOT are in doubt, say which; without it they are listed, each with its command. For
    a job of `doctor --probe` say "(probe)" for the board, and the route's name for the shot.
    """
    from pipeline.api import settle_shot
    from pipeline.errors import UsageError
    from pipeline.settling import Finding, Which

    if sum((made is not None, not_made, again)) != 1:
        raise UsageError("Say one of --made JOB, --not-made, --again.")
    told = settle_shot(board, shot, Finding(made, again), Which(variation, key))
    if as_json:
        put_json({"schema": 1, "board": board_name(board), "shot": shot, "settled": told})
    else:
        say(f"{shot}: {told}")
    return 0
