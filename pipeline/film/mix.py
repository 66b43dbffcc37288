"""The film's sound as one file: the shots' own, and what the board says is heard besides.

Each event is decoded once and kept; events that follow one another lie in one lane, a file as
long as the film (its silence takes no room on the disk). Shots stream past the lanes into one run
of ffmpeg: a change of music decodes no shot, and an hour takes no more memory than a second.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import StoryreelError, ToolFailedError
from pipeline.files import digest_of_file
from pipeline.film.coding import code_sound, coded_key, lay_parts
from pipeline.film.laying import Event, Lane, film_samples, lay_events, lay_lanes
from pipeline.film.loudness import (
    Weight,
    find_levelled,
    gains,
    level_film,
    levelled_key,
    uneven,
    weigh,
)
from pipeline.film.segments import Segment, run_in_folder, segment_key
from pipeline.film.sound import (
    Stretch,
    decode_stretch,
    is_audible,
    lay_sound,
    pcm_of,
    pieces_of,
    stretch_key,
)
from pipeline.film.studio import Studio
from pipeline.film.timeline import Timeline
from pipeline.film.voices import speak, voice_words
from pipeline.media.sound_filters import (
    SOUND_FRAME,
    Placed,
    Track,
    mix_arguments,
    mixdown_arguments,
    placed_arguments,
)

if TYPE_CHECKING:
    from pipeline.ids import Digest, ShotId
    from pipeline.media.ffmpeg import FFmpeg

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FilmSound:
    """The film's sound (none: nothing is heard), and in words what is worth telling of it."""

    track: Segment | None
    told: tuple[str, ...] = ()


def make_sound(timeline: Timeline, studio: Studio) -> FilmSound:
    """Make the film's sound, or as much of it as has not been made before.

    Raises:
        StoryreelError: a clip or a file cannot be heard (it is named), nobody is there to speak a
            line, or it was stopped.
        OSError: the segments' folder cannot be written.
    """
    weights = _weights(timeline, studio)
    timeline = _evened_out(timeline, weights)
    mixing = _Mixing(timeline, studio)
    told = [*uneven(timeline, weights), *mixing.words()]
    wanted = timeline.sound.loudness if timeline.sound else None
    if wanted is None or not mixing.audible:
        return FilmSound(mixing.track() if mixing.audible else None, tuple(told))
    key = levelled_key(mixing.key(encode=False), wanted, mixing.samples, studio.ffmpeg)
    levelled = find_levelled(key, wanted, studio.segments) or level_film(
        mixing.mixed(encode=False), key, wanted, mixing.samples,
        studio.ffmpeg, studio.segments, studio.stop,
    )  # fmt: skip
    return FilmSound(levelled.track, (*told, *levelled.told))


def _weights(timeline: Timeline, studio: Studio) -> dict[ShotId, Weight]:
    """How loud each shot is that can be heard."""
    cuts = [cut for cut in timeline.cuts if is_audible(cut)]
    if len(cuts) < 2:
        return {}
    jobs = [
        studio.workers.submit(
            weigh, cut, timeline.rate, studio.ffmpeg, studio.segments, studio.stop
        )
        for cut in cuts
    ]
    return {cut.shot: weight for cut, weight in zip(cuts, _all_of(jobs), strict=True)}


def _evened_out(timeline: Timeline, weights: dict[ShotId, Weight]) -> Timeline:
    """The timeline with its shots brought to one loudness, where the board asks for it."""
    if not (timeline.sound and timeline.sound.level_shots):
        return timeline
    changes = gains(weights, {cut.shot: cut.level for cut in timeline.cuts})
    cuts = (
        replace(cut, level=round(cut.level + changes.get(cut.shot, 0.0), 1))
        for cut in timeline.cuts
    )
    return replace(timeline, cuts=tuple(cuts))


