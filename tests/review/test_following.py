"""A render is followed by its log alone, however it is cut up, torn or begun anew."""

from __future__ import annotations

import itertools
import json
import os

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


def test_a_log_that_is_no_file_is_none(tmp_path):
    """A pipe that nobody writes to, a device without an end, a folder: nobody waits for them."""
    path = tmp_path / "events.jsonl"
    for make in (os.mkfifo, type(path).mkdir, lambda at: at.symlink_to("/dev/zero")):
        make(path)
        assert LogReader(path).news() == []
        path.rename(tmp_path / f"{len(list(tmp_path.iterdir()))}")


def test_a_log_written_over_is_read_anew(tmp_path):
    """Systems give a file's number again, so that another log, a longer one, may have the same."""
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "began", "pid": 1}\n')
    reader = LogReader(path)
    reader.news()
    path.write_text('{"event": "began", "pid": 2}\n{"event": "ended"}\n')

    assert [line["event"] for line in reader.news()] == ["began", "ended"]


def test_of_a_log_that_is_very_long_the_beginning_and_the_end_are_read(tmp_path):
    """Nobody's memory is filled by it, nor by a line that never ends."""
    path = tmp_path / "events.jsonl"
    line = b'{"event": "x", "text": "' + b"y" * 100_000 + b'"}\n'
    path.write_bytes(b'{"event": "began"}\n' + line * 60 + b'{"event": "last"}\n')
    reader = LogReader(path)
    told = [one["event"] for one in reader.news()]

    assert (told[0], told[-1]) == ("began", "last")
    assert len(told) < 50
    with path.open("ab") as file:
        file.write(b"z" * 5_000_000)
    assert reader.news() in ([], [{"event": "began"}])
    with path.open("ab") as file:
        file.write(b'\n{"event": "after"}\n')
    assert reader.news()[-1] == {"event": "after"}


def test_what_json_has_no_number_for_is_not_told_on(tmp_path):
    """A page could read nothing of a state with such a number in it."""
    path = tmp_path / "events.jsonl"
    numbers = ("NaN", "Infinity", "1e999", "0.5")
    path.write_text("".join(f'{{"event": "progressed", "done": {one}}}\n' for one in numbers))

    assert LogReader(path).news() == [{"event": "progressed", "done": 0.5}]
