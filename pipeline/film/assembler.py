"""From a timeline to a film: encode what must be, keep it, join it all by copy.

What clips share is copied; what differs is brought to the film's form once and kept in the
segments' folder. The film is written beside its place and renamed: it is whole or absent.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import MediaError, StoryreelError
from pipeline.film import mix, picture, sound
from pipeline.film.halt import Halt
from pipeline.film.segments import Segment, Segments, made_beside
from pipeline.film.studio import Studio
from pipeline.film.timeline import Blend, Body, Cut, Part, Timeline, clip_fault
from pipeline.media.dressing import Dressing
from pipeline.media.join import Joint, NotJoinableError, Piece, join

if TYPE_CHECKING:
    from pipeline.ids import ShotId
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.media.filters import Frame

Tell = Callable[[int, int], None]
"""Told how many of the film's frames are done, of how many; never fewer than before."""

SoundStory = Literal["copied", "encoded", "kept", "none"]


@dataclass(frozen=True, slots=True)
class Assembly:
    """What became of a timeline: its frames, and how each shot's picture came into the film.

    ``sound`` is ``kept`` where it was encoded earlier, ``none`` where nothing is to be heard.
    ``blended`` are the shots whose incoming transition was encoded now; ``told`` is in words what
    else is worth knowing.
    """

    frames: int
    copied: tuple[ShotId, ...]
    encoded: tuple[ShotId, ...]
    kept: tuple[ShotId, ...]
    sound: SoundStory
    blended: tuple[ShotId, ...] = ()
    told: tuple[str, ...] = ()


def assemble(
    timeline: Timeline,
    target: Path,
    *,
    segments: Path,
    ffmpeg: FFmpeg,
    dressing: Dressing = Dressing(),  # noqa: B008 - frozen
    tell: Tell | None = None,
    stop: threading.Event | None = None,
) -> Assembly:
    """Write the film to ``target`` (mp4). The same timeline gives the same bytes.

    Args:
        timeline: what is to be seen.
        target: the film; an older one there stays until the new one is whole.
        segments: a folder for what has been encoded, kept from film to film.
        ffmpeg: the program that encodes; its version is part of what a segment is.
        dressing: what the film's file says beside its picture and sound; it encodes nothing.
        tell: told of progress in frames, from several threads but one at a time.
        stop: when set, everything ends soon with ``ToolStoppedError``.

    Raises:
        StoryreelError: a clip cannot be used (the shot is named), the disk is full, it was
            stopped. Nothing is left behind but whole segments.
    """
    halt = Halt(stop)
    progress = _Progress(timeline.frames, tell)
    kept = Segments(segments.absolute(), ffmpeg.version)
    work = _Work(timeline, kept, ffmpeg, progress, halt, dressing)
    try:
        return work.assemble(target.absolute())
    except OSError as error:
        place = error.filename or target
        raise StoryreelError(
            f"The film cannot be written: {error.strerror or error}.",
            details=str(place),
            hint="See that there is room on the disk, and that you may write there.",
        ) from error


class _Progress:
    """Frames done, over all jobs; what is told never goes back."""

    def __init__(self, total: int, tell: Tell | None) -> None:
        self._total = total
        self._tell = tell
        self._done: dict[int, int] = {}
        self._sum = 0
        self._told = -1
        self._lock = threading.Lock()

    def set(self, place: int, frames: int) -> None:
        """``frames`` of the cut at ``place`` are done."""
        with self._lock:
            before = self._done.get(place, 0)
            self._done[place] = max(frames, before)
            self._sum += self._done[place] - before
            done = min(self._sum, self._total)
            if self._tell and done > self._told:
                self._told = done
                self._tell(done, self._total)


