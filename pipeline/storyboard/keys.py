"""The keys that each part of a board has, and where an unknown one was meant to stand."""

from __future__ import annotations

import functools

from pydantic import BaseModel

from pipeline.storyboard.fault import Path
from pipeline.storyboard.model import (
    Camera,
    Defaults,
    Format,
    Reference,
    ShotEntry,
    Storyboard,
)
from pipeline.storyboard.model_sound import Music, SoundCue, SoundEntry, VoiceLine
from pipeline.storyboard.spelling import nearest

_MEANT = {
    "refs": "references",
    "reference": "references",
    "length": "duration",
    "dur": "duration",
    "text": "prompt",
    "action": "prompt",
    "name": "id",
    "shot": "id",
    "start_frame": "first_frame",
    "end_frame": "last_frame",
    "starts_on": "first_frame",
    "route": "routes",
    "style": "look",
    "sound": "audio",
    "depends_on": "after",
    "framerate": "fps",
    "frame_rate": "fps",
    "ratio": "aspect",
    "aspect_ratio": "aspect",
    "size": "resolution",
    "version": "storyboard",
}


_PARTS: dict[str, type[BaseModel]] = {
    "format": Format,
    "defaults": Defaults,
    "sound": SoundEntry,
}
_ENTRIES: dict[str, type[BaseModel]] = {"references": Reference, "shots": ShotEntry}
_OF_SOUND: dict[tuple[str, str], type[BaseModel]] = {
    ("sound", "music"): Music,
    ("sound", "voice_over"): VoiceLine,
    ("sound", "cues"): SoundCue,
}


def part_at(path: Path) -> type[BaseModel]:
    """The part of the storyboard language that ``path`` leads to."""
    match path:
        case (str(key),) if key in _PARTS:
            return _PARTS[key]
        case (str(around), str(key), *_) if (around, key) in _OF_SOUND:
            return _OF_SOUND[around, key]
        case (*_, "camera"):
            return Camera
        case (str(key), _) if key in _ENTRIES:
            return _ENTRIES[key]
        case _:
            return Storyboard


def meant_place(key: str, around: Path) -> Path | None:
    """Where the unknown ``key`` of the mapping at ``around`` belongs, if that can be guessed."""
    here = _meant_key(key, part_at(around))
    if here:
        return (*around, here)
    if around != ("format",) and key in Format.model_fields:
        return ("format", key)
    if around == () and key in Defaults.model_fields:
        return ("defaults", key)
    return None


def key_help(key: str, around: Path) -> str:
    """What to do about the unknown ``key`` of the mapping at ``around``."""
    place = meant_place(key, around)
    if place is None:
        return f"keys here are: {', '.join(_keys_of(part_at(around)))}"
    if place[:-1] == around:
        return f"did you mean `{place[-1]}`?"
    if place[0] == "format":
        return f"`{key}` belongs under `format:`"
    return f"`{key}` belongs under `defaults:` or on a shot"


@functools.lru_cache(maxsize=256)  # a slip is seldom made once only
def _meant_key(key: str, part: type[BaseModel]) -> str | None:
    known = _keys_of(part)
    words = {word: meant for word, meant in _MEANT.items() if meant in known and word not in known}
    near = key if key in words else nearest(key, [*known, *words])
    return words.get(near, near) if near else None


def _keys_of(part: type[BaseModel]) -> list[str]:
    """The keys of a part, those it must have first."""
    fields = {field.alias or name: field for name, field in part.model_fields.items()}
    return sorted(fields, key=lambda name: not fields[name].is_required())
