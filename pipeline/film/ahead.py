"""Encodes what is certain of a film while other shots are still being made.

One part at a time, in a thread of its own and with low priority; the film finds what is done in
the segments' folder. What goes wrong here is left for the film's own assembly to tell.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StoryreelError
from pipeline.film import picture
from pipeline.film.certain import certain_parts
from pipeline.film.halt import Halt
from pipeline.film.segments import Segments

if TYPE_CHECKING:
    from pipeline.film.timeline import Part
    from pipeline.ids import ShotId
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.media.filters import Frame
    from pipeline.store.clip import Clip
    from pipeline.storyboard.shot import Film


def may_encode(made_here: int, cores: int) -> bool:
    """Whether a core is free beside the shots that are being made on this machine."""
    return made_here < cores


@contextlib.contextmanager
def encoding_ahead(
    film: Film, segments: Path, ffmpeg: FFmpeg, stop: threading.Event
) -> Iterator[Ahead]:
    """Encode ahead within; when it ends, what is not done by then is given up.

    Args:
        film: the film that will be cut.
        segments: where the film will look for what has been encoded.
        ffmpeg: the program that will encode the rest.
        stop: when set, it ends soon.
    """
    ahead = Ahead(film, segments.absolute(), ffmpeg, stop)
    thread = threading.Thread(target=ahead.work, name="ahead")
    thread.start()
    try:
        yield ahead
    finally:
        ahead.end()
        thread.join()


class Ahead:
    """Told of clips as they come and of shots made here; ``work`` encodes between."""

    def __init__(self, film: Film, segments: Path, ffmpeg: FFmpeg, stop: threading.Event) -> None:
        self._film = film
        self._folder = segments
        self._ffmpeg = replace(ffmpeg, calm=True)
        self._halt = Halt(stop)
        self._changed = threading.Condition()
        self._clips: dict[ShotId, Clip] = {}
        self._made_here: set[ShotId] = set()
        self._todo: list[tuple[Part, Frame]] = []
        self._tried: set[Part] = set()
        self._news = self._resting = False

    def begins_here(self, shot: ShotId) -> None:
        """A shot is being made on this machine from now on."""
        with self._changed:
            self._made_here.add(shot)

    def ends(self, shot: ShotId, clip: Clip | None) -> None:
        """A shot is done: this is its clip, or it has none."""
        with self._changed:
            self._made_here.discard(shot)
            if clip:
                self._clips[shot] = clip
                self._news = True
            self._changed.notify()

    def rest(self) -> None:
        """Begin nothing more: the film is being cut now. What is being encoded goes on."""
        with self._changed:
            self._resting = True
            self._changed.notify()

    def end(self) -> None:
        """Give up at once."""
        self._halt.set()
        self.rest()

    def work(self) -> None:
        """Encode what is certain, until told to rest; for a thread of its own."""
        while (following := self._next()) is not None:
            self._encode(*following)

    def _next(self) -> tuple[Part, Frame] | None:
        """The next part to encode, waiting for one; none once there is an end to it."""
        while True:
            with self._changed:
                self._changed.wait_for(self._may_look)
                if self._resting:
                    return None
                clips, news, self._news = dict(self._clips), self._news, False
            if news:
                self._look(clips)
            if self._todo:
                return self._todo.pop(0)

    def _may_look(self) -> bool:
        free = may_encode(len(self._made_here), _cores())
        return self._resting or (free and (self._news or bool(self._todo)))

    def _look(self, clips: dict[ShotId, Clip]) -> None:
        """Lay the film out anew with the clips there are by now."""
        self._todo = []
        with contextlib.suppress(StoryreelError, OSError):
            certain = certain_parts(self._film, clips, self._specimen)
            if certain:
                parts = [part for part in certain.parts if part not in self._tried]
                self._todo = [(part, certain.frame) for part in parts]

    @functools.cached_property
    def _segments(self) -> Segments:
        return Segments(self._folder, self._ffmpeg.version)

    def _specimen(self, frame: Frame) -> str:
        return picture.specimen_parameters(frame, self._ffmpeg, self._segments)

    def _encode(self, part: Part, frame: Frame) -> None:
        self._tried.add(part)
        with contextlib.suppress(StoryreelError, OSError):
            picture.encode_part(
                part,
                frame,
                self._ffmpeg,
                self._segments,
                stop=self._halt,
                on_frame=lambda _: None,
            )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
