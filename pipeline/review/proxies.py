"""Copies of clips that a browser can play, made when one is first asked for."""

from __future__ import annotations

import threading
from pathlib import Path

from pipeline.ids import Digest
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.media.proxy import make_proxy
from pipeline.store.clip import Clip

_VERSION = 1  # of how they are made
_turns: dict[Digest, threading.Lock] = {}


def proxy_of(clip: Clip, folder: Path, ffmpeg: Path | None, stop: threading.Event) -> Path:
    """The copy of a clip, frame for frame; made now if it never was.

    Args:
        clip: what is to be seen.
        folder: where copies lie.
        ffmpeg: the program to use; absent, the one that comes along.
        stop: when set, it ends soon.

    Raises:
        StoryreelError: it cannot be made.
        OSError: it cannot be kept.
    """
    path = folder / f"{clip.digest}-{_VERSION}.mp4"
    with _turns.setdefault(clip.digest, threading.Lock()):  # a page asks for a clip piece by piece
        if not path.is_file():
            make_proxy(find_ffmpeg(ffmpeg), clip.path, clip.facts, path, stop=stop)
    return path
