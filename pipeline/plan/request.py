"""What reaches a model, and nothing else: the thing a key is a digest of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from pipeline.files import digest_of_bytes
from pipeline.ids import Digest, TakeKey
from pipeline.models.abilities import Mode
from pipeline.models.catalog import models
from pipeline.plan.take import OWN_SEED
from pipeline.storyboard.shot import CardWords, ClipFile, Picture, Prompt, Shot, Slot, Source
from pipeline.timing import spell_seconds

SCHEME = 1
"""The version of what a key covers; raise it and every clip is another's."""

Pixels = Callable[[Source], Digest | None]
"""The digest of a picture, or of a frame's pixels; none while the frame does not exist."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one clip, every picture known by its digest.

    No route's spelling, no file's or reference's name, not the shot's id or place. ``seconds``
    is what is asked; ``aspect`` is absent where the picture sent decides it; ``options`` are a
    model's own settings as sorted pairs of text (for the animatic what it burns in and how it
    moves). A frame whose pixels are not known yet is ``None`` in ``unknown``'s company.
    ``variation`` counts in the key only where the model takes no seed: else the seed says it.
    """

    model: str
    version: str
    mode: Mode
    prompt: Prompt
    seed: int | None
    seconds: Fraction
    resolution: str
    aspect: str | None
    first_frame: Digest | None
    last_frame: Digest | None
    references: tuple[Digest | None, ...]
    options: tuple[tuple[str, str], ...]
    unknown: tuple[Source, ...]
    variation: int = 1

    @property
    def key(self) -> TakeKey | None:
        """The key; none while a picture is unknown."""
        if self.unknown:
            return None
        return TakeKey(f"k{SCHEME}-{digest_of_bytes(canonical(self.fields()))[:40]}")

    def fields(self) -> dict[str, str]:
        """The request by the author's words for its parts, each as text; only what is there."""
        fields = {
            "model": f"{self.model} {self.version}",
            "mode": self.mode,
            "prompt": _spelled(self.prompt),
            "seed": "" if self.seed is None else str(self.seed),
            "duration": spell_seconds(self.seconds),
            "resolution": self.resolution,
            "aspect": self.aspect or "",
            "first_frame": self.first_frame or "",
            "last_frame": self.last_frame or "",
            "references": " ".join(digest or "" for digest in self.references),
            "variation": str(self.variation) if self._counted else "",
            **dict(self.options),
        }
        return {name: text for name, text in fields.items() if text}

    @property
    def _counted(self) -> bool:
        return self.seed is None and self.variation > 1

    def varied(self, variation: int) -> Request:
        """Its n-th variation, from 1, which is itself: seed + n - 1, wrapped to the model's range.

        To be asked of the request as the board has it.
        """
        span = models()[self.model].seeds
        if self.seed is None or span is None or variation == 1:
            return replace(self, variation=variation)
        there = (self.seed - span.least + variation - 1) % (span.most - span.least + 1)
        return replace(self, seed=span.least + there, variation=variation)

    def as_taken(self, variation: int, seed: int | None) -> Request:
        """It as a take asks it: of that variation, or with a seed that a person named."""
        if variation == OWN_SEED:
            return replace(self, seed=seed, variation=OWN_SEED)
        return self.varied(variation)


def _spelled(prompt: Prompt) -> str:
    if not prompt:
        return ""
    parts = [part.number if isinstance(part, Slot) else part for part in prompt]
    return json.dumps(parts, ensure_ascii=False)


def canonical(fields: dict[str, str]) -> bytes:
    """One spelling for equal fields."""
    return json.dumps(
        {"scheme": SCHEME, **fields}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()


def request_for(shot: Shot, pixels: Pixels) -> Request:
    """The request a shot makes, as far as its pictures are known."""
    if shot.clip:
        return _for_footage(shot, shot.clip)
    if shot.card:
        return _for_card(shot, shot.card, pixels)
    model = models()[shot.model]
    digests = {source: pixels(source) for source in shot.sources}
    return Request(
        model=model.name,
        version=model.version,
        mode=shot.mode,
        prompt=(shot.words,) if model.built_in else shot.prompt,
        seed=shot.seed if model.seeds else None,
        seconds=shot.asked,
        resolution=shot.resolution,
        aspect=None if shot.mode in model.aspect_ignored else shot.aspect,
        first_frame=digests[shot.first_frame] if shot.first_frame else None,
        last_frame=digests[shot.last_frame] if shot.last_frame else None,
        references=tuple(digests[source] for source in shot.references),
        options=animatic_options(shot) if model.built_in else (),
        unknown=tuple(source for source, digest in digests.items() if digest is None),
    )


def _for_footage(shot: Shot, clip: ClipFile) -> Request:
    """A clip that is shown as it is: what it is says all, not its name nor how much is shown."""
    model = models()[shot.model]
    return Request(
        model=model.name,
        version=model.version,
        mode=shot.mode,
        prompt=(),
        seed=None,
        seconds=Fraction(0),  # none are asked: it has the length it has
        resolution="",
        aspect=None,
        first_frame=None,
        last_frame=None,
        references=(),
        options=(("clip", clip.digest),),
        unknown=(),
    )


def _for_card(shot: Shot, card: CardWords, pixels: Pixels) -> Request:
    """Words on a ground: no seed, no prompt; a picture it is drawn on is its one reference."""
    model = models()[shot.model]
    digests = {source: pixels(source) for source in shot.references}
    options = {
        "text": card.text,
        "colour": card.colour,
        "background": "" if shot.references else card.background,
        "align": card.align,
        "font": card.font.digest if card.font else "",
        "rate": str(shot.clip_rate),
    }
    return Request(
        model=model.name,
        version=model.version,
        mode=shot.mode,
        prompt=(),
        seed=None,
        seconds=shot.asked,
        resolution=shot.resolution,
        aspect=shot.aspect,
        first_frame=None,
        last_frame=None,
        references=tuple(digests.values()),
        options=tuple(sorted((name, text) for name, text in options.items() if text)),
        unknown=tuple(source for source, digest in digests.items() if digest is None),
    )


def animatic_options(shot: Shot) -> tuple[tuple[str, str], ...]:
    """What the animatic draws besides the pictures, as sorted pairs."""
    kinds = [(s.kind or "") if isinstance(s, Picture) else "location" for s in shot.references]
    options = {
        "kinds": " ".join(kind or "prop" for kind in kinds),
        "beat": shot.beat,
        "scene": shot.scene,
        "size": shot.camera.size,
        "move": shot.camera.move,
        "lens": shot.camera.lens,
        "look": shot.look,
        "rate": str(shot.clip_rate),
    }
    return tuple(sorted((name, text) for name, text in options.items() if text))
