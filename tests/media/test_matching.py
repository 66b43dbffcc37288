from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.matching import PLAIN, Grade, Levels, grade_to

Counts = tuple[int, ...]


def levels_of(*codes: list[int]) -> Levels:
    return tuple(tuple(channel.count(code) for code in range(256)) for channel in codes)


def moments(counts: Counts) -> tuple[float, float]:
    total = sum(counts)
    mean = sum(code * n for code, n in enumerate(counts)) / total
    return mean, (sum(n * (code - mean) ** 2 for code, n in enumerate(counts)) / total) ** 0.5


CODES = st.lists(st.integers(0, 255), min_size=3, max_size=30)
LEVELS = st.builds(levels_of, CODES, CODES, CODES)


@settings(max_examples=25, deadline=None)
@given(LEVELS, LEVELS)
def test_no_grade_clips_or_turns_anything_round(mine: Levels, its: Levels) -> None:
    """Black and white stay, every code keeps its order, and a grade is within its limits."""
    grade = grade_to(mine, its)
    assert all(900 <= slope <= 1250 for slope in grade.slopes)
    assert all(800 <= power <= 1250 for power in grade.powers)
    codes = (0, 1, 30, 90, 150, 200, 230, 249, 255)
    moved = [grade.levels(levels_of([code], [code], [code])) for code in codes]
    for channel in range(3):
        ends = [levels[channel].index(1) for levels in moved]
        assert (ends[0], ends[-1]) == (0, 255)
        assert all(after >= before for before, after in pairwise(ends))
        assert ends[-2] < 255


@settings(max_examples=15, deadline=None)
@given(LEVELS)
def test_a_picture_is_matched_to_itself_by_nothing(mine: Levels) -> None:
    """What is alike is left alone, so that its segment stays what it was."""
    assert grade_to(mine, mine) == PLAIN
    assert PLAIN.plain


def test_mean_and_spread_become_the_others() -> None:
    """A channel that was scaled comes back; what is black on both sides does not hinder it."""
    chance = random.Random(5)
    its = [min(250, max(0, round(chance.gauss(120, 40)))) for _ in range(2000)] + [0] * 200
    mine = [round(code * 0.86) for code in its]
    grade = grade_to(levels_of(mine, its, mine), levels_of(its, its, its))
    after = grade.levels(levels_of(mine, its, mine))
    wanted = moments(levels_of(its)[0])
    for channel in after:
        found = moments(channel)
        assert abs(found[0] - wanted[0]) < 1
        assert abs(found[1] - wanted[1]) < 1.5
    assert grade.slopes[1] == grade.powers[1] == 1000
    assert grade == Grade(grade.slopes, grade.powers)
