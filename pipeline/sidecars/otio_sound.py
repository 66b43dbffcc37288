"""The film's sound besides the shots' own, for an editor: a track for each lane of files.

Pieces lie on whole film frames, each edge rounded once from its exact moment, for an importer may
cut off what is less: so no error builds up, and none is over half a frame (a sound takes at least
one, and moves what follows within that frame). Levels, fades and what makes way for what are said
in words under ``storyreel``: OTIO has no levels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.film.laying import Event, Lane, sample_at
from pipeline.ids import Digest
from pipeline.sidecars import otio_schema as otio
from pipeline.sidecars.otio_schema import Data

_SAMPLES = sample_at(Fraction(1))  # a second
_NAMES = {"voice": "Voice", "cues": "Cues", "music": "Music"}


@dataclass(frozen=True, slots=True)
class SoundMedia:
    """A sound file's name, and where it is found."""

    name: str
    url: str


def sound_tracks(
    lanes: Sequence[Lane],
    media: Mapping[Digest, SoundMedia],
    film: tuple[int, Fraction],
    ours: str,
) -> list[Data]:
    """The lanes as tracks, in their order: ``Voice 1``, ``Cues 1``, ``Music 1``, ``Music 2``.

    Args:
        lanes: what is heard when.
        media: the files, by digest.
        film: its frames, which no track goes beyond, and its rate.
        ours: the name that metadata of ours stands under.
    """
    counted: dict[str, int] = {}
    tracks = []
    for lane in lanes:
        counted[lane.bus] = counted.get(lane.bus, 0) + 1
        name = f"{_NAMES[lane.bus]} {counted[lane.bus]}"
        tracks.append(otio.track(name, "Audio", [*_items(lane, media, film, ours)]))
    return tracks


def _items(
    lane: Lane, media: Mapping[Digest, SoundMedia], film: tuple[int, Fraction], ours: str
) -> Iterator[Data]:
    total, rate = film
    at = 0
    for event in lane.events:
        for first, last, skip in _pieces(event, rate):
            begin = max(first, at)
            end = min(max(last, begin + 1), total)
            if begin >= end:
                continue
            if begin > at:
                yield otio.gap(otio.time(begin - at, rate), {})
            at = end
            shown = otio.span(otio.time(skip * rate, rate), otio.time(end - begin, rate))
            yield _clip(event, media[event.file.digest], shown, rate, ours)


def _pieces(event: Event, rate: Fraction) -> Iterator[tuple[int, int, Fraction]]:
    """In which film frames a file is heard, from which of its seconds on; a loop turn by turn."""
    skip = Fraction(event.skip, _SAMPLES)
    start, end = Fraction(event.start, _SAMPLES), Fraction(event.end, _SAMPLES)
    once = event.file.seconds - skip
    times = math.ceil((end - start) / once) if event.loop and once * rate >= 1 else 1
    for turn in range(times):
        begins = start + turn * once
        ends = min(begins + once, end) if times > 1 else end
        first, last = round(begins * rate), round(ends * rate)
        if last > first or not turn:  # a click of less than half a frame is heard, for one
            yield first, last, skip


def _clip(event: Event, media: SoundMedia, shown: Data, rate: Fraction, ours: str) -> Data:
    # on the film's rate too: readers that count time code (FCP 7's XML) know none of 48000
    available = otio.span(otio.time(0, rate), otio.time(event.file.seconds * rate, rate))
    reference = otio.media(media.name, media.url, available)
    return otio.clip(media.name, reference, shown, (), {ours: _facts(event)})


def _facts(event: Event) -> dict[str, Any]:
    told = {
        "clip": event.file.digest,
        "kind": event.bus,
        "level_db": event.level,
        "fade_in_seconds": event.fade_in / _SAMPLES,
        "fade_out_seconds": event.fade_out / _SAMPLES,
        "duck": event.duck,
    }
    return {name: value for name, value in told.items() if value not in (0, "never")}


def untold_sound(lanes: Sequence[Lane], media: Mapping[Digest, SoundMedia]) -> dict[str, list[str]]:
    """By file, in words, what an editor has to do by hand, for the timeline cannot say it."""
    found: dict[str, list[str]] = {}
    for event in (event for lane in lanes for event in lane.events):
        words = found.setdefault(media[event.file.digest].name, [])
        words += [word for word in _untold(event) if word not in words]
    return {name: words for name, words in found.items() if words}


def _untold(event: Event) -> Iterator[str]:
    if event.level:
        yield f"level {event.level:+g} dB"
    if event.duck != "never":
        yield f"makes way for {'the voice' if event.duck == 'voice' else 'all else'}"
    tenth = _SAMPLES // 10  # shorter fades only keep an edge from clicking
    for samples, way in ((event.fade_in, "in"), (event.fade_out, "out")):
        if samples >= tenth:
            yield f"fades {way} over {samples / _SAMPLES:g}s"
