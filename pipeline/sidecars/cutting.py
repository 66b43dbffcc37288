"""The cutting list beside a film: what it was cut from, so that an unchanged film is left alone."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pipeline.files import load_json, write_whole
from pipeline.film.timeline import Cut, Timeline

SCHEMA = 1


def cutting_list(timeline: Timeline, tools: str) -> dict[str, Any]:
    """What decides a film's bytes: its frame, its cuts by clip digest, the tools that cut."""
    cuts = []
    for cut in timeline.cuts:
        words = {k: _plain(v) for k, v in asdict(cut).items() if k not in _UNLISTED}
        said = {k: v for k, v in words.items() if k not in _LATER or v != _LATER[k]}
        cuts.append({"shot": cut.shot, "clip": cut.clip.digest, **said})
    return {
        "schema": SCHEMA,
        "title": timeline.title,
        "width": timeline.size.width,
        "height": timeline.size.height,
        "rate": str(timeline.rate),
        "frames": timeline.frames,
        "tools": tools,
        "cuts": cuts,
    }


_UNLISTED = ("clip", "shot", "match")  # names of shots: whom it matches shows in its grade
_LATER: dict[str, Any] = {
    field.name: json.loads(json.dumps(field.default, default=str))
    for field in fields(Cut)
    if field.name in ("focus", "fade_in", "fade_out", "grade")
}
"""What a list leaves out where nothing is said, so that older films still agree with theirs."""


def _plain(value: Any) -> Any:
    """As it comes back from JSON: fractions are text."""
    return json.loads(json.dumps(value, default=str))


def cutting_path(film: Path) -> Path:
    """Where a film's cutting list lies."""
    return film.with_suffix(".cuts.json")


def is_cut_from(film: Path, timeline: Timeline, tools: str) -> bool:
    """Whether the film lies there whole, cut from just this."""
    try:
        told = load_json(cutting_path(film))
        found = film.stat()
    except (OSError, ValueError):
        return False
    return bool(
        told.get("list") == _without_names(cutting_list(timeline, tools))
        and told.get("film") == [found.st_size, found.st_mtime_ns]
    )


def write_cutting(film: Path, timeline: Timeline, tools: str) -> None:
    """Remember what the film was cut from."""
    found = film.stat()
    told = {
        "list": _without_names(cutting_list(timeline, tools)),
        "shots": [cut.shot for cut in timeline.cuts],
        "film": [found.st_size, found.st_mtime_ns],
    }
    write_whole(cutting_path(film), json.dumps(told, indent=1) + "\n")


def _without_names(listed: dict[str, Any]) -> dict[str, Any]:
    """A shot's name decides nothing in the film."""
    cuts = [{k: v for k, v in cut.items() if k != "shot"} for cut in listed["cuts"]]
    return {**listed, "cuts": cuts}
