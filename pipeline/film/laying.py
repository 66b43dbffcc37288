"""The film's sound besides the shots' own: which file is heard from which sample to which, how.

Decides, opens nothing. Places are whole samples counted from the film's beginning, each rounded
once from an exact moment, so no error builds up over any length of film.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.film.timeline import Timeline
from pipeline.media.sound_filters import FADE, SOUND_RATE
from pipeline.storyboard.anchors import Spans
from pipeline.storyboard.soundtrack import Cue, Ducking, Piece, Sound, SoundFile, Spoken

Bus = Literal["voice", "cues", "music"]


@dataclass(frozen=True, slots=True)
class Event:
    """A file heard for ``samples`` from film sample ``start`` on, from its own sample ``skip``.

    ``fade_in`` and ``fade_out`` are in samples, ``level`` in dB. ``loop`` begins it again, from
    ``skip``, where it ends.
    """

    bus: Bus
    file: SoundFile
    start: int
    samples: int
    skip: int = 0
    level: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    loop: bool = False
    duck: Ducking = "never"

    @property
    def end(self) -> int:
        """The film sample behind its last."""
        return self.start + self.samples


def sample_at(seconds: Fraction) -> int:
    """The sample nearest to a moment."""
    return round(seconds * SOUND_RATE)


def film_samples(timeline: Timeline) -> int:
    """How many samples the film's sound has."""
    return sample_at(timeline.frames / timeline.rate)


def spans_of(timeline: Timeline) -> Spans:
    """Where each shot begins and ends, in film frames."""
    starts = timeline.starts
    return {
        cut.shot: (start, start + cut.frames)
        for cut, start in zip(timeline.cuts, starts, strict=True)
    }


def lay_events(
    timeline: Timeline, sound: Sound, spoken: Mapping[int, SoundFile]
) -> tuple[Event, ...]:
    """All that is heard besides the shots, in the order of the board.

    Args:
        timeline: the film.
        sound: what its board says.
        spoken: by place in ``voice_over``, what a scratch voice has made of lines without a file.
            A line that is not there is not heard.
    """
    laying = _Laying(spans_of(timeline), timeline.rate, film_samples(timeline))
    lines = ((place, line, line.file or spoken.get(place)) for place, line in
             enumerate(sound.voice_over))  # fmt: skip
    events = [
        *(laying.spoken(line, file) for _, line, file in lines if file),
        *(laying.cue(cue) for cue in sound.cues),
        *(laying.piece(piece) for piece in sound.music),
    ]
    return tuple(event for event in events if event is not None)


@dataclass(frozen=True, slots=True)
class _Laying:
    spans: Spans
    rate: Fraction
    total: int

    def spoken(self, line: Spoken, file: SoundFile) -> Event | None:
        start = sample_at(line.at.at(self.spans, self.rate))
        return self._whole("voice", file, start, line.level)

    def cue(self, cue: Cue) -> Event | None:
        start = sample_at(cue.at.at(self.spans, self.rate))
        return self._whole("cues", cue.file, start, cue.level)

    def _whole(self, bus: Bus, file: SoundFile, start: int, level: float) -> Event | None:
        """All of a file, or as much as the film has room for."""
        there = sample_at(file.seconds)
        samples = min(there, self.total - start)
        if samples <= 0:
            return None
        cut_off = FADE if samples < there else 0
        return Event(bus, file, start, samples, level=level, fade_out=min(cut_off, samples))

    def piece(self, piece: Piece) -> Event | None:
        start = sample_at(piece.begins.at(self.spans, self.rate))
        until = piece.until.at(self.spans, self.rate) if piece.until else None
        end = self.total if until is None else min(sample_at(until), self.total)
        skip = sample_at(piece.skip)
        left = sample_at(piece.file.seconds) - skip
        samples = end - start if piece.loop else min(left, end - start)
        if samples <= 0 or left <= 0:
            return None
        return Event(
            "music",
            piece.file,
            start,
            samples,
            skip=skip,
            level=piece.level,
            fade_in=min(samples, max(FADE, sample_at(piece.fade_in))),
            fade_out=min(samples, max(FADE, sample_at(piece.fade_out))),
            loop=piece.loop and left < samples,
            duck=piece.duck,
        )


def in_lanes(events: Iterable[Event]) -> tuple[tuple[Event, ...], ...]:
    """The events in as few lanes as can be, so that in none two are heard at once."""
    lanes: list[list[Event]] = []
    for event in sorted(events, key=lambda event: (event.start, event.end)):
        lane = next((lane for lane in lanes if lane[-1].end <= event.start), None)
        if lane is None:
            lanes.append([event])
        else:
            lane.append(event)
    return tuple(tuple(lane) for lane in lanes)


@dataclass(frozen=True, slots=True)
class Lane:
    """Events of one bus that follow one another."""

    bus: Bus
    duck: Ducking
    events: tuple[Event, ...]


def lay_lanes(events: Sequence[Event]) -> tuple[Lane, ...]:
    """All events in lanes: voices, cues, then music by what it makes way for."""
    return tuple(_lanes(events))


def _lanes(events: Sequence[Event]) -> Iterator[Lane]:
    kinds: dict[tuple[Bus, Ducking], list[Event]] = {}
    for event in events:
        kinds.setdefault((event.bus, event.duck), []).append(event)
    for (bus, duck), found in kinds.items():
        yield from (Lane(bus, duck, lane) for lane in in_lanes(found))
