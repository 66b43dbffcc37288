"""How a pick or a rejection is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.console import put_json, say

if TYPE_CHECKING:
    from pipeline.choosing import Chosen


def put_chosen(chosen: Chosen, what: str, *, as_json: bool, words: str = "") -> None:
    """Tell what was chosen and what it leads to: on standard error, or as JSON.

    ``what`` is the outcome for machines; people read ``words``, if there are other ones for them.
    """
    from pipeline.plan.step import Reuse
    from pipeline.sidecars.plan_document import total_document

    plan = chosen.after.plan
    step = next(step for step in plan.steps if step.shot.id == chosen.shot)
    if as_json:
        serving = step.action.take if isinstance(step.action, Reuse) else None
        put_json(
            {
                "schema": 1,
                "board": chosen.after.board.name,
                "shot": chosen.shot,
                "take": chosen.take.number if chosen.take else None,
                "clip": chosen.take.clip if chosen.take else None,
                "outcome": what,
                "serving": serving,
                "to_make": list(dict.fromkeys(step.shot.id for step in plan.to_make)),
                "at_most": total_document(plan.at_most),
                "notes": list(chosen.notes),
            }
        )
        return
    say(f"{chosen.name} is {words or what}")
    for note in chosen.notes:
        say(f"  {note}")
