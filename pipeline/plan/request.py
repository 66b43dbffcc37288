"""What reaches a model, and nothing else: the thing a key is a digest of."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipeline.ids import Digest
from pipeline.models.abilities import Mode
from pipeline.storyboard.shot import Prompt


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one clip, every picture known by its digest.

    ``seconds`` is what is asked; ``aspect`` is absent where the picture sent decides it.
    ``options`` are a model's own settings as sorted pairs of text (the animatic's burn-in and
    camera; nothing yet for the others).
    """

    model: str
    version: str
    mode: Mode
    prompt: Prompt
    seed: int | None
    seconds: Fraction
    rate: Fraction
    resolution: str
    aspect: str | None
    width: int
    height: int
    first_frame: Digest | None
    last_frame: Digest | None
    references: tuple[Digest, ...]
    options: tuple[tuple[str, str], ...] = ()
