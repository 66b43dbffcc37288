"""Tells what became of a film and its outputs: which shots were copied, which encoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.console import put, say
from pipeline.places import path_from_here

if TYPE_CHECKING:
    from pipeline.film.assembler import Assembly
    from pipeline.planned import Delivered, PlannedFilm

_NAMED = 4  # shots told by name; more are counted


def delivered_document(delivered: Iterable[Delivered]) -> list[dict[str, Any]]:
    """Each file as plain data; ``shots`` is absent where it lay there already."""
    return [
        {
            "name": one.name or "film",
            "path": str(one.path),
            "cut_anew": one.assembly is not None,
            "beside": [str(path) for path in one.beside],
            "notes": list(one.notes),
            **(_became(one.assembly) if one.assembly else {}),
        }
        for one in delivered
    ]


def _became(made: Assembly) -> dict[str, Any]:
    return {"shots": _shots(made), "sound": made.sound, "told": list(made.told)}


def _shots(made: Assembly) -> dict[str, list[str]]:
    return {
        "copied": list(made.copied),
        "encoded": list(made.encoded),
        "kept": list(made.kept),
        "transitions_encoded": list(made.blended),
    }


def as_unchanged(document: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a later look tells of the same files."""
    kept = ("name", "path", "beside")
    return [{**{name: one[name] for name in kept}, "cut_anew": False} for one in document]


def put_delivered(document: Sequence[Mapping[str, Any]]) -> None:
    """Say how each file came to be, if any was cut, and print where they lie."""
    if any(one["cut_anew"] for one in document):
        for line in delivered_lines(document):
            say(line)
    for one in document:
        put(path_from_here(Path(one["path"])))


def forgotten_lines(planned: PlannedFilm) -> Iterator[str]:
    """A line on each output beside the film that its board asks for no more."""
    from pipeline.sidecars.leftovers import forgotten_outputs

    for path in forgotten_outputs(planned.places.film, planned.board.storyboard.deliver):
        yield f"{path_from_here(path)} is asked for no more; storyreel clean removes it"


def delivered_lines(document: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line on each file, ``web: sh010 copied; 12 shots kept; sound kept``; then what is noted."""
    for one in document:
        if not one["cut_anew"]:
            yield f"{one['name']}: unchanged"
            continue
        words = {"copied": "copied", "encoded": "encoded", "kept": "kept"}
        told = [
            f"{_counted(one['shots'][name])} {word}"
            for name, word in words.items()
            if one["shots"][name]
        ]
        if blended := one["shots"]["transitions_encoded"]:
            told.append(f"into {_counted(blended)}: transition encoded")
        sound = [] if one["sound"] == "none" else [f"sound {one['sound']}"]
        yield f"{one['name']}: {'; '.join([*told, *sound])}"
        yield from (f"{one['name']}: {note}" for note in one["notes"])
    yield from dict.fromkeys(line for one in document for line in one.get("told", ()))


def _counted(shots: Sequence[str]) -> str:
    each = list(dict.fromkeys(shots))
    return ", ".join(each) if len(each) <= _NAMED else f"{len(each)} shots"
