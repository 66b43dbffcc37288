"""The laws of when frames are shown, without opening a clip."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.container import FramePacket
from pipeline.media.timetable import STANDARD_RATES, from_packets, from_times
from pipeline.timing import frame_on_screen

RATES = st.sampled_from(STANDARD_RATES)
SECONDS = st.fractions(0, 20, max_denominator=10_000)


def packet(pts: int | None, *, key: bool = False, hidden: bool = False) -> FramePacket:
    return FramePacket(pts=pts, duration=1, key=key, hidden=hidden, torn=False)


@settings(max_examples=60, deadline=None)
@given(rate=RATES, frames=st.integers(2, 300), first=st.integers(-500, 500))
def test_a_claimed_rate_survives_milliseconds(rate: Fraction, frames: int, first: int) -> None:
    """Times rounded to milliseconds still give the exact rate that the container claims."""
    times = [first + round(1000 * place / rate) for place in range(frames)]
    found = from_times(times, 0, Fraction(1, 1000), [rate])

    assert (found.rate, found.variable, found.frames) == (rate, False, frames)


@settings(max_examples=60, deadline=None)
@given(rate=RATES, frames=st.integers(1, 100), seconds=SECONDS)
def test_even_frames_follow_the_one_law(rate: Fraction, frames: int, seconds: Fraction) -> None:
    """An even clip shows at any moment what ``timing`` says, and its last frame after its end."""
    found = from_times(range(frames), 1, 1 / rate, [])

    assert found.on_screen(seconds) == min(frame_on_screen(seconds, rate), frames - 1)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.integers(1, 50), min_size=3, max_size=40), seconds=SECONDS)
def test_uneven_frames_are_shown_when_their_time_has_come(
    steps: list[int], seconds: Fraction
) -> None:
    """The frame on the screen is the last whose time is not after the moment."""
    times = [sum(steps[:place]) + 7 for place in range(len(steps))]
    found = from_times(times, steps[-1], Fraction(1, 100), [])
    if found.variable:
        come = [time for time in times if (time - 7) * Fraction(1, 100) <= seconds]

        assert found.on_screen(seconds) == len(come) - 1


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_the_average_rate_fits_the_whole_length(steps: list[int]) -> None:
    """Frames divided by the rate is the time from the first frame to the end of the last."""
    times = [sum(steps[:place]) for place in range(len(steps))]
    found = from_times(times, steps[-1], Fraction(1, 100), [])
    if found.variable:
        assert found.frames / found.rate == Fraction(sum(steps), 100)


def test_reordered_packets_are_shown_in_order() -> None:
    """Packets come in the order of decoding; times come out in the order of showing."""
    packets = [packet(0, key=True), packet(3), packet(1), packet(2), packet(4)]
    found = from_packets(packets, Fraction(1, 24), [])

    assert found is not None
    assert found.times == (0, 1, 2, 3, 4)
    assert found.rate == 24


def test_hidden_packets_are_not_shown() -> None:
    """What an edit list cuts away has no time on the screen."""
    packets = [packet(-2, key=True, hidden=True), packet(-1, hidden=True), packet(0), packet(1)]
    found = from_packets(packets, Fraction(1, 24), [])

    assert found is not None
    assert found.times == (0, 1)


def test_packets_that_do_not_tell_are_not_believed() -> None:
    """No key first, frames that lean on one before it, times missing or given twice."""
    doubtful = [
        [],
        [packet(0), packet(1)],
        [packet(2, key=True), packet(0), packet(1), packet(3)],
        [packet(0, key=True), packet(None)],
        [packet(None, key=True), packet(1)],
        [packet(0, key=True), packet(1), packet(1)],
        [packet(0, key=True, hidden=True)],
    ]

    for packets in doubtful:
        assert from_packets(packets, Fraction(1, 24), []) is None
