from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.lanes import FrameCounter, OffGridError, SoundGrid, SoundOffGridError

PACKET = 1024
BASE = Fraction(1, 48_000)


def test_frames_are_counted_whatever_the_order_of_decoding() -> None:
    """Stamps become numbers, each once; the count is whole only when all came."""
    counter = FrameCounter(Fraction(512), 1024, 3)
    assert [counter.number(stamp) for stamp in (1024, 2048, 1536)] == [0, 2, 1]
    counter.check_whole()


def test_rounded_stamps_are_still_the_frames_they_mean() -> None:
    """Milliseconds of 24 frames a second (Matroska) are off by up to half a tick."""
    counter = FrameCounter(Fraction(1000, 24), 0, 5)
    assert [counter.number(stamp) for stamp in (0, 42, 83, 125, 167)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("stamps", "why"),
    [
        ((0, 512, 512), "exactly 3"),
        ((0, 512), "exactly 3"),
        ((0, 512, 1024, 1536), "exactly 3"),
        ((0, 700, 1024), "evenly"),
        ((0, None), "time stamp"),
        ((-512, 0), "exactly 3"),
    ],
)
def test_what_is_no_run_of_frames_is_refused(stamps: tuple[int | None, ...], why: str) -> None:
    """One frame twice, missing, too many, uneven, without a stamp, before the start."""
    with pytest.raises(OffGridError, match=why):
        count(FrameCounter(Fraction(512), 0, 3), stamps)


def count(counter: FrameCounter, stamps: tuple[int | None, ...]) -> None:
    for stamp in stamps:
        counter.number(stamp)
    counter.check_whole()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=30),
    st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60)]),
    st.sampled_from([0, -1024, -2112, 300]),
)
def test_sound_never_leaves_its_place_by_more_than_half_a_packet(
    lengths: list[int], rate: Fraction, priming: int
) -> None:
    """The law of the copied sound: at every cut, over any film, half a packet and no drift."""
    grid = SoundGrid(48_000)
    frame = 0
    for length in lengths:
        start = frame / rate
        grid.begin_clip(start, BASE)
        slots = [grid.slot(priming + place * PACKET, PACKET) for place in range(5)]
        assert slots == list(range(slots[0], slots[0] + 5))
        off = grid.pts(slots[0]) - (start * 48_000 + priming)
        assert abs(off) <= PACKET // 2 + 1
        frame += length


def test_a_hole_in_the_sound_is_refused() -> None:
    """Packets that leave a hole would move all that follows."""
    grid = SoundGrid(48_000)
    grid.begin_clip(Fraction(0), BASE)
    grid.slot(0, PACKET)
    with pytest.raises(SoundOffGridError, match="hole"):
        grid.slot(PACKET * 4, PACKET)


def test_a_sound_that_begins_late_is_refused() -> None:
    """A film's sound begins with its picture, or is made to by encoding it."""
    grid = SoundGrid(48_000)
    grid.begin_clip(Fraction(0), BASE)
    with pytest.raises(SoundOffGridError, match="begin"):
        grid.slot(PACKET, PACKET)


def test_stamps_longer_than_a_sample_are_refused() -> None:
    """By Matroska's milliseconds a packet of 1024 samples would be laid as one of 1008."""
    with pytest.raises(SoundOffGridError, match="longer than a sample"):
        SoundGrid(48_000).begin_clip(Fraction(0), Fraction(1, 1000))
