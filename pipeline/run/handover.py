"""Frames handed from one shot to the next: taken from a clip once, kept lossless, recorded.

Whether a shot is stale is decided by the recorded digest of the pixels, never by taking the frame
again: another ffmpeg may round differently, and that must not cost a paid take.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pipeline.errors import StoreError
from pipeline.files import digest_of_file, load_json, write_whole
from pipeline.ids import Digest
from pipeline.store.clip import Clip
from pipeline.store.store import Store
from pipeline.storyboard.shot import Shot
from pipeline.timing import frame_on_screen


@dataclass(frozen=True, slots=True)
class HandedFrame:
    """A frame as a lossless picture, and the digest of its pixels."""

    path: Path
    pixels: Digest


def frame_index(
    moment: Literal["first", "last"] | Fraction, clip: Clip, shot: Shot, film_rate: Fraction
) -> int:
    """Which frame of a clip, from 0, a moment means.

    Args:
        moment: ``first`` and ``last`` are of what the film shows of the shot; seconds count from
            the clip's start.
        clip: opened only when its frames are unevenly spaced.
        shot: whose clip it is.
        film_rate: the film's frames a second.
    """
    if isinstance(moment, Fraction):
        seconds = moment
    else:
        shown = 0 if moment == "first" else shot.cut - 1
        seconds = shot.use.seconds_at(shown, shot.cut, film_rate)
    if not seconds:
        return 0
    if clip.facts.variable:
        from pipeline.media.frames import index_on_screen

        return index_on_screen(clip.path, seconds)
    return min(frame_on_screen(seconds, clip.facts.rate), clip.facts.frames - 1)


def recorded_pixels(store: Store, clip: Digest, index: int) -> Digest | None:
    """The digest recorded when the frame was taken; none if it never was."""
    try:
        return Digest(str(load_json(_record_path(store.frame_path(clip, index)))["pixels"]))
    except (OSError, ValueError, KeyError):
        return None


def hand_over(store: Store, clip: Clip, index: int) -> HandedFrame:
    """The frame as a picture file; taken now if that was never done or the file was lost.

    Raises:
        MediaError: the clip has no such frame.
        StoreError: taken anew, the frame is not what it was.
    """
    from pipeline.media.frames import frame_at

    path = store.frame_path(clip.digest, index)
    known = recorded_pixels(store, clip.digest, index)
    if known and _whole(path):
        return HandedFrame(path, known)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = frame_at(clip.path, index, path, facts=clip.facts).pixels
    if known and pixels != known:
        raise StoreError(
            f"Frame {index} of clip {clip.digest[:12]} is not what it was when it was first used.",
            details="Its picture was lost, and taking it again with this ffmpeg gives others.",
            hint=f"Restore {path.name} in the store, or render what starts on it with --force.",
        )
    keep_handed(path, pixels, digest_of_file(path))
    return HandedFrame(path, pixels)


def keep_handed(picture: Path, pixels: Digest, file: Digest) -> None:
    """Record a frame whose picture lies in the store; from then on it counts as handed over."""
    from pipeline.media.frames import RECIPE

    record = {"recipe": RECIPE, "pixels": pixels, "file": file}
    write_whole(_record_path(picture), json.dumps(record) + "\n")


def _record_path(picture: Path) -> Path:
    return picture.with_suffix(".json")


def _whole(picture: Path) -> bool:
    try:
        record = load_json(_record_path(picture))
        return bool(digest_of_file(picture) == record["file"])
    except (OSError, ValueError, KeyError):
        return False
