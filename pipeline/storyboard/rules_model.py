"""Rules about what a model can do: who serves it, how long, how large, which pictures at once."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.models.abilities import Mode, Model
from pipeline.models.catalog import models
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.lengths import clip_seconds
from pipeline.storyboard.model import said
from pipeline.storyboard.resolver import LONGEST_SIDE, mode_of, model_of, size_of
from pipeline.storyboard.spelling import did_you_mean
from pipeline.timing import spell_seconds, whole_frames

SHORTEST_SIDE = 64
"""Of a film or a clip, in pixels: smaller ones show nothing."""

_MODE_WORDS: dict[Mode, str] = {
    "text": "work from words alone",
    "first_frame": "start on a given frame",
    "last_frame": "end on a given frame",
    "first_and_last": "start and end on given frames",
    "references": "be shown references",
}


def models_are_known(ground: Ground) -> Iterator[Finding]:
    """Every model asked for is one that storyreel knows."""
    known = list(models())
    for place, shot in ground.shots():
        name = model_of(ground.board, shot)
        if name not in models():
            yield Finding(
                "unknown-model",
                f"there is no model `{name}`",
                ground.aim_at(place, "model"),
                label="no such model",
                shot=ShotId(shot.id),
                help=did_you_mean(name, known, f"models are: {', '.join(known)}"),
            )


def durations_can_be_made(ground: Ground) -> Iterator[Finding]:
    """Every shot shows at least one frame, and is no longer than its model makes."""
    for place, shot in ground.shots():
        wanted = ground.wanted(shot)
        if wanted is None:
            continue
        aim = ground.aim_at(place, "duration", "model")
        model = ground.model(shot)
        needed = clip_seconds(ground.board, shot, wanted, ground.rate)
        if whole_frames(wanted, ground.rate) < 1:
            yield Finding(
                "no-length",
                f"shot `{shot.id}` has no frame: it is {spell_seconds(wanted)} long",
                aim,
                shot=ShotId(shot.id),
                help="give it a duration such as 5s",
            )
        elif model and needed > model.durations.most:
            most, long = spell_seconds(model.durations.most), spell_seconds(needed)
            words = f"is {long} long" if needed == wanted else f"needs {long} of clip"
            yield Finding(
                "duration-range",
                f"`{model.name}` makes clips of at most {most}; shot `{shot.id}` {words}",
                aim,
                label="too long",
                shot=ShotId(shot.id),
                help="divide it into shots, the second starting on the first's last frame: "
                f"`first_frame: {shot.id}.last`",
            )


def shapes_can_be_made(ground: Ground) -> Iterator[Finding]:
    """Every shot's aspect and resolution is one its model makes."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model is None:
            continue
        if mode_of(shot) not in model.aspect_ignored:
            yield from _not_made(ground, place, model, "aspect", model.aspects)
        yield from _not_made(ground, place, model, "resolution", model.resolutions)


def frames_have_a_size(ground: Ground) -> Iterator[Finding]:
    """The film's frame, and each shot's own, has even sides that a video can have."""
    seen = set()
    written = ground.board.format
    yield from size_faults(written.aspect, written.resolution, Aim(("format", "resolution")))
    seen.add((written.aspect, written.resolution))
    for place, shot in ground.shots():
        pair = (
            str(said(ground.board, shot, "aspect", written.aspect)),
            str(said(ground.board, shot, "resolution", written.resolution)),
        )
        if pair not in seen:
            seen.add(pair)
            yield from size_faults(*pair, ground.aim_at(place, "resolution", "aspect"))


