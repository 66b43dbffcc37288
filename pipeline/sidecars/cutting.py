"""The cutting list beside a film: what it was cut from, so that an unchanged film is left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.files import load_json, write_whole
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.media.dressing import Cue, Dressing

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
        **({"sound": _sound_words(timeline)} if timeline.sound else {}),
    }


def _sound_words(timeline: Timeline) -> Any:
    """What is heard besides the shots: files by digest; where a line stands decides nothing.

    Moments are tied to shots by name, so the shots' places in the cut stand for their names.
    """
    places = {cut.shot: place for place, cut in enumerate(timeline.cuts)}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {k: plain(v) for k, v in value.items() if k not in ("path", "line")}
            if kept.get("shot") is not None:
                kept["shot"] = places.get(ShotId(kept["shot"]))
            return kept
        return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value

    return _plain(plain(asdict(timeline.sound))) if timeline.sound else None


_UNLISTED = ("clip", "shot", "match")  # names of shots: whom it matches shows in its grade
_LATER: dict[str, Any] = {
    field.name: json.loads(json.dumps(field.default, default=str))
    for field in fields(Cut)
    if field.name in ("focus", "fade_in", "fade_out", "level", "grade")
}
"""What a list leaves out where nothing is said, so that older films still agree with theirs."""


def _plain(value: Any) -> Any:
    """As it comes back from JSON: fractions are text."""
    return json.loads(json.dumps(value, default=str))


def cutting_path(film: Path) -> Path:
    """Where a film's cutting list lies."""
    return film.with_suffix(".cuts.json")


def is_cut_from(film: Path, timeline: Timeline, tools: str, said: Said | None = None) -> bool:
    """Whether the film lies there whole, cut from just this, with what it says and its poster."""
    said = said or Said()
    try:
        told = load_json(cutting_path(film))
        return bool(told.get("list") == _decides(timeline, tools, said)) and all(
            told.get(name) == found for name, found in _lying(film, said).items()
        )
    except (OSError, ValueError):
        return False


def write_cutting(film: Path, timeline: Timeline, tools: str, said: Said | None = None) -> None:
    """Remember what the film was cut from."""
    said = said or Said()
    told = {
        "list": _decides(timeline, tools, said),
        "shots": [cut.shot for cut in timeline.cuts],
        **_lying(film, said),
    }
    write_whole(cutting_path(film), json.dumps(told, indent=1) + "\n")


def load_list(film: Path) -> dict[str, Any]:
    """What a film that lies there was cut from, as it was written down; empty where it was not."""
    try:
        listed = load_json(cutting_path(film)).get("list")
    except (OSError, ValueError):
        return {}
    return listed if isinstance(listed, dict) else {}


def frame_of_list(listed: Mapping[str, Any]) -> tuple[int, int, int, Fraction] | None:
    """A film's width and height in pixels, its frames and their rate, by its cutting list."""
    try:
        size = int(listed["width"]), int(listed["height"])
        frames, rate = int(listed["frames"]), Fraction(listed["rate"])
    except (KeyError, ValueError, TypeError, ZeroDivisionError):
        return None
    return (*size, frames, rate) if rate > 0 else None


@dataclass(frozen=True, slots=True)
class Said:
    """What a film's file says beside its picture, the frame its poster shows, what is burned in."""

    dressing: Dressing = Dressing()  # noqa: RUF009 - frozen
    poster: int | None = None
    burned: tuple[Cue, ...] = ()


def poster_path(film: Path) -> Path:
    """Where a film's poster lies."""
    return film.with_suffix(".jpg")


def _decides(timeline: Timeline, tools: str, said: Said) -> dict[str, Any]:
    dressing = {name: value for name, value in asdict(said.dressing).items() if value}
    poster = {} if said.poster is None else {"poster": said.poster}
    burned = {"burned": [_plain(asdict(cue)) for cue in said.burned]} if said.burned else {}
    listed = _without_names(cutting_list(timeline, tools))
    return {**listed, "says": _plain(dressing), **poster, **burned}


def _lying(film: Path, said: Said) -> dict[str, list[int]]:
    """The files' sizes and times of change.

    Raises:
        OSError: one is not there.
    """
    files = {"film": film} if said.poster is None else {"film": film, "poster": poster_path(film)}
    seen = {name: path.stat() for name, path in files.items()}
    return {name: [one.st_size, one.st_mtime_ns] for name, one in seen.items()}


def _without_names(listed: dict[str, Any]) -> dict[str, Any]:
    """A shot's name decides nothing in the film."""
    cuts = [{k: v for k, v in cut.items() if k != "shot"} for cut in listed["cuts"]]
    return {**listed, "cuts": cuts}
