"""How an error goes on: the command lines told as ``retry_with``, the cheapest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.cli.words import LINES, SETTINGS, also, command_of, only, swapped, way, without
from pipeline.errors import StoryreelError, Way

if TYPE_CHECKING:
    from pipeline.storyboard.diagnostics import BoardFaultsError
    from pipeline.storyboard.fault import Fault

_PARTIAL = {
    "assemble": ("--stand-ins", "the film as far as it is, with marked animatics for the rest"),
    "export": ("--partial", "what is there; the shots without clips are left out"),
    "pack": ("--partial", "what is there; the pack says what is missing"),
}
_DOCTOR = frozenset({"settings", "tool-missing", "tool-failed", "key-refused", "no-publisher"})


def ways_on(error: StoryreelError, words: Sequence[str]) -> tuple[Way, ...]:
    """What would go on from an error of the command line ``words``."""
    from pipeline.storyboard.diagnostics import BoardFaultsError

    if error.ways:
        return (*_without_them(error, words), *(_here(one, words) for one in error.ways))
    if error.meant:
        written, meant = error.meant
        near = without(swapped(words, written, meant), {"--yes": 0, "-y": 0})  # to other shots
        return (way(near, "as asked", f"{meant} is what there is"),)
    if isinstance(error, BoardFaultsError):
        return _faulty(error)
    if error.code in _DOCTOR:
        return (way(("doctor", "--json"), "free", "says what this machine lacks, and the fix"),)
    return ()


def _without_them(error: StoryreelError, words: Sequence[str]) -> tuple[Way, ...]:
    """The same command with what is here, where it can do without the clips that are missing."""
    flag, why = _PARTIAL.get(command_of(words), ("", ""))
    previews = any(word.startswith("--preview") for word in words)
    if not flag or flag in words or previews or error.code not in ("shots-failed", "pack"):
        return ()
    return (way(also(words, flag), "free", why),)


def _here(one: Way, words: Sequence[str]) -> Way:
    """A way with the store and the other settings that were said with ``words``."""
    said = only(words, SETTINGS)
    told = said and one.command[1] == "render" and not set(said) & set(one.command)
    return replace(one, command=also(one.command, *said)) if told else one


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


def again(words: Sequence[str]) -> tuple[Way, ...]:
    """The same command line once more, for one that was stopped."""
    return (way(words, "as asked", "goes on where it was stopped; what is finished is kept"),)


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
