"""Rules about prompts: short enough for the model, and showing what they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.models.abilities import Model
from pipeline.models.catalog import routes
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.model import ShotEntry
from pipeline.storyboard.prompt import mentions, spell
from pipeline.storyboard.resolver import look_of, mode_of, prompt_of, reference_images, routes_of
from pipeline.storyboard.sources import WrittenName

_USUAL_SPELLING = "[Image {n}]"
_CAMERA_AND_SLOTS = 400  # characters, more than camera words and tokens can take


def prompts_say_something(ground: Ground) -> Iterator[Finding]:
    """No prompt is blank: a model would be paid to guess."""
    for place, shot in ground.shots():
        if shot.prompt and not shot.prompt.strip():
            yield Finding(
                "empty-value",
                f"the prompt of `{shot.id}` says nothing",
                Aim(("shots", place, "prompt")),
                shot=ShotId(shot.id),
                help="write what happens in the shot",
            )


def prompts_are_short_enough(ground: Ground) -> Iterator[Finding]:
    """No prompt is longer than its model reads, everything added to it counted."""
    longest = max(
        (len(each.description or "") for each in ground.board.references.values()), default=0
    )
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model is None or model.prompt_limit is None or not ground.is_sound(place):
            continue
        spoken = shot.prompt.count("@") * (longest + 2 * _CAMERA_AND_SLOTS)
        look = look_of(ground.board, shot)
        if len(shot.prompt) + len(look) + spoken + _CAMERA_AND_SLOTS <= model.prompt_limit:
            continue  # far from it: nothing need be composed
        length = _sent_length(ground, shot, model)
        if length > model.prompt_limit:
            yield Finding(
                "prompt-too-long",
                f"the prompt of `{shot.id}` has {length:,} characters as it is "
                f"sent; `{model.name}` reads {model.prompt_limit:,}",
                Aim(("shots", place, "prompt"), "key"),
                shot=ShotId(shot.id),
                label=f"{length - model.prompt_limit:,} too many",
                help=_what_counts(shot, look),
            )


def what_is_spoken_of_is_shown(ground: Ground) -> Iterator[Finding]:
    """A warning where a prompt speaks of a reference whose picture could be sent and is not."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model is None or not _could_send(model, shot):
            continue
        shown = {
            link.source.name
            for link in ground.links_by_shot[place]
            if isinstance(link.source, WrittenName)
        }
        for name in dict.fromkeys(mention.name for mention in mentions(shot.prompt)):
            known = name in ground.board.references
            if known and name not in shown and reference_images(ground.board, name):
                yield Finding(
                    "reference-in-words",
                    f"`@{name}` is only written out in words: shot `{shot.id}` does not show it",
                    Aim(("shots", place, "prompt"), "part", rf"@{re.escape(name)}\b"),
                    label="its picture is not sent",
                    severity="warning",
                    shot=ShotId(shot.id),
                    help=f"add it: `references: [{', '.join([*(shot.references or ()), name])}]`",
                )


def _sent_length(ground: Ground, shot: ShotEntry, model: Model) -> int:
    """Characters of the prompt as the route with the longest spelling sends it."""
    served = (
        routes()[name].serves.get(model.name)
        for name in routes_of(ground.board, shot)
        if name in routes()
    )
    tokens = [serves.reference_token for serves in served if serves] or [_USUAL_SPELLING]
    prompt = prompt_of(ground.board, shot)
    return max(len(spell(prompt, token)) for token in tokens)


def _what_counts(shot: ShotEntry, look: str) -> str:
    own = len(" ".join(shot.prompt.split()))
    return (
        f"shorten it: {own:,} are the prompt's own, {len(look):,} the look's; the rest is "
        "camera words and descriptions"
    )


def _could_send(model: Model, shot: ShotEntry) -> bool:
    if "references" not in model.modes:
        return False
    return mode_of(shot) in ("text", "references") or model.references_with_frames
