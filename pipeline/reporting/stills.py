"""Frames to look at, taken from a clip once and kept beside it."""

from __future__ import annotations

import contextlib
from fractions import Fraction

from pipeline.files import read_regular, write_whole
from pipeline.run.handover import frame_index
from pipeline.store.clip import Clip
from pipeline.store.store import Store
from pipeline.storyboard.shot import Shot

_JPEG = (b"\xff\xd8", b"\xff\xd9")  # how one begins and ends


def frames_across(shot: Shot, clip: Clip, rate: Fraction, count: int) -> tuple[int, ...]:
    """Numbers of ``count`` frames of what the film shows of a shot: first, evenly between, last.

    One frame is the middle one. A clip shorter than its shot gives its last frame again.

    Args:
        shot: whose clip it is.
        clip: opened only when its frames are unevenly spaced.
        rate: the film's frames a second.
        count: how many, at least 1.
    """
    last = max(0, shot.cut - 1)
    places = [last // 2] if count == 1 else [last * n // (count - 1) for n in range(count)]
    return tuple(
        frame_index(shot.use.seconds_at(place, shot.cut, rate), clip, shot, rate)
        for place in places
    )


def still(store: Store, clip: Clip, index: int) -> bytes:
    """A frame of a clip as a small JPEG; taken now if that was never done.

    Raises:
        MediaError: the clip has no such frame.
    """
    from pipeline.media.posters import poster_of_frame

    path = store.poster_path(clip.digest, index)
    with contextlib.suppress(OSError):
        kept = read_regular(path)
        if kept.startswith(_JPEG[0]) and kept.endswith(_JPEG[1]):
            return kept
    taken = poster_of_frame(clip.path, index, clip.facts)
    with contextlib.suppress(OSError):  # a store that may only be read is no reason to see nothing
        write_whole(path, taken)
    return taken
