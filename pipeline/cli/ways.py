"""How an error goes on: the command lines told as ``retry_with``, the cheapest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.cli.words import LINES, command_of, swapped, way
from pipeline.errors import StoryreelError, Way

if TYPE_CHECKING:
    from pipeline.storyboard.diagnostics import BoardFaultsError
    from pipeline.storyboard.fault import Fault

_DOCTOR = frozenset({"settings", "tool-missing", "tool-failed", "key-refused", "no-publisher"})


def ways_on(error: StoryreelError, words: Sequence[str]) -> tuple[Way, ...]:
    """What would go on from an error of the command line ``words``."""
    from pipeline.storyboard.diagnostics import BoardFaultsError

    if error.ways:
        return error.ways
    if error.meant:
        written, meant = error.meant
        return (way(swapped(words, written, meant), "as asked", f"{meant} is what there is"),)
    if isinstance(error, BoardFaultsError):
        return _faulty(error)
    if error.code in _DOCTOR:
        return (way(("doctor", "--json"), "free", "says what this machine lacks, and the fix"),)
    return ()


def error_document(error: StoryreelError, words: Sequence[str]) -> dict[str, Any]:
    """An error as JSON data: the object that stands under ``error`` wherever one is told."""
    told = {
        "code": error.code,
        "message": error.brief,
        "details": error.details,
        "hint": error.hint,
        "retry_with": [way_document(one) for one in ways_on(error, words)],
    }
    return {name: value for name, value in told.items() if value}


def way_document(one: Way) -> dict[str, Any]:
    """A way on as JSON data; ``command`` is a list of words, for no shell."""
    return {"command": list(one.command), "costs": one.costs, "why": one.why}


def whole_document(error: StoryreelError, words: Sequence[str]) -> dict[str, Any]:
    """All that is told of an error that ended a command, as the one document or the last line."""
    event = {"event": "error"} if command_of(words) in LINES else {}
    return {"schema": 1, **event, "ok": False, "error": error_document(error, words)}


def explained(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """A way on for each code of these faults: what it means, with an example put right."""
    codes = dict.fromkeys(fault.code for fault in faults if fault.severity == "error")
    return [way_document(_explain(code)) for code in codes]


def _explain(code: str) -> Way:
    return way(("explain", code, "--json"), "free", "shows it wrong and right")


def _faulty(error: BoardFaultsError) -> tuple[Way, ...]:
    codes = dict.fromkeys(fault.code for fault in error.faults if fault.severity == "error")
    why = "tells what is left, once the lines told under faults are put right"
    again = () if error.file == "standard input" else (("check", error.file, "--json"),)
    return (*(way(words, "free", why) for words in again), *map(_explain, codes))
