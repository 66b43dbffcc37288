"""How one shot becomes the next: the words for it, and how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.timing import Length, parse_length

CUT = "cut"
DISSOLVE = "dissolve"

KINDS: tuple[str, ...] = (
    DISSOLVE, "fade_black", "fade_white", "fade_grays",
    "wipe_left", "wipe_right", "wipe_up", "wipe_down",
    "slide_left", "slide_right", "slide_up", "slide_down",
    "smooth_left", "smooth_right", "smooth_up", "smooth_down",
    "wipe_top_left", "wipe_top_right", "wipe_bottom_left", "wipe_bottom_right",
    "circle_open", "circle_close", "circle_crop", "rect_crop",
    "open_vertical", "close_vertical", "open_horizontal", "close_horizontal",
    "diagonal_top_left", "diagonal_top_right", "diagonal_bottom_left", "diagonal_bottom_right",
    "slice_left", "slice_right", "slice_up", "slice_down",
    "squeeze_horizontal", "squeeze_vertical",
    "grains", "pixelize", "distance", "radial", "blur", "zoom_in",
)  # fmt: skip
"""Transitions that take time, by name: what ffmpeg's ``xfade`` of 5.1 and every later one can."""

USUAL = "12f"
"""The length of a transition that says none: half a second at 24 frames."""

PATTERN = r"^[a-z][a-z_]*( +[0-9][0-9.:]*( *[sf])?)?$"
_WRITTEN = re.compile(r"([a-z][a-z_]*)(?: +(.+))?")


@dataclass(frozen=True, slots=True)
class WrittenTransition:
    """A transition as an author wrote it; ``length`` is nothing for a plain cut."""

    kind: str
    length: Length


@dataclass(frozen=True, slots=True)
class Transition:
    """How a shot comes in: a kind of ``KINDS``, over so many frames of the film."""

    kind: str
    frames: int


def parse_transition(text: str) -> WrittenTransition:
    """Read ``cut``, ``dissolve``, ``dissolve 12f``, ``fade_black 1s``; the kind may be unknown.

    Raises:
        ValueError: it is not of that form.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError("a transition is written dissolve 12f, fade_black 1s or cut")
    if match[1] == CUT:
        if match[2]:
            raise ValueError("a cut has no length")
        return WrittenTransition(CUT, Length())
    return WrittenTransition(match[1], parse_length(match[2] or USUAL))
