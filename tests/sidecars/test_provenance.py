"""Where a film comes from: the right word of IPTC's, and a document without a secret."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pytest

from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.media.facts import ClipFacts
from pipeline.plan.take import ADOPTED, Lock, ShotTakes, Take
from pipeline.sidecars.provenance import (
    IPTC,
    Origin,
    marks_of,
    origin_of,
    provenance,
    source_type,
    sources_of,
    write_provenance,
)
from pipeline.store.clip import Clip
from pipeline.store.record import ClipRecord, MadeFor
from pipeline.storyboard.shot import Size

FACTS = ClipFacts(
    72, 48, Fraction(24), 24, False, "h264", "yuv420p", None, None, None, None, 0, "p", None
)
PROMPT = '["A very secret fox."]'


def clip(name: str) -> Clip:
    return Clip(Digest(name * 64), Path(f"/store/{name}.mp4"), FACTS)


def film_of(*names: str) -> Timeline:
    cuts = tuple(Cut(ShotId(f"sh{n}"), clip(n), 0, 24, "bars", False) for n in names)
    return Timeline("Film", Size(72, 48), Fraction(24), cuts)


def take(name: str, model: str, **more: object) -> ShotTakes:
    return ShotTakes(
        takes=(Take(3, TakeKey(f"k{name}"), Digest(name * 64), model, **more),)  # type: ignore[arg-type]
    )


def record(name: str, model: str, **more: object) -> ClipRecord:
    fields = {"prompt": PROMPT, "first_frame": "f" * 64, "references": f"{'1' * 64} {'2' * 64}"}
    made = MadeFor(TakeKey(f"k{name}"), f"sh{name}", fields, model, **more)  # type: ignore[arg-type]
    return ClipRecord(Digest(name * 64), 1, 1, FACTS, (made,))


@pytest.mark.parametrize(
    ("origins", "word"),
    [
        (["generated", "generated"], "trainedAlgorithmicMedia"),
        (["generated", "drawn"], "compositeWithTrainedAlgorithmicMedia"),
        (["generated", "unknown"], "compositeWithTrainedAlgorithmicMedia"),
        (["drawn"], "algorithmicMedia"),
        (["unknown"], "composite"),
        (["drawn", "unknown"], "composite"),
    ],
)
def test_the_word_is_the_honest_one(origins: list[Origin], word: str) -> None:
    """Trained media only where a model made it: no draft, no footage nobody vouches for."""
    assert source_type(origins) == f"{IPTC}{word}"
    assert marks_of(source_type(origins)).comment.endswith(f" {IPTC}{word}")


def test_who_made_a_clip() -> None:
    """A vendor's model generates, storyreel draws, what a person brought may be anything."""
    assert origin_of("happyhorse-1.1", "apiframe") == "generated"
    assert origin_of("a-model-of-tomorrow", None) == "generated"
    assert origin_of("animatic", None) == "drawn"
    assert origin_of("footage", None) == "unknown"
    assert origin_of("happyhorse-1.1", ADOPTED) == "unknown"


def test_the_document_tells_each_shot() -> None:
    """Take, route, job, seed, digests and dates; what is not known is absent."""
    lock = Lock(
        shots={ShotId("sha"): take("a", "happyhorse-1.1", route="apiframe", job="j7", seed=5)}
    )
    records = {
        Digest("a" * 64): record("a", "happyhorse-1.1", route="apiframe", seed=6),
        Digest("b" * 64): record("b", "animatic"),
    }
    timeline = film_of("a", "b", "c")
    sources = sources_of(timeline, lock, records.get)

    told = provenance(
        "film.mp4",
        timeline,
        sources,
        ffmpeg="ffmpeg version 9",
        joiner="PyAV 18",
        dates=MappingProxyType({Digest("a" * 64): (1_700_000_000.5, 1_700_000_060.0)}).get,
    )

    assert told["digital_source_type"] == f"{IPTC}compositeWithTrainedAlgorithmicMedia"
    assert told["made_with"]["ffmpeg"] == "ffmpeg version 9"
    generated, drawn, unknown = told["shots"]
    assert generated == {
        "shot": "sha",
        "start": 0,
        "frames": 24,
        "clip": "a" * 64,
        "origin": "generated",
        "take": 3,
        "model": "happyhorse-1.1",
        "route": "apiframe",
        "job": "j7",
        "seed": 6,
        "variation": 1,
        "prompt": generated["prompt"],
        "inputs": {"first_frame": ["f" * 64], "references": ["1" * 64, "2" * 64]},
        "ordered": "2023-11-14T22:13:20Z",
        "delivered": "2023-11-14T22:14:20Z",
    }
    assert len(generated["prompt"]) == 64
    assert "take" not in drawn
    assert drawn["origin"] == "drawn"
    assert unknown == {
        "shot": "shc", "start": 48, "frames": 24, "clip": "c" * 64, "origin": "unknown"
    }  # fmt: skip
    assert "secret" not in json.dumps(told)


def test_an_unchanged_document_is_left_alone(tmp_path: Path) -> None:
    """Writing the same again does not touch the file; another document replaces it."""
    film = tmp_path / "film.mp4"
    write_provenance(film, {"schema": 1})
    before = (tmp_path / "film.provenance.json").stat()
    write_provenance(film, {"schema": 1})
    assert (tmp_path / "film.provenance.json").stat().st_mtime_ns == before.st_mtime_ns
    write_provenance(film, {"schema": 2})
    assert json.loads((tmp_path / "film.provenance.json").read_bytes()) == {"schema": 2}
