"""How far the cut is, in frames, and how long it will still take, as soon as that is known."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli.pace import Pace, spell_left
from pipeline.cli.progress import JsonProgress, PlainProgress


class Hands:
    """A clock set by hand."""

    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time


def test_nothing_is_promised_before_it_is_known():
    """Not at once, and not while nothing has come in the last seconds."""
    pace = Pace()
    assert pace.left(0, 100, 0.0) is None
    assert pace.left(10, 100, 1.0) is None
    assert pace.left(20, 100, 2.0) == 8.0
    assert Pace().left(100, 100, 5.0) is None


def test_it_goes_by_the_last_seconds():
    """Kept pieces come at once; what is encoded after them sets the pace."""
    pace = Pace()
    for moment in range(31):
        left = pace.left(1000 + moment, 1100, float(moment))
    assert left == 70.0
    assert pace.left(1030, 1100, 60.0) is None  # it stands


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 1000), st.integers(2, 60))
def test_an_even_pace_is_foretold_exactly(rate, seconds):
    """At so many a second, what is left takes what is left over that many."""
    pace = Pace()
    told = [pace.left(int(rate * 1000 * n), 10**9, float(n)) for n in range(seconds + 1)]
    done = int(rate * 1000 * seconds)
    assert told[-1] is not None
    assert abs(told[-1] * rate * 1000 / (10**9 - done) - 1) < 0.06


def test_plain_lines_come_seldom_and_say_what_is_left(capfd):
    """One at the beginning, then one every ten seconds, none at the end."""
    clock = Hands()
    shown = PlainProgress(clock)
    for second in range(26):
        clock.time = 100.0 + second
        shown.tell(second * 10, 250)
    assert capfd.readouterr().err.splitlines() == [
        "cutting 250 frames",
        "cut 100 of 250 frames, about 15 s left",
        "cut 200 of 250 frames, about 5 s left",
    ]


def test_json_lines_tell_frames_and_seconds(capfd):
    """Twice a second at most; the last one says that all is done."""
    clock = Hands()
    shown = JsonProgress(clock)
    for step in range(41):
        clock.time = 100.0 + step / 10
        shown.tell(step, 40)
    told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [one["frames"] for one in told] == [0, 5, 10, 15, 20, 25, 30, 35, 40]
    assert {one["of"] for one in told} == {40}
    assert [one.get("seconds_left") for one in told][3:6] == [None, 2.0, 1.5]
    assert "seconds_left" not in told[-1]


def test_time_left_is_told_as_people_do():
    """Seconds, minutes, hours; never none at all."""
    told = [spell_left(seconds) for seconds in (0.2, 40.4, 700, 10_000)]
    assert told == [f"about {time} left" for time in ("1 s", "40 s", "12 min", "3 h")]
