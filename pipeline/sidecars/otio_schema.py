"""OpenTimelineIO's nouns as plain data: what its JSON calls a clip, a transition, a track.

Written as opentimelineio 0.17 and 0.18 write them (the schema versions that Resolve 18.5 and
Premiere 25.6 read), so that neither is needed to write one. Times are values on a rate; a rate is
the nearest double to the exact fraction, just what the library itself has for 24000/1001.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

Data = dict[str, Any]

_KEY = "DEFAULT_MEDIA"


def time(value: Fraction | int, rate: Fraction) -> Data:
    """``value`` frames on ``rate``."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}


def span(start: Data, duration: Data) -> Data:
    """From ``start`` on, for ``duration``."""
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": start, "duration": duration}


def media(name: str, url: str, available: Data) -> Data:
    """A media file, and all there is of it."""
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": name,
        "available_range": available,
        "available_image_bounds": None,
        "target_url": url,
    }


def missing(name: str) -> Data:
    """A media file that is not there; nobody knows how much there will be of it."""
    return {
        "OTIO_SCHEMA": "MissingReference.1",
        "metadata": {},
        "name": name,
        "available_range": None,
        "available_image_bounds": None,
    }


def clip(
    name: str,
    reference: Data,
    shown: Data,
    effects: Sequence[Data],
    metadata: Mapping[str, Any],
    markers: Sequence[Data] = (),
) -> Data:
    """A piece of media in a track."""
    return {
        **_item("Clip.2", name, shown, effects, metadata),
        "markers": [*markers],
        "media_references": {_KEY: reference},
        "active_media_reference_key": _KEY,
    }


def marker(name: str, comment: str, marked: Data) -> Data:
    """Something said of a moment of a clip, in the time of its media."""
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {},
        "name": name,
        "color": "RED",
        "comment": comment,
        "marked_range": marked,
    }


def gap(duration: Data, metadata: Mapping[str, Any]) -> Data:
    """Nothing, for a while."""
    start = time(0, Fraction(duration["rate"]))
    return _item("Gap.1", "", span(start, duration), (), metadata)


def transition(
    name: str, kind: str, offsets: tuple[Data, Data], metadata: Mapping[str, Any]
) -> Data:
    """One item becoming the next; ``offsets`` are its parts before and behind the cut."""
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": dict(metadata),
        "name": name,
        "in_offset": offsets[0],
        "out_offset": offsets[1],
        "transition_type": kind,
    }


def time_warp(scalar: Fraction) -> Data:
    """A speed: ``scalar`` seconds of media for one of film; 0 stands still."""
    kind = "LinearTimeWarp" if scalar else "FreezeFrame"
    return {
        "OTIO_SCHEMA": f"{kind}.1",
        "metadata": {},
        "name": "",
        "effect_name": kind,
        "enabled": True,
        "time_scalar": float(scalar),
    }


def track(name: str, kind: Literal["Video", "Audio"], children: Sequence[Data]) -> Data:
    """Items one after another."""
    return {**_item("Track.1", name, None, (), {}), "kind": kind, "children": [*children]}


def stack(children: Sequence[Data], metadata: Mapping[str, Any]) -> Data:
    """Tracks one above another."""
    return {**_item("Stack.1", "tracks", None, (), metadata), "children": [*children]}


def timeline(name: str, start: Data, tracks: Data, metadata: Mapping[str, Any]) -> Data:
    """The whole; ``start`` is the time code of its first frame."""
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": dict(metadata),
        "name": name,
        "global_start_time": start,
        "tracks": tracks,
    }


def _item(
    schema: str, name: str, shown: Data | None, effects: Sequence[Data], metadata: Mapping[str, Any]
) -> Data:
    return {
        "OTIO_SCHEMA": schema,
        "metadata": dict(metadata),
        "name": name,
        "source_range": shown,
        "effects": [*effects],
        "markers": [],
        "enabled": True,
        "color": None,
    }
