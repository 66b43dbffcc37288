"""Rules about footage: its clip is there and can be shown, and nothing is asked of it in vain."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.media.facts import ClipFacts
from pipeline.models.catalog import FOOTAGE
from pipeline.storyboard.beside import FileTrouble
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.lengths import film_seconds, use_of
from pipeline.storyboard.model import ShotEntry
from pipeline.timing import frames_on_film, spell_seconds, whole_frames

_OUT = "take it out"
_AFTERWARDS = "take it out; another shot may start on it: `first_frame: {shot}.last`"
_FITTED = "take it out; how it meets the film's frame is said by `fit: bars` or `fit: fill`"
_IN_VAIN = {
    "prompt": "take it out, or keep it under `beat`",
    "references": _AFTERWARDS,
    "first_frame": _AFTERWARDS,
    "last_frame": _AFTERWARDS,
    "aspect": _FITTED,
    "resolution": _FITTED,
    "camera": _OUT,
    "look": _OUT,
    "seed": _OUT,
    "on_refusal": _OUT,
    "takes": _OUT,
}
"""Keys of a shot that say something to a model that makes pictures, with what to do instead."""


def clips_go_with_footage(ground: Ground) -> Iterator[Finding]:
    """Footage names its clip, and no other model has one."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model and model.name != FOOTAGE and shot.clip is not None:
            yield Finding(
                "clip-model",
                f"`{model.name}` makes its own picture; it takes no `clip`",
                Aim(("shots", place, "clip"), "key"),
                label="is not shown",
                help=f"say `model: {FOOTAGE}` on the shot to show the clip as it is",
                second=_said_where(ground, place),
                shot=ShotId(shot.id),
            )
        if model and model.name == FOOTAGE and shot.clip is None:
            yield Finding(
                "clip-needed",
                f"shot `{shot.id}` is footage and names no clip",
                ground.aim_at(place, "model"),
                label="of which clip?",
                help="add `clip: refs/harbour.mp4`, a path beside this board",
                shot=ShotId(shot.id),
            )


def clips_can_be_shown(ground: Ground) -> Iterator[Finding]:
    """Every clip of footage is one inside the project that a film can show."""
    for place, shot in _footage(ground):
        seen = ground.reel.look(shot.clip) if shot.clip is not None else None
        if isinstance(seen, FileTrouble):
            aim = Aim(("shots", place, "clip"))
            yield Finding(seen.code, seen.message, aim, help=seen.help, shot=ShotId(shot.id))


def clips_are_long_enough(ground: Ground) -> Iterator[Finding]:
    """No footage is to be longer than its clip."""
    for place, shot in _footage(ground):
        clip, wanted = ground.clip(shot), ground.wanted(shot)
        if clip is None or wanted is None:
            continue
        there = _frames_there(ground, shot, clip.facts)
        if whole_frames(wanted, ground.rate) > there:
            yield Finding(
                "clip-short",
                f"shot `{shot.id}` is to be {spell_seconds(wanted)} long, and its clip has "
                f"{spell_seconds(there / ground.rate)}",
                Aim(("shots", place, "duration")),
                label="longer than its clip",
                help=f"say at most `{there}f`, or nothing to show all of it",
                second=(Aim(("shots", place, "clip")), f"{there} frames of the film"),
                shot=ShotId(shot.id),
            )


def footage_is_shown_as_it_is(ground: Ground) -> Iterator[Finding]:
    """Nothing on a shot of footage asks for a picture to be made."""
    for place, shot in _footage(ground):
        for name, hint in _IN_VAIN.items() if shot.clip is not None else ():
            if name in shot.model_fields_set and getattr(shot, name) is not None:
                yield Finding(
                    "footage-key",
                    f"`{FOOTAGE}` is shown as it is: `{name}` changes nothing in shot `{shot.id}`",
                    Aim(("shots", place, name), "key"),
                    label="in vain",
                    help=hint.format(shot=shot.id),
                    shot=ShotId(shot.id),
                )


def _frames_there(ground: Ground, shot: ShotEntry, facts: ClipFacts) -> int:
    """How many frames of film a clip can show, what is trimmed left out."""
    use = use_of(ground.board, shot, ground.rate)
    if use.plain and shot.trim is None:
        return frames_on_film(facts.frames, facts.rate, ground.rate)
    clip = facts.frames / facts.rate
    return whole_frames(film_seconds(ground.board, shot, clip, ground.rate), ground.rate)


def _footage(ground: Ground) -> Iterator[tuple[int, ShotEntry]]:
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model and model.name == FOOTAGE:
            yield place, shot


def _said_where(ground: Ground, place: int) -> tuple[Aim, str] | None:
    path = ground.path_of(place, "model")
    return (Aim(path), "its model") if path else None
