"""What sound is made with."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.film.segments import Segments

if TYPE_CHECKING:
    import threading

    from pipeline.media.ffmpeg import FFmpeg


@dataclass(frozen=True, slots=True)
class Studio:
    """A program, where its work is kept, when it is to end, and who does it.

    Who waits for ``workers`` must not be one of them, unless there is another.
    """

    ffmpeg: FFmpeg
    segments: Segments
    stop: threading.Event
    workers: Executor