class _Mixing:
    """One film's mix: what is in it is known; it is made when it is asked for."""

    def __init__(self, timeline: Timeline, studio: Studio) -> None:
        self._studio = studio
        self._sound = timeline.sound
        self._stretches = lay_sound(timeline)
        self.samples = film_samples(timeline)
        self._lanes: tuple[Lane, ...] = ()
        if timeline.sound:
            spoken = speak(timeline.sound, studio.segments)
            self._lanes = lay_lanes(lay_events(timeline, timeline.sound, spoken))

    @property
    def audible(self) -> bool:
        """Whether anything at all is heard."""
        return bool(self._lanes) or any(stretch.audible for stretch in self._stretches)

    def words(self) -> Iterator[str]:
        """What is worth telling of what is in it."""
        if self._sound:
            yield from voice_words(self._sound)

    def track(self) -> Segment:
        """The mix as AAC, coded in parts unless it is but one."""
        if len(lay_parts(self.samples)) == 1:
            return self.mixed(encode=True)
        studio = self._studio

        def make(path: Path) -> None:
            with self._heard(path) as pcm:
                code_sound(pcm, self.samples, path, studio)

        key = coded_key(self.key(encode=False), self.samples, studio.ffmpeg.version)
        return studio.segments.get(key, ".m4a", make)

    @contextlib.contextmanager
    def _heard(self, beside: Path) -> Iterator[Iterator[bytes]]:
        """The mix as PCM, piece by piece; what it takes for that is gone afterwards."""
        lanes = self._prepared()
        if not lanes:
            yield self._shots()
            return
        path = beside.with_suffix(".pcm.part")
        told = self._arguments([lane.path.name for lane in lanes], path.name, encode=False)
        studio = self._studio
        try:
            run_in_folder(studio.ffmpeg, told, path, feed=self._shots(), stop=studio.stop)
            yield pieces_of(path)
        finally:
            path.unlink(missing_ok=True)

    def key(self, *, encode: bool) -> Digest:
        """What the mix depends on."""
        parts = [stretch_key(stretch, self._studio.ffmpeg) for stretch in self._stretches]
        parts += [_lane_key(lane, self.samples, self._studio.ffmpeg) for lane in self._lanes]
        names = [f"lane {place}" for place in range(len(self._lanes))]
        told = self._arguments(names, "segment", encode=encode)
        return segment_key(self._studio.ffmpeg.version, parts, told)

    def mixed(self, *, encode: bool) -> Segment:
        """The mix, as AAC or as PCM, unless that has been made before."""
        suffix = ".m4a" if encode else ".pcm"

        def make(path: Path) -> None:
            lanes = self._prepared()
            told = self._arguments([lane.path.name for lane in lanes], path.name, encode=encode)
            run_in_folder(
                self._studio.ffmpeg, told, path, feed=self._shots(), stop=self._studio.stop
            )

        return self._studio.segments.get(self.key(encode=encode), suffix, make)

    def _arguments(self, names: Sequence[str], target: str, *, encode: bool) -> list[str]:
        if not self._lanes and encode:
            return mix_arguments(target)
        tracks = [Track(lane.bus, lane.duck) for lane in self._lanes]
        return mixdown_arguments(names, target, tracks, self.samples, encode=encode)

    def _shots(self) -> Iterator[bytes]:
        studio = self._studio
        return pcm_of(self._stretches, studio.ffmpeg, studio.segments, studio.stop)

    def _prepared(self) -> list[Segment]:
        """The lanes, all that is decoded for them and for the shots made at once."""
        studio = self._studio
        stretches = [stretch for stretch in self._stretches if stretch.audible]
        events = [event for lane in self._lanes for event in lane.events]
        jobs = [
            *(self._submit(self._decoded, stretch) for stretch in stretches),
            *(self._submit(self._placed, event) for event in events),
        ]
        _all_of(jobs)
        return [_lane(lane, self.samples, studio, self._placed) for lane in self._lanes]

    def _submit(self, make: Callable[[T], Segment], one: T) -> Future[Segment]:
        return self._studio.workers.submit(make, one)

    def _decoded(self, stretch: Stretch) -> Segment:
        studio = self._studio
        return decode_stretch(stretch, studio.ffmpeg, studio.segments, studio.stop)

    def _placed(self, event: Event) -> Segment:
        return _decode_event(event, self._studio)


def _decode_event(event: Event, studio: Studio) -> Segment:
    """What is heard of a sound file, as PCM, unless that has been made before."""

    def make(path: Path) -> None:
        try:
            told = placed_arguments(f"file:{event.file.path.absolute()}", path.name, _placed(event))
            run_in_folder(studio.ffmpeg, told, path, stop=studio.stop)
        except ToolFailedError as error:
            raise _sound_fault(event, "cannot be decoded", error) from error
        if path.stat().st_size != event.samples * SOUND_FRAME:
            raise _sound_fault(event, "gave less sound than the film needs")
        if digest_of_file(event.file.path) != event.file.digest:
            raise _sound_fault(event, "was changed while the film was being cut")

    return studio.segments.get(_event_key(event, studio.ffmpeg), ".pcm", make)


def _placed(event: Event) -> Placed:
    return Placed(
        event.samples, event.skip, event.level, event.fade_in, event.fade_out, event.loop,
        event.file.channels,
    )  # fmt: skip


def _event_key(event: Event, ffmpeg: FFmpeg) -> Digest:
    told = placed_arguments("sound", "segment", _placed(event))
    return segment_key(ffmpeg.version, [event.file.digest], told)


def _lane_key(lane: Lane, samples: int, ffmpeg: FFmpeg) -> Digest:
    keys = [_event_key(event, ffmpeg) for event in lane.events]
    starts = [str(event.start) for event in lane.events]
    return segment_key("lane", keys, [*starts, str(samples)])


def _lane(lane: Lane, samples: int, studio: Studio, placed: Callable[[Event], Segment]) -> Segment:
    """A lane as a file; one that is a single event from the beginning on is that event's."""
    if len(lane.events) == 1 and not lane.events[0].start:
        return placed(lane.events[0])

    def make(path: Path) -> None:
        with path.open("wb") as file:
            for event in lane.events:
                file.seek(event.start * SOUND_FRAME)
                with placed(event).path.open("rb") as source:
                    shutil.copyfileobj(source, file)
            file.truncate(samples * SOUND_FRAME)

    return studio.segments.get(_lane_key(lane, samples, studio.ffmpeg), ".pcm", make)


def _sound_fault(event: Event, why: str, cause: StoryreelError | None = None) -> StoryreelError:
    said = (cause.details or "") if cause else ""
    return StoryreelError(
        f"The sound {event.file.path.name} {why}.",
        details="\n".join(part for part in (str(event.file.path), said) if part),
        hint="Save a sound copy of it as WAV, and render again.",
    )


def _all_of(jobs: Sequence[Future[T]]) -> list[T]:
    """What the jobs made, in order; the first failure is raised as soon as it is known."""
    done, _ = wait(jobs, return_when=FIRST_EXCEPTION)
    for job in jobs:
        if job in done:
            job.result()
    return [job.result() for job in jobs]
