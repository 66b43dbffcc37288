"""Where a film comes from: the mark in its file, and FILM.provenance.json beside it.

The document (schema 1)::

    film, title           the file's name, the film's title
    digital_source_type   one of IPTC's addresses, as in the file itself
    frames, rate, size    the film's: a count, frames a second, "1920x1080"
    made_with             versions: storyreel, ffmpeg, joined_by
    shots                 in the order of the cut; each has
      shot, start, frames   its id, the film frame it begins on, how many there are
      clip                  SHA-256 of the clip's bytes
      origin                generated | drawn | unknown: by a model, by storyreel, by others
      take, model, route, job, seed, variation    as the lock and the clip's record know them
      prompt                SHA-256 of the prompt the model read
      inputs                by use (first_frame, references, clip): digests of pictures and clips
      ordered, delivered    ISO 8601 in UTC, where the journal is here

What is not known is absent. There is no key, link or prompt in it.

IPTC's vocabulary: http://cv.iptc.org/newscodes/digitalsourcetype/ (2025-10).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pipeline import __version__
from pipeline.files import as_bytes, digest_of_bytes, write_whole
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import Digest, ShotId
from pipeline.media.dressing import Dressing
from pipeline.models.catalog import FOOTAGE, models
from pipeline.plan.take import ADOPTED, Lock, Take
from pipeline.store.record import ClipRecord, MadeFor

SCHEMA = 1
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_INPUTS = ("first_frame", "last_frame", "references", "clip")

Origin = Literal["generated", "drawn", "unknown"]

Dates = Callable[[Digest], tuple[float, float] | None]
"""When a clip was ordered and delivered, in seconds since the epoch, where that is known."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a shot's clip comes from; what is not known is absent."""

    origin: Origin
    take: int | None = None
    model: str | None = None
    route: str | None = None
    job: str | None = None
    seed: int | None = None
    variation: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def sources_of(
    timeline: Timeline, lock: Lock, record: Callable[[Digest], ClipRecord | None]
) -> dict[ShotId, Source]:
    """Where each shot's clip comes from, by what is known of the very clip that is shown."""
    return {
        cut.shot: _source(cut.shot, cut.clip.digest, lock, record(cut.clip.digest))
        for cut in timeline.cuts
    }


def _source(shot: ShotId, clip: Digest, lock: Lock, record: ClipRecord | None) -> Source:
    takes = [take for take in lock.of(shot).takes if take.clip == clip]
    take = min(takes, key=lambda one: one.number, default=None)
    made = _made_for(shot, take, record)
    if take is None and made is None:
        return Source("unknown")
    known: Take | MadeFor | None = made or take
    return Source(
        origin=origin_of(known.model, known.route) if known else "unknown",
        take=take.number if take else None,
        model=known.model if known else None,
        route=known.route if known else None,
        job=(take and take.job) or (made and made.job) or None,
        seed=known.seed if known else None,
        variation=known.variation if known else None,
        fields=made.fields if made else {},
    )


def _made_for(shot: ShotId, take: Take | None, record: ClipRecord | None) -> MadeFor | None:
    """What the clip was made for: that take's request, else that shot's, else the first."""
    if record is None or not record.made:
        return None
    by_key = (made for made in record.made if take and made.key == take.key)
    by_name = (made for made in record.made if made.label == shot)
    return next(by_key, None) or next(by_name, record.made[0])


def origin_of(model: str, route: str | None) -> Origin:
    """Who made a clip: what a person brought may be anything."""
    if model == FOOTAGE or route == ADOPTED:
        return "unknown"
    known = models().get(model)
    return "drawn" if known and known.built_in else "generated"


def source_type(origins: Iterable[Origin]) -> str:
    """IPTC's digital source type of a film of clips from there.

    Only from models: trained; some from models: a composite with such; drawn by storyreel alone:
    made by an algorithm that was not trained. Else a composite "of several elements, any of which
    may or may not be generative AI".
    """
    found = set(origins)
    if found == {"generated"}:
        return f"{IPTC}trainedAlgorithmicMedia"
    if "generated" in found:
        return f"{IPTC}compositeWithTrainedAlgorithmicMedia"
    return f"{IPTC}algorithmicMedia" if found == {"drawn"} else f"{IPTC}composite"


_IN_WORDS = {
    "trainedAlgorithmicMedia": "AI-generated: every shot was made by a generative model.",
    "compositeWithTrainedAlgorithmicMedia": "Partly AI-generated: some shots were made by a "
    "generative model.",
    "algorithmicMedia": "Drawn by a program; no generative model was used.",
    "composite": "Composed of clips that its author supplied.",
}


def marks_of(address: str) -> Dressing:
    """What every file of a film with this source type says of itself."""
    return Dressing(
        comment=f"{_IN_WORDS[address.removeprefix(IPTC)]} {address}", source_type=address
    )


def provenance(
    film: str,
    timeline: Timeline,
    sources: Mapping[ShotId, Source],
    *,
    ffmpeg: str,
    joiner: str,
    dates: Dates,
) -> dict[str, Any]:
    """The document for the file named ``film``; the same film gives the same document."""
    return {
        "schema": SCHEMA,
        "film": film,
        "title": timeline.title,
        "digital_source_type": source_type(source.origin for source in sources.values()),
        "frames": timeline.frames,
        "rate": str(timeline.rate),
        "size": f"{timeline.size.width}x{timeline.size.height}",
        "made_with": {"storyreel": __version__, "ffmpeg": ffmpeg, "joined_by": joiner},
        "shots": [
            _shot(cut, start, sources[cut.shot], dates(cut.clip.digest))
            for cut, start in zip(timeline.cuts, timeline.starts, strict=True)
        ],
    }


def _shot(
    cut: Cut, start: int, source: Source, dates: tuple[float, float] | None
) -> dict[str, Any]:
    fields = source.fields
    prompt = fields.get("prompt")
    told = {
        "shot": cut.shot,
        "start": start,
        "frames": cut.frames,
        "clip": cut.clip.digest,
        "origin": source.origin,
        "take": source.take,
        "model": source.model,
        "route": source.route,
        "job": source.job,
        "seed": source.seed,
        "variation": source.variation,
        "prompt": digest_of_bytes(prompt.encode()) if prompt else None,
        "inputs": {name: fields[name].split() for name in _INPUTS if fields.get(name)},
        "ordered": _date(dates[0]) if dates else None,
        "delivered": _date(dates[1]) if dates else None,
    }
    return {name: value for name, value in told.items() if value not in (None, {})}


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def provenance_path(film: Path) -> Path:
    """Where a film's provenance lies."""
    return film.with_suffix(".provenance.json")


def write_provenance(film: Path, document: Mapping[str, Any]) -> None:
    """Write it beside the film, unless just that lies there.

    Raises:
        OSError: it cannot be written.
    """
    write_unless_there(
        provenance_path(film), json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    )


def write_unless_there(path: Path, text: str) -> None:
    """Write a small text, unless the file holds just that.

    Raises:
        OSError: it cannot be written.
    """
    try:
        if path.read_bytes() == as_bytes(text):
            return
    except OSError:
        pass  # absent, or unreadable: writing will tell
    write_whole(path, text)
