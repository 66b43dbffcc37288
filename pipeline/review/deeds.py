"""What a page may write: a pick, a rejection, a note; as the commands write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.choosing import (
    Chosen,
    accept_take,
    clear_pick,
    note_frame,
    pick_take,
    reject_take,
)
from pipeline.errors import StoryreelError, UsageError
from pipeline.planned import PlannedFilm
from pipeline.sidecars.lock_file import load_lock


@dataclass(frozen=True, slots=True)
class Written:
    """What is said to a deed, and the plan after it."""

    said: tuple[str, ...]
    after: PlannedFilm


Deed = Callable[[PlannedFilm, Mapping[str, Any]], Written]

_MOST_LETTERS = 2000  # of a note


def picked(planned: PlannedFilm, asked: Mapping[str, Any]) -> Written:
    """Let a take serve; with ``clear``, take a shot's pick away.

    Raises:
        StoryreelError: as ``pick_take`` and ``clear_pick``, or the request asks for something else.
    """
    if _word(asked, "clear", bool, default=False):
        return _told(clear_pick(planned, _shot(asked)), "picked no more")
    hold = _word(asked, "hold", bool, default=False)
    chosen = pick_take(planned, _shot(asked), _take(asked), hold=hold)
    return _told(chosen, "held" if hold else "picked")


def rejected(planned: PlannedFilm, asked: Mapping[str, Any]) -> Written:
    """Let a take serve no more; with ``undo``, take that back.

    Raises:
        StoryreelError: as ``reject_take`` and ``accept_take``, or the request asks for something
            else.
    """
    if _word(asked, "undo", bool, default=False):
        return _told(accept_take(planned, _shot(asked), _take(asked)), "rejected no more")
    return _told(reject_take(planned, _shot(asked), _take(asked)), "rejected")


def _told(chosen: Chosen, word: str) -> Written:
    return Written((f"{chosen.name} is {word}", *chosen.notes), chosen.after)


def noted(planned: PlannedFilm, asked: Mapping[str, Any]) -> Written:
    """Write down what is said of a frame of a take's clip.

    Raises:
        StoryreelError: as ``note_frame``, or the request asks for something else.
    """
    text, frame = _word(asked, "text", str), _word(asked, "frame", int)
    if len(text) > _MOST_LETTERS:
        raise UsageError(f"A note has at most {_MOST_LETTERS} letters.", hint="Say it in fewer.")
    shot, number = _shot(asked), _take(asked)
    take, note = note_frame(planned, shot, frame, text, number=number)
    said = f"{shot} take {take.number}, frame {note.frame}: {note.text}"
    # no plan hangs on a note
    return Written((said,), replace(planned, lock=load_lock(planned.places.lock)))


DEEDS: Mapping[str, Deed] = {"pick": picked, "reject": rejected, "note": noted}


def _shot(asked: Mapping[str, Any]) -> str:
    return str(_word(asked, "shot", str))


def _take(asked: Mapping[str, Any]) -> int:
    return int(_word(asked, "take", int))


def _word(asked: Mapping[str, Any], name: str, kind: type, *, default: Any = None) -> Any:
    value = asked.get(name, default)
    if type(value) is not kind:  # True is no number
        words = {str: "a text", int: "a whole number", bool: "true or false"}
        raise UsageError(f'"{name}" is {words[kind]}.')
    return value


def error_document(error: StoryreelError) -> dict[str, Any]:
    """An error as every command tells it to machines."""
    ways = [
        {"command": list(way.command), "costs": way.costs, "why": way.why} for way in error.ways
    ]
    told = {
        "code": error.code,
        "message": error.brief,
        "details": error.details,
        "hint": error.hint,
        "retry_with": ways,
    }
    return {"schema": 1, "error": {name: value for name, value in told.items() if value}}
