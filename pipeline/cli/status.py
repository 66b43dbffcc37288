"""``storyreel status``: how each shot stands, what is out, what was spent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import (
    BoardPath,
    draft_of,
    draft_options,
    json_option,
    settings_options,
)
from pipeline.cli.console import put, put_json, put_table

if TYPE_CHECKING:
    from pipeline.api import PlannedFilm
    from pipeline.journal.spending import Spent
    from pipeline.money import Total


@click.command("status")
@click.argument("boards", type=BoardPath(), nargs=-1)
@draft_options
@click.option("--spend", is_flag=True, help="What was spent, by month and board.")
@json_option
@settings_options
def command(
    boards: tuple[Path, ...],
    draft: bool,
    resolution: str | None,
    spend: bool,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Show how each shot stands, which jobs are out, and what was spent. It only looks.

    Without a board, only the money of the whole project.
    """
    from pipeline.api import journal_of_here, plan_film

    documents: list[dict[str, Any]] = []
    for board in boards:
        planned = plan_film(board, draft=draft_of(draft, resolution), flags=flags)
        documents.append(_board_document(planned))
        if not as_json:
            put(click.style(planned.film.title, bold=True))
            rows = [(s["shot"], s["state"], s["reason"]) for s in documents[-1]["shots"]]
            put_table(("shot", "state", "what is known"), rows)
            put("")
    spent = None
    if spend or not boards:
        with journal_of_here() as journal:
            spent = journal.spent()
        if not as_json:
            _put_spent(spent)
    if as_json:
        document: dict[str, Any] = {"schema": 1, "boards": documents}
        put_json(document | ({"spending": _spent_document(spent)} if spent else {}))
    return 0


def _board_document(planned: PlannedFilm) -> dict[str, Any]:
    shots = [
        {"shot": step.shot.id, "state": step.verb, "reason": str(step.action)}
        for step in planned.plan.steps
    ]
    return {"board": planned.board.name, "shots": shots}


def _put_spent(spent: Spent) -> None:
    if not spent.lines:
        put("nothing was spent in this project")
        return
    rows = [
        (line.place.month, line.place.board, line.place.route, str(line.takes), _sum(line.spent),
         _sum(line.out), _sum(line.doubtful))
        for line in spent.lines
    ]  # fmt: skip
    put_table(("month", "board", "route", "takes", "spent", "out", "in doubt"), rows, right=(3, 4))
    put("")
    put(f"spent: {_sum(spent.spent)}; out: {_sum(spent.out)}; in doubt: {_sum(spent.doubtful)}")


def _sum(total: Total) -> str:
    """A sum of money that went or may go; "free" is no word for none."""
    return str(total) if total.unknown or any(amount for _, amount in total.amounts) else "-"


def _spent_document(spent: Spent) -> dict[str, Any]:
    from pipeline.sidecars.plan_document import total_document

    lines = [
        {
            "month": line.place.month,
            "board": line.place.board,
            "route": line.place.route,
            "takes": line.takes,
            "spent": total_document(line.spent),
            "out": total_document(line.out),
            "doubtful": total_document(line.doubtful),
        }
        for line in spent.lines
    ]
    return {
        "lines": lines,
        "spent": total_document(spent.spent),
        "out": total_document(spent.out),
        "doubtful": total_document(spent.doubtful),
    }
