"""A render's log: the lines machines are told, begun anew each time, never a reason to fail."""

from __future__ import annotations

import json
import stat

import pytest

from pipeline.api import my_turn, plan_film, render_film
from pipeline.errors import UsageError
from pipeline.ids import ShotId
from pipeline.run.events import Failed, Found, Noted, Progressed, Skipped, Started
from pipeline.sidecars.happened import HappenedLog, cutting, happened, happened_path

BOARD = """\
storyboard: 1
title: Log
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {model: animatic, duration: 0.25s}
shots:
  - {id: sh010, prompt: One.}
  - {id: sh020, prompt: Two., first_frame: sh010.last}
"""


def lines(folder):
    return [json.loads(line) for line in happened_path(folder).read_text().splitlines()]


@pytest.fixture
def planned(tmp_path):
    board = tmp_path / "storyboards" / "log.storyboard.yaml"
    board.parent.mkdir()
    board.write_text(BOARD)
    return plan_film(board)


def test_a_render_writes_what_happens(planned):
    """From ``began``, with what is to be made, to ``ended``; each shot begun and stored."""
    folder = planned.places.folder
    with my_turn(planned.places):
        rendered = render_film(planned)
    told = lines(folder)
    of_shots = [(one["event"], one["shot"]) for one in told if "shot" in one]

    assert rendered.log_fault == ""
    assert (told[0]["event"], told[0]["to_run"]) == ("began", ["sh010", "sh020"])
    assert told[-1] == {"schema": 1, "event": "ended", "whole": True}
    assert [what for what in of_shots if what[0] != "progressed"] == [
        ("started", "sh010"), ("stored", "sh010"), ("started", "sh020"), ("stored", "sh020"),
    ]  # fmt: skip
    assert told[-2] == {"schema": 1, "event": "cutting", "frames": 5, "of": 5}
    assert stat.S_IMODE(happened_path(folder).stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_fails_nothing(planned):
    """A folder stands in its place: the film is made, and the fault is told once."""
    happened_path(planned.places.folder).mkdir(parents=True)
    with my_turn(planned.places):
        rendered = render_film(planned)

    assert rendered.film.is_file()
    assert rendered.log_fault.startswith("events.jsonl: ")


def test_each_render_begins_a_new_file(tmp_path):
    """Who follows the old one sees that it is another, however long it had become."""
    with HappenedLog(tmp_path, ["a"]), happened_path(tmp_path).open() as old:
        with HappenedLog(tmp_path, ["b"]):
            pass
        first = json.loads(old.readline())

    assert first["to_run"] == ["a"]
    assert lines(tmp_path)[0]["to_run"] == ["b"]


def test_an_error_ends_the_log_too(tmp_path):
    """It says that it was not all."""
    with pytest.raises(UsageError), HappenedLog(tmp_path, []):
        raise UsageError("No.")

    assert lines(tmp_path)[-1]["whole"] is False


def test_how_far_a_shot_is_is_written_twice_a_second_at_most(tmp_path):
    """For each shot by itself, and for the cut, whose end is always written."""
    clock = [0.0]
    with HappenedLog(tmp_path, [], now=lambda: clock[0]) as log:
        for tenth in range(11):
            clock[0] = tenth / 10
            log.hear(Progressed(ShotId("sh010"), tenth / 10))
            log.hear(Progressed(ShotId("sh020"), tenth / 20))
            log.cut(tenth, 10)
        log.cut(10, 10)
    told = lines(tmp_path)

    assert [one["done"] for one in told if one.get("shot") == "sh010"] == [0.0, 0.5, 1.0]
    assert [one["done"] for one in told if one.get("shot") == "sh020"] == [0.0, 0.25, 0.5]
    assert [one["frames"] for one in told if one["event"] == "cutting"] == [0, 5, 10, 10]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Started(ShotId("sh010"), "new"), {"event": "started", "shot": "sh010", "reason": "new"}),
        (
            Progressed(ShotId("sh010 take 2 of 3"), 0.33333),
            {"event": "progressed", "shot": "sh010", "further": "take 2 of 3", "done": 0.333},
        ),
        (
            Found(ShotId("sh010"), "c", None),
            {"event": "found", "shot": "sh010", "clip": "c", "take": None},
        ),
        (
            Failed(ShotId("sh010"), UsageError("No.", hint="Say yes.")),
            {"event": "failed", "shot": "sh010", "code": "usage", "message": "No.",
             "hint": "Say yes."},
        ),
        (
            Skipped(ShotId("sh020"), ShotId("sh010")),
            {"event": "skipped", "shot": "sh020", "because": "sh010"},
        ),
        (Noted(ShotId("sh010"), "é\udce9"), {"event": "noted", "shot": "sh010", "text": "é\udce9"}),
    ],
)  # fmt: skip
def test_an_event_is_told_in_its_own_words(event, told, tmp_path):
    """The same line for ``render --json`` and for the log; names that are no UTF-8 too."""
    with HappenedLog(tmp_path, []) as log:
        log.hear(event)

    assert happened(event) == {"schema": 1, **told}
    assert len(lines(tmp_path)) == 3


def test_the_cut_tells_how_long_it_will_take_while_it_runs():
    """At its end nothing is left."""
    assert cutting(1, 4, 2.04)["seconds_left"] == 2.0
    assert "seconds_left" not in cutting(4, 4, 0.0)