@dataclass
class _Work:
    """One assembly; ``refused`` are parts that turned out not to be copyable."""

    timeline: Timeline
    segments: Segments
    ffmpeg: FFmpeg
    progress: _Progress
    halt: Halt
    dressing: Dressing
    refused: set[int] = field(default_factory=set)
    own_sound: bool = True

    @functools.cached_property
    def parts(self) -> tuple[Part, ...]:
        """The film's bodies and blends, one after another."""
        return self.timeline.parts

    def assemble(self, target: Path) -> Assembly:
        """Try until every clip that seems copyable is, or has been encoded instead."""
        while True:
            try:
                return self._attempt(target)
            except NotJoinableError as error:
                self._learn(error)

    def _learn(self, error: NotJoinableError) -> None:
        if error.of_sound and self.own_sound:
            self.own_sound = False
        elif not error.of_sound and error.piece not in self.refused:
            self.refused.add(error.piece)
        else:
            raise error

    def _attempt(self, target: Path) -> Assembly:
        places = range(len(self.parts))
        casting = picture.cast(self.timeline, self.refused, self._specimen)
        all_copied = len(casting.copied) == len(places)
        own = self.own_sound and all_copied and sound.sound_agrees(self.timeline)
        silent = own or sound.is_silent(self.timeline)
        todo = [place for place in places if place not in casting.copied]
        # the longest first: at the end no core waits for one that was begun late
        todo.sort(key=lambda place: -self.parts[place].frames)
        with _workers(self.halt) as encoders, _workers(self.halt, beside=1) as mixers:
            sounding = mixers.submit(self._sound, mixers, silent=silent)
            made = {place: encoders.submit(self._encode, place, casting.frame) for place in todo}
            _finish([*made.values(), sounding])
        heard = sounding.result()
        encoded = {place: job.result() for place, job in made.items()}
        self._join(target, encoded, heard.track, own=own)
        done = self._assembly(encoded, _sound_story(heard.track, own=own))
        return replace(done, told=(*done.told, *heard.told))

    def _specimen(self, frame: Frame) -> str:
        return picture.specimen_parameters(frame, self.ffmpeg, self.segments)

    def _encode(self, place: int, frame: Frame) -> Segment:
        part = self.parts[place]
        segment = picture.encode_part(
            part,
            frame,
            self.ffmpeg,
            self.segments,
            stop=self.halt,
            on_frame=lambda frames: self.progress.set(place, min(frames, part.frames)),
        )
        self.progress.set(place, part.frames)
        return segment

    def _sound(self, pool: ThreadPoolExecutor, *, silent: bool) -> mix.FilmSound:
        if silent:
            return mix.FilmSound(None)
        studio = Studio(self.ffmpeg, self.segments, self.halt, pool)
        return mix.make_sound(self.timeline, studio)

    def _join(
        self, target: Path, encoded: dict[int, Segment], track: Segment | None, *, own: bool
    ) -> None:
        pieces = [
            Piece(encoded[place].path if place in encoded else _clip_of(part), part.frames)
            for place, part in enumerate(self.parts)
        ]
        joint = Joint(
            self.timeline.rate,
            self.timeline.title,
            track.path if track else None,
            own,
            self.dressing,
        )
        with made_beside(target) as beside, _named(self.timeline.cuts):
            join(
                pieces,
                beside,
                joint,
                stop=self.halt,
                tell=lambda place: self.progress.set(place, self.parts[place].frames),
            )

    def _assembly(self, encoded: dict[int, Segment], story: SoundStory) -> Assembly:
        bodies = [(n, part) for n, part in enumerate(self.parts) if isinstance(part, Body)]
        made = {n: not encoded[n].kept for n in encoded}
        return Assembly(
            frames=self.timeline.frames,
            copied=tuple(body.cut.shot for n, body in bodies if n not in made),
            encoded=tuple(body.cut.shot for n, body in bodies if made.get(n)),
            kept=tuple(body.cut.shot for n, body in bodies if made.get(n) is False),
            sound=story,
            blended=tuple(
                part.after.cut.shot
                for n, part in enumerate(self.parts)
                if isinstance(part, Blend) and made[n]
            ),
        )


def _sound_story(track: Segment | None, *, own: bool) -> SoundStory:
    if own:
        return "copied"
    if track is None:
        return "none"
    return "kept" if track.kept else "encoded"


def _clip_of(part: Part) -> Path:
    if isinstance(part, Blend):
        raise AssertionError("a blend is always encoded")
    return part.cut.clip.path


@contextlib.contextmanager
def _named(cuts: Sequence[Cut]) -> Iterator[None]:
    """Say whose clip it is that cannot be read."""
    try:
        yield
    except MediaError as error:
        for cut in cuts:
            if cut.clip.path == error.path:
                raise clip_fault(cut, "cannot be read", error) from error
        raise


@contextlib.contextmanager
def _workers(halt: Halt, beside: int = 0) -> Iterator[ThreadPoolExecutor]:
    """Threads that each wait for one ffmpeg; when one fails, or Ctrl-C comes, all are ended.

    ``beside`` are threads for who waits for those.
    """
    # each encoder has four threads of its own
    at_once = max(2, (os.cpu_count() or 1) // 2)
    with ThreadPoolExecutor(max_workers=at_once + beside) as pool:
        try:
            yield pool
        except BaseException:
            halt.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _finish(jobs: Sequence[Future[Any]]) -> None:
    """Wait for all of them; the first failure is raised as soon as it is known."""
    done, _ = wait(jobs, return_when=FIRST_EXCEPTION)
    for job in jobs:
        if job in done:
            job.result()
