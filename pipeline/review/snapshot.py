"""What the page is told at one moment, and the files it may ask for then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.store.clip import Clip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A film as the page sees it.

    ``body`` is the whole state as JSON, ``revision`` a digest of it. ``clips`` and ``pictures`` are
    the only files served, by digest; ``film`` is the one on disk, ``version`` tells it from others.
    """

    document: Mapping[str, Any]
    revision: str
    body: bytes
    clips: Mapping[str, Clip] = field(default_factory=dict)
    pictures: Mapping[str, Path] = field(default_factory=dict)
    film: Path | None = None
    version: str = ""


def snapshot(
    document: Mapping[str, Any],
    *,
    clips: Mapping[str, Clip] = MappingProxyType({}),
    pictures: Mapping[str, Path] = MappingProxyType({}),
    film: Path | None = None,
    version: str = "",
) -> Snapshot:
    """The snapshot of a state; equal states have equal revisions."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(
        errors="backslashreplace"
    )
    revision = hashlib.sha256(text).hexdigest()[:16]
    body = b'{"revision":"' + revision.encode() + b'",' + text[1:]
    return Snapshot(document, revision, body, clips, pictures, film, version)
