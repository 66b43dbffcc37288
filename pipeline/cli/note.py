"""``storyreel note``: say something of a frame of a take."""

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
from pipeline.cli.console import put_json, say
from pipeline.cli.slips import ShotCommand


@click.command("note", cls=ShotCommand)
@click.argument("shot")
@click.argument("timecode")
@click.argument("text")
@click.option("--take", "number", metavar="N", type=click.IntRange(1), help="Of this take.")
@board_option
@draft_options
@json_option
@settings_options
def command(
    shot: str,
    timecode: str,
    text: str,
    number: int | None,
    board: Path | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Write down TEXT of a frame of SHOT, of the take that serves.

    TIMECODE counts from the clip's start: 00:00:01:05, 1.2s or 29f (the film's frames). It is
    written to the lock and shown by `storyreel takes`.
    """
    from pipeline.choosing import note_take
    from pipeline.planning import plan_film

    draft_asked = draft_of(draft, resolution)
    planned = plan_film(board or only_board(), draft=draft_asked, flags=flags)
    take, note = note_take(planned, shot, timecode, text, number=number)
    if as_json:
        document = {"schema": 1, "board": planned.board.name, "shot": shot}
        document |= {"take": take.number, "clip": note.clip}
        put_json(document | {"frame": note.frame, "text": note.text})
    else:
        say(f"{shot} take {take.number}, frame {note.frame}: {note.text}")
    return 0
