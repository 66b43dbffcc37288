"""Camera moves as numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest

from pipeline.makers.animatic.camera import REST, in_sight, path, view
from pipeline.makers.animatic.geometry import Box
from pipeline.storyboard.model import Move

MOVES = get_args(Move)
WINDOW = Box(0, 0, 1280, 600)
RATE = Fraction(24)


def moved(move: str, *, first: bool = False, last: bool = False, frames: int = 120):
    return path(move, frames, RATE, first=first, last=last, seed=7)


@pytest.mark.parametrize("move", MOVES)
def test_a_move_rests_on_the_frame_that_is_given(move: str) -> None:
    """The first, or the last, frame is seen exactly as it was given."""
    for depth in (0.3, 1.0, 1.4):
        for pose in (moved(move, first=True)[0], moved(move, last=True)[-1]):
            for point in WINDOW.corners:
                seen = view(pose, depth, WINDOW, alone=True).at(point)
                assert seen == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize("alone", [True, False])
def test_every_move_is_a_move_of_its_own(alone: bool) -> None:
    """No two camera words look the same, with one picture or with several layers."""
    seen = {}
    for move in MOVES:
        poses = moved(move)
        seen[move] = tuple(
            round(value, 2)
            for depth in ((1.0,) if alone else (0.3, 1.0, 1.4))
            for pose in (poses[0], poses[40], poses[-1])
            for point in WINDOW.corners
            for value in view(pose, depth, WINDOW, alone=alone).at(point)
        )

    assert len(set(seen.values())) == len(MOVES)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("first", [True, False])
def test_a_move_never_jerks(move: str, first: bool) -> None:
    """From frame to frame what is seen changes its speed by less than 1.5 pixels of 1280."""
    corner = [view(pose, 1.0, WINDOW, alone=True).at((0, 0)) for pose in moved(move, first=first)]
    for one, two, three in zip(corner, corner[1:], corner[2:], strict=False):
        for before, now, after in zip(one, two, three, strict=True):
            assert abs(after - 2 * now + before) < 1.5


def test_a_truck_shows_depth_and_a_pan_does_not() -> None:
    """What is near passes faster only when the camera itself is carried."""

    def passed(move: str, depth: float) -> float:
        poses = moved(move)
        start, end = (view(pose, depth, WINDOW, alone=False).at((0, 0))[0]
                      for pose in (poses[0], poses[-1]))  # fmt: skip
        return end - start

    assert passed("truck_right", 1.4) > 2 * passed("truck_right", 0.5) > 0
    assert passed("pan_right", 1.4) == pytest.approx(passed("pan_right", 0.5))
    assert passed("pan_left", 1.0) == pytest.approx(-passed("pan_right", 1.0))


def test_what_is_seen_is_known_beforehand() -> None:
    """The box of all that is seen holds each frame's view, and is the window for a still camera."""
    poses = moved("crane_up")
    seen = in_sight(poses, 1.0, WINDOW, alone=False)
    for pose in poses:
        x, y = view(pose, 1.0, WINDOW, alone=False).at((640, 0))
        assert seen.left <= x <= seen.right
        assert seen.top <= y <= seen.bottom

    assert in_sight([REST], 1.0, WINDOW, alone=True) == pytest.approx(WINDOW)


def test_a_shake_is_seeded() -> None:
    """The same seed shakes the same way, another one another way."""
    assert moved("handheld") == moved("handheld")
    assert moved("handheld") != path("handheld", 120, RATE, first=False, last=False, seed=8)


@pytest.mark.parametrize("move", MOVES)
def test_a_clip_of_one_frame_can_move(move: str) -> None:
    """One frame is one stance."""
    assert len(moved(move, frames=1)) == 1
