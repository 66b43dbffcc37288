"""``storyreel adopt``: a clip bought or shot elsewhere becomes a take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import (
    board_option,
    draft_of,
    draft_options,
    json_option,
    only_board,
    settings_options,
)
from pipeline.cli.console import put_json, say
from pipeline.cli.slips import ShotCommand
from pipeline.places import board_name

if TYPE_CHECKING:
    from pipeline.adopting import Adopted


@click.command("adopt", cls=ShotCommand)
@click.argument("shot")
@click.argument("file", type=click.Path(path_type=Path))
@board_option
@click.option("--pick", is_flag=True, help="Let it serve, whatever takes the shot has.")
@click.option("--note", metavar="TEXT", help="Where it comes from; kept beside the clip.")
@draft_options
@json_option
@settings_options
def command(
    shot: str,
    file: Path,
    board: Path | None,
    pick: bool,
    note: str | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Take a clip bought or shot elsewhere as a take of SHOT.

    FILE is decoded to its end and copied into the store as it is. It answers the shot as the board
    describes it now, as a clip from a vendor would, so it serves at once where the shot has no
    take; otherwise it serves when it is picked. The board is not touched.
    """
    from pipeline.api import adopt_clip

    chosen = board or only_board()
    adopted = adopt_clip(
        chosen,
        shot,
        file,
        pick=pick,
        note=note,
        draft=draft_of(draft, resolution),
        flags=flags,
    )
    if as_json:
        put_json({"schema": 1, "board": board_name(chosen)} | _document(adopted))
    else:
        _tell(adopted, file)
    return 0


def _document(adopted: Adopted) -> dict[str, Any]:
    return {
        "shot": adopted.shot,
        "take": adopted.take.number,
        "clip": adopted.take.clip,
        "key": adopted.take.key,
        "serves": adopted.serving == adopted.take.number,
        "serving": adopted.serving,
        "picked": adopted.picked,
        "outcome": adopted.outcome,
        "notes": list(adopted.notes),
    }


def _tell(adopted: Adopted, file: Path) -> None:
    number = adopted.take.number
    is_take = {
        "new": f"is take {number}",
        "picked": f"was take {number} already",
        "restored": f"is in the store again as take {number}",
    }[adopted.outcome]
    if adopted.serving == number:
        serves = "it is picked and serves" if adopted.picked else "it serves"
    else:
        serves = f"take {adopted.serving} serves; adopt it with --pick to let this one serve"
    say(f"{adopted.shot}: {file.name} {is_take}; {serves}")
    for note in adopted.notes if adopted.outcome == "new" else ():
        say(f"  {note}")