def seeds_are_in_range(ground: Ground) -> Iterator[Finding]:
    """Every seed written is one its model takes."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        if shot.seed is None or model is None or model.seeds is None:
            continue
        if shot.seed not in model.seeds:
            yield Finding(
                "seed-range",
                f"seed {shot.seed} is too large for `{model.name}`",
                Aim(("shots", place, "seed")),
                label="out of range",
                shot=ShotId(shot.id),
                help=f"seeds go from {model.seeds.least} to {model.seeds.most}",
            )


def seeds_are_honoured(ground: Ground) -> Iterator[Finding]:
    """A warning, once for each model, where a seed is written and may be in vain."""
    told = set()
    by_board = "seed" in ground.board.model_fields_set
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model is None or model.name in told or (shot.seed is None and not by_board):
            continue
        words = _doubt(model)
        if words:
            told.add(model.name)
            path = ("seed",) if shot.seed is None else ("shots", place, "seed")
            yield Finding(
                "seed-unsure",
                words,
                Aim(path),
                severity="warning",
                help="keep the clips: they are what makes the film the same again",
            )


def inputs_go_together(ground: Ground) -> Iterator[Finding]:
    """No shot asks its model for a mode it lacks, nor for inputs that exclude each other."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        mode = mode_of(shot)
        if model is None or "clip" in (mode, *model.modes):  # told by the rules of footage
            continue
        frame = "last_frame" if shot.last_frame else "first_frame"
        if mode not in model.modes:
            name = "references" if mode == "references" else frame
            yield Finding(
                "frame-input" if name == frame else "reference-input",
                f"`{model.name}` cannot {_MODE_WORDS[mode]}",
                Aim(("shots", place, name), "key"),
                label="cannot be sent",
                help=_able(mode),
                shot=ShotId(shot.id),
            )
        elif shot.references and mode != "references" and not model.references_with_frames:
            both = [name for name, other in models().items() if other.references_with_frames]
            yield Finding(
                "exclusive-inputs",
                f"`{model.name}` takes a `{frame}` or references, not both",
                Aim(("shots", place, "references"), "key"),
                label="and these",
                shot=ShotId(shot.id),
                help=f"drop one of them; models that take both: {', '.join(both)}",
                second=(Aim(("shots", place, frame), "key"), "this"),
            )


def _not_made(
    ground: Ground, place: int, model: Model, name: str, made: tuple[str, ...] | None
) -> Iterator[Finding]:
    shot = ground.board.shots[place]
    written = said(ground.board, shot, name, getattr(ground.board.format, name))
    if made is None or written in made:
        return
    hint = f"`{model.name}` makes {', '.join(made)}"
    if shot.model is None or getattr(shot, name) is None:
        hint += f"; say `{name}: {made[0]}` under `defaults:` or on the shot"
    yield Finding(
        "aspect-not-made" if name == "aspect" else "resolution-not-made",
        f"`{model.name}` makes no {written} for shot `{shot.id}`",
        ground.aim_at(place, name, "model"),
        label="not made",
        help=hint,
        shot=ShotId(shot.id),
    )


def size_faults(aspect: str, resolution: str, aim: Aim) -> Iterator[Finding]:
    """What is wrong with a frame of this shape and short side, if anything."""
    short = int(resolution.removesuffix("p"))
    size = size_of(aspect, resolution)
    if short < SHORTEST_SIDE:
        yield Finding(
            "film-size",
            f"{resolution} is too small to show anything; a film has at least {SHORTEST_SIDE}p",
            aim,
            help="write a larger resolution, such as 240p",
        )
    elif short % 2 and short < LONGEST_SIDE:
        yield Finding(
            "film-size",
            f"{resolution} is odd; a video's sides are even",
            aim,
            help=f"write {short - 1}p or {short + 1}p",
        )
    elif max(size.width, size.height) > LONGEST_SIDE:
        yield Finding(
            "film-size",
            f"{aspect} at {resolution} is {size.width} x {size.height} "
            f"pixels; each side is at most {LONGEST_SIDE}",
            aim,
            help="write a smaller resolution, such as 1080p",
        )


def _doubt(model: Model) -> str | None:
    if model.seeds is None and model.seed_honoured == "yes":
        return None  # what is shown as it is, or drawn from words, comes out the same
    if model.seeds is None:
        return f"`{model.name}` takes no seed"
    return {
        "unknown": f"`{model.name}` does not say whether it honours a seed",
        "best effort": f"`{model.name}` honours a seed as well as it can, no better",
        "no": f"`{model.name}` does not honour a seed",
    }.get(model.seed_honoured)


def _able(mode: Mode) -> str:
    able = [name for name, model in models().items() if mode in model.modes]
    return f"take it out, or use a model that can: {', '.join(able)}" if able else "take it out"
