"""Keeps how clips look, by content, beside the pieces of films: measured once, then only read."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.film.segments import Segments, segment_key
from pipeline.media.drift import RECIPE, ClipLook, Look, measure_clip, measure_picture
from pipeline.storyboard.shot import Picture, Use
from pipeline.timing import frame_on_screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.ids import Digest
    from pipeline.media.facts import ClipFacts
    from pipeline.store.clip import Clip

Window = tuple[int, int]
"""The first and the last frame that are looked at."""

_SUFFIX = ".look.json"


def window_of(facts: ClipFacts, use: Use, shown: int, rate: Fraction) -> Window:
    """Which of a clip's frames a shot of ``shown`` film frames shows; ``rate`` is the film's."""
    ends = (use.seconds_at(frame, shown, rate) for frame in (0, max(0, shown - 1)))
    first, last = (min(frame_on_screen(at, facts.rate), facts.frames - 1) for at in ends)
    return first, last


class Looks:
    """The looks kept in a segments' folder.

    They are free to measure again, and come out the same: ``clean`` may take them.
    """

    def __init__(self, folder: Path) -> None:
        self._segments = Segments(folder.absolute())

    def kept(self, clip: Digest, window: Window) -> ClipLook | None:
        """A look that was measured before."""
        path = self._segments.find(_key(clip, window), _SUFFIX)
        return _clip_look(_read(path)) if path else None

    def of(self, clip: Clip, window: Window) -> ClipLook:
        """A clip's look, measured now if it never was.

        Raises:
            MediaError: the clip cannot be read.
            OSError: the folder cannot be written.
        """
        return _clip_look(
            self._measured(
                _key(clip.digest, window),
                lambda: asdict(measure_clip(clip.path, clip.facts, *window)),
            )
        )

    def kept_picture(self, picture: Picture) -> Look | None:
        """A picture's look that was measured before."""
        path = self._segments.find(_key(picture.digest, None), _SUFFIX)
        return _look(_read(path)) if path else None

    def of_picture(self, picture: Picture) -> Look:
        """A picture's look, measured now if it never was.

        Raises:
            MediaError: it cannot be read.
            OSError: the folder cannot be written.
        """
        key = _key(picture.digest, None)
        return _look(self._measured(key, lambda: asdict(measure_picture(picture.path))))

    def _measured(self, key: Digest, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        def make(path: Path) -> None:
            path.write_text(json.dumps(measure()) + "\n")

        return _read(self._segments.get(key, _SUFFIX, make).path)


def _key(digest: Digest, window: Window | None) -> Digest:
    place = [str(frame) for frame in window] if window else ["picture"]
    return segment_key(f"look {RECIPE}", [digest], place)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def _clip_look(data: dict[str, Any]) -> ClipLook:
    levels = tuple(tuple(channel) for channel in data["levels"])
    return ClipLook(_look(data["whole"]), _look(data["last"]), levels)


def _look(data: dict[str, Any]) -> Look:
    (l, a, b), (sl, sa, sb) = data["mean"], data["spread"]  # noqa: E741 - Oklab's own names
    return Look((l, a, b), (sl, sa, sb), data["sharpness"])
