"""A render is followed by its log alone, however it is cut up, torn or begun anew."""

from __future__ import annotations

import itertools
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.review.following import Following, LogReader, followed

CLIP = "c" * 64
LOG = [
    {"event": "began", "since": "2026-11-21T06:00:00+00:00", "pid": 1,
     "to_run": ["sh010", "sh010 take 2", "sh020", "sh030"]},
    {"event": "started", "shot": "sh010", "reason": "new"},
    {"event": "progressed", "shot": "sh010", "done": 0.5},
    {"event": "stored", "shot": "sh010", "take": 1, "clip": CLIP},
    {"event": "started", "shot": "sh010", "further": "take 2", "reason": "another take"},
    {"event": "failed", "shot": "sh020", "code": "x", "message": "It broke."},
    {"event": "skipped", "shot": "sh030", "because": "sh020"},
]  # fmt: skip


def test_the_events_of_a_render_add_up():
    """Who waits, who is being made and how far, who failed and why, what came."""
    begun = followed(Following(), LOG[:3])
    later = followed(begun, LOG[3:])

    assert begun.as_told() == {"since": LOG[0]["since"], "done": 0, "of": 4}
    assert begun.progress("sh010") == {"state": "making", "done": 0.5, "why": "new"}
    assert begun.progress("sh020") == {"state": "waiting", "done": None, "why": ""}
    assert begun.progress("sh040") is None
    assert later.as_told()["done"] == 3
    assert later.progress("sh010") == {"state": "making", "done": None, "why": "another take"}
    assert later.progress("sh020") == {"state": "failed", "done": None, "why": "It broke."}
    assert later.progress("sh030")["why"] == "it waits for sh020, which has no clip"
    assert later.stored == (("sh010", 1, CLIP),)
    assert followed(later, [{"event": "ended", "whole": True}]) == Following()


def test_lines_that_mean_nothing_change_nothing():
    """Another version's, torn ones, or ones somebody else wrote."""
    known = followed(Following(), LOG[:3])
    strange = [{}, {"event": "began"}, {"event": "stored", "shot": "sh010"}, {"event": 3},
               {"event": "progressed", "shot": "sh010", "done": "far"},
               {"event": "stored", "shot": "sh010", "take": 1, "clip": "../../x"}]  # fmt: skip

    assert followed(known, strange[:5]) == known
    assert followed(known, strange).stored == ()


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 600), max_size=6))
def test_a_log_that_grows_piece_by_piece_is_read_once(tmp_path_factory, cuts):
    """Every line comes whole and once, wherever the writer was interrupted."""
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    data = b"".join(json.dumps(line).encode() + b"\n" for line in LOG)
    reader, read = LogReader(path), []
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(places):
        with path.open("ab") as file:
            file.write(data[start:end])
        read += reader.news()

    assert read == LOG
    assert reader.news() == []


def test_a_log_begun_anew_is_read_from_its_beginning(tmp_path):
    """Another file in its place, longer or shorter; what is no JSON in it is passed over."""
    path = tmp_path / "events.jsonl"
    reader = LogReader(path)
    before = reader.news()
    path.write_text('{"event": "began"}\n')
    first = reader.news()
    (tmp_path / "next").write_text('{"event": "other"}\nno json\n[1]\n{"event": "more"}\n')
    (tmp_path / "next").replace(path)

    assert (before, first) == ([], [{"event": "began"}])
    assert reader.news() == [{"event": "other"}, {"event": "more"}]
