"""What a vendor's documents leave open: the parts of an answer, and what each may be. Pure.

A rule ``{"do": "shape", "shape": {"done": "succeeded", "result": "urls"}}`` pins what it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHAPES: dict[str, tuple[Any, ...]] = {
    # of an error: where it stands
    "envelope": ("own", "bare", "bare-code", "openai", "anthropic"),
    # of a submission: its status, what stands beside the job's id, a picture nobody can use
    "taken": (200, 201, 202),
    "beside": ("nothing", "status", "poll_url"),
    "bad_picture": ("failed", "refused"),
    # of a job: its words, how far it is, where the clip stands, where its error says why
    "queued": ("queued", "pending", "processing", "waiting_for_worker"),
    "running": ("processing", "running", "in_progress", "rendering"),
    "done": ("completed", "succeeded"),
    "failed": ("failed", "error", "expired"),
    "cancelled": ("cancelled", "canceled"),
    "progress": ("fraction", "null"),
    "result": ("data", "url", "video_url", "videos", "output", "urls", "data-plain",
               "videos-plain", "output-objects", "urls-objects"),
    "why": ("code", "type", "message", "openai"),
    # of the account
    "balance": ("number", "text"),
}  # fmt: skip
"""Each part, and what it may be; the first is what it is without variety."""


def see_that_it_is_a_shape(pinned: Mapping[str, Any]) -> None:
    """Check what a rule pins.

    Raises:
        ValueError: a part or what it shall be is unknown.
    """
    if unknown := sorted(set(pinned) - set(SHAPES)):
        raise ValueError(f"no shape has {', '.join(unknown)}; it may have {', '.join(SHAPES)}")
    for part, value in pinned.items():
        if value not in SHAPES[part]:
            raise ValueError(f"{part} is one of {', '.join(map(str, SHAPES[part]))}, not {value!r}")
