"""A plan saved to be carried out later: exactly it, or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import PlanMovedError, UsageError
from pipeline.files import load_json, write_whole
from pipeline.plan.selection import Selection
from pipeline.storyboard.resolver import Draft

KIND = "storyreel-plan"


@dataclass(frozen=True)
class SavedPlan:
    """What was planned, and with which words."""

    board: Path
    selection: Selection
    forced: tuple[str, ...]
    draft: Draft | None
    document: dict[str, Any]


def save_plan(
    path: Path,
    board: Path,
    document: dict[str, Any],
    selection: Selection,
    forced: Sequence[str],
    draft: Draft | None,
) -> None:
    """Write a plan that ``load_plan`` reads; the board is named relative to the plan.

    Raises:
        UsageError: something else stands there, or the name would not be taken for a plan's.
    """
    _refuse_to_overwrite(path)
    saved = {
        "kind": KIND,
        "board_path": Path(os.path.relpath(board, path.absolute().parent)).as_posix(),
        "shots": list(selection.shots),
        "from": selection.start,
        "scene": selection.scene,
        "force": list(forced),
        "draft": draft is not None,
        "resolution": draft.resolution if draft else None,
        **document,
    }
    write_whole(path, json.dumps(saved, indent=1) + "\n")  # a path need be no Unicode


def _refuse_to_overwrite(path: Path) -> None:
    """Nothing but an older plan gives way to a plan: least of all a board."""
    if path.suffix != ".json":
        raise UsageError(
            f"A saved plan is a .json file; {path} is none.", hint="Write -o plan.json."
        )
    try:
        ours = load_json(path).get("kind") == KIND
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        ours = False
    if not ours and path.exists():
        raise UsageError(
            f"{path} is there already and is no saved plan.", hint="Give the plan another name."
        )


def load_plan(path: Path) -> SavedPlan:
    """Read a saved plan.

    Raises:
        UsageError: it is none.
    """
    try:
        return _saved_plan(load_json(path), path.absolute().parent)
    except OSError as error:
        raise UsageError(f"The plan {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is no saved plan.", hint="Save one with storyreel plan BOARD -o plan.json."
        ) from error


def _saved_plan(saved: dict[str, Any], folder: Path) -> SavedPlan:
    if saved["kind"] != KIND or saved["schema"] != 1:
        raise ValueError("another kind of document")
    _ = saved["board_digest"]  # compared before anything is made
    names = (
        *saved["shots"],
        *saved["force"],
        *(step["shot"] for step in (*saved["steps"], *saved.get("further", ()))),
    )
    if not all(isinstance(name, str) for name in names):
        raise ValueError("a shot without a name")
    return SavedPlan(
        board=Path(os.path.normpath(folder / saved["board_path"])),
        selection=Selection(tuple(saved["shots"]), saved["from"], saved["scene"]),
        forced=tuple(saved["force"]),
        draft=Draft(saved["resolution"]) if saved["draft"] else None,
        document=saved,
    )


def refuse_if_moved(saved: SavedPlan, now: dict[str, Any]) -> None:
    """Compare a saved plan with the plan as it would be now.

    Raises:
        PlanMovedError: they differ; it says in what.
    """
    then = saved.document
    if then["board_digest"] != now["board_digest"]:
        raise _moved("the storyboard was edited")
    steps_then, steps_now = _by_label(then), _by_label(now)
    changed = [
        name
        for name in dict.fromkeys((*steps_then, *steps_now))
        if steps_then.get(name) != steps_now.get(name)
    ]
    if changed:
        raise _moved(f"the lock or the store moved for {', '.join(changed)}")


def _by_label(document: dict[str, Any]) -> dict[str, Any]:
    """Steps by what they are called; plans of older versions had no further takes."""
    steps = (*document["steps"], *document.get("further", ()))
    return {" ".join(filter(None, (step["shot"], step.get("further")))): step for step in steps}


def _moved(why: str) -> PlanMovedError:
    return PlanMovedError(
        f"The saved plan no longer holds: {why}.",
        details="Nothing was made and nothing was spent.",
        hint="Plan again: storyreel plan BOARD -o plan.json.",
    )
