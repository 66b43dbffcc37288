"""A clip as the store knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.ids import Digest
from pipeline.media.facts import ClipFacts


@dataclass(frozen=True, slots=True)
class Clip:
    """A whole clip in the store; the file at ``path`` is read-only and has this digest."""

    digest: Digest
    path: Path
    facts: ClipFacts
