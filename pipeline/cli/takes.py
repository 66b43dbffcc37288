"""``storyreel takes``: every take, and which serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.console import put, put_json, put_table, say, terminal_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.choosing import TakeRow
    from pipeline.planned import PlannedFilm


NARROW = 90
"""Columns; below, the table would lose its last ones."""

OTHER = "other request"
"""The mark of a take that was made for something else than the shot asks now."""


@click.command("takes")
@one_board
@click.argument("shot", required=False)
@draft_options
@json_option
@settings_options
def command(
    board: Path,
    shot: str | None,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Show the takes of BOARD, or of one SHOT: which serves, how each was made, what it cost."""
    from pipeline.choosing import take_rows
    from pipeline.planning import plan_film

    planned = plan_film(board, draft=draft_of(draft, resolution), flags=flags)
    rows = take_rows(planned, shot)
    days = _days(planned)
    if as_json:
        documents = [_document(row, days.get(row.take.clip)) for row in rows]
        put_json({"schema": 1, "board": planned.board.name, "takes": documents})
        return 0
    if not rows:
        _tell_none(planned, shot, flags)
        return 0
    _put_rows(planned, rows, days)
    for row in rows:
        for note in row.notes:
            put(f"{row.shot} take {row.take.number}, {note}")
    _tell_renumbered(planned)
    return 0


def _tell_none(planned: PlannedFilm, shot: str | None, flags: dict[str, str | None]) -> None:
    """Where there is no take: what makes one; of the film, whether its draft has any."""
    from pipeline.choosing import take_rows
    from pipeline.planning import plan_film
    from pipeline.storyboard.resolver import Draft

    name, draft = planned.board.name, planned.draft
    size = f" --resolution {draft.resolution}" if draft and draft.resolution else ""
    flag = f" --draft{size}" if draft else ""
    say(f"there is no take yet; storyreel render {name}{flag} makes one")
    if draft:
        return
    drafted = plan_film(planned.board.path, draft=Draft(), flags=flags)
    if count := len(take_rows(drafted, shot)):
        which = f" {shot}" if shot else ""
        say(f"its draft has {count}: storyreel takes {name}{which} --draft")


def _put_rows(planned: PlannedFilm, rows: Sequence[TakeRow], days: dict[str, str]) -> None:
    """A line each; on a narrow terminal without what only tells how it was made."""
    heads = ("shot", "take", "", "seed", "model", "route", "price", "length", "made")
    made_for = _made_for(planned, rows)
    cells = [_row(row, days, made_for.get((row.shot, row.take.number), "")) for row in rows]
    if terminal_width() >= NARROW:
        put_table(heads, cells, right=(1, 3, 7))
        return
    kept = (0, 1, 7, 6, 2)  # what may be cut off comes last
    narrow = [[row[column] for column in kept] for row in cells]
    put_table([heads[column] for column in kept], narrow, right=(1, 2))


def _row(row: TakeRow, days: dict[str, str], old: str) -> tuple[str, ...]:
    from pipeline.timing import spell_seconds

    take = row.take
    state = () if row.state == "good" else (f"clip {row.state}",)
    return (
        row.shot,
        str(take.number),
        ", ".join((*(old if mark == OTHER else mark for mark in row.marks), *state)),
        "-" if take.seed is None else str(take.seed),
        take.model,
        take.route or "-",
        take.price or "free",
        spell_seconds(row.seconds) if row.seconds is not None else "-",
        days.get(take.clip, "-"),
    )


def _made_for(planned: PlannedFilm, rows: Sequence[TakeRow]) -> dict[tuple[str, int], str]:
    """Of takes that were made for something else than the shot asks now, for what, in words."""
    from pipeline.plan.reasons import old_words
    from pipeline.planning import facts_of

    requests = {step.shot.id: step.as_said for step in planned.plan.steps}
    facts = facts_of(planned.film, planned.lock, planned.store)
    return {
        (row.shot, row.take.number): f"made {old_words(facts, requests[row.shot], row.take)}"
        for row in rows
        if OTHER in row.marks
    }


def _document(row: TakeRow, day: str | None) -> dict[str, Any]:
    take = row.take
    return {
        "shot": row.shot,
        "take": take.number,
        "serves": "serves" in row.marks,
        "marks": list(row.marks),
        "state": row.state,
        "clip": take.clip,
        "key": take.key,
        "variation": take.variation,
        "seed": take.seed,
        "model": take.model,
        "route": take.route,
        "price": take.price or "free",
        "seconds": None if row.seconds is None else round(float(row.seconds), 6),
        "made": day,
        "notes": list(row.notes),
    }


def _days(planned: PlannedFilm) -> dict[str, str]:
    """By clip, the day its paid job was done, where this machine's journal knows it."""
    import datetime as dt

    if not planned.places.journal.exists():
        return {}
    from pipeline.journal.journal import Journal

    with Journal(planned.places.journal, look=True) as journal:
        attempts = journal.all()
    return {
        attempt.clip: dt.datetime.fromtimestamp(attempt.t_done).astimezone().date().isoformat()
        for attempt in attempts
        if attempt.clip and attempt.t_done is not None
    }


def _tell_renumbered(planned: PlannedFilm) -> None:
    for name, block in sorted(planned.lock.shots.items()):
        for was, now in block.renumbered:
            say(f"{name}: two branches gave number {was}; one of those takes is take {now} now")
