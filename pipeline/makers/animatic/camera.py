"""Camera moves as numbers: for each frame, how the camera stands. Pure.

A pan turns the camera, so near and far move alike; a truck carries it, so what is near moves more.
In the same way a zoom enlarges all alike and a dolly what is near more.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.makers.animatic.geometry import Box, Map, around, shift

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Pose:
    """How the camera stands, against its rest.

    ``turn_x``, ``turn_y``: all depths alike, in windows; right and down count up.
    ``carry_x``, ``carry_y``: the same at depth 1, more for what is nearer.
    ``zoom``: logarithm of the enlargement, all alike; ``dolly``: at depth 1.
    ``roll``: radians, the camera clockwise; ``room``: the roll for which the picture is enlarged
    so that its corners stay filled. ``around``: carried about a point at depth 1, in windows.
    ``follow``: windows by which the camera keeps up with a subject.
    For a picture that has no depth of its own: ``push`` is a ``zoom``, ``rise`` how much faster
    the ground moves down than the sky, ``yaw`` how steeply level lines run once it is turned.
    """

    turn_x: float = 0.0
    turn_y: float = 0.0
    carry_x: float = 0.0
    carry_y: float = 0.0
    zoom: float = 0.0
    dolly: float = 0.0
    roll: float = 0.0
    room: float = 0.0
    yaw: float = 0.0
    around: float = 0.0
    follow: float = 0.0
    push: float = 0.0
    rise: float = 0.0

    @property
    def shows_depth(self) -> bool:
        """Whether near and far move differently."""
        return any((self.carry_x, self.carry_y, self.dolly, self.around, self.follow))

    def times(self, share: float) -> Pose:
        """The same stance, ``share`` as far from rest."""
        return Pose(*(getattr(self, name) * share for name in self.__slots__))

    def plus(self, other: Pose) -> Pose:
        """Both stances at once."""
        return Pose(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


REST = Pose()

# How far each move takes the camera from the first frame to the last.
_WAYS: dict[str, Pose] = {
    "static": REST,
    "pan_left": Pose(turn_x=-0.24),
    "pan_right": Pose(turn_x=0.24),
    "tilt_up": Pose(turn_y=-0.24),
    "tilt_down": Pose(turn_y=0.24),
    "dolly_in": Pose(dolly=math.log(1.34), turn_y=-0.02),
    "dolly_out": Pose(dolly=-math.log(1.34), turn_y=0.02),
    "truck_left": Pose(carry_x=-0.17, push=0.12),
    "truck_right": Pose(carry_x=0.17, push=0.12),
    "pedestal_up": Pose(carry_y=-0.16, rise=-0.16),
    "pedestal_down": Pose(carry_y=0.16, rise=0.16),
    "zoom_in": Pose(zoom=math.log(1.6)),
    "zoom_out": Pose(zoom=-math.log(1.6)),
    "orbit_left": Pose(around=-0.22, yaw=-0.13, push=0.12),
    "orbit_right": Pose(around=0.22, yaw=0.13, push=0.12),
    "roll_left": Pose(roll=-math.radians(9)),
    "roll_right": Pose(roll=math.radians(9)),
    "crane_up": Pose(carry_y=-0.2, rise=-0.1, dolly=-math.log(1.2)),
    "crane_down": Pose(carry_y=0.2, rise=0.1, dolly=math.log(1.2)),
    "tracking": Pose(carry_x=0.3, follow=0.3),
    "handheld": REST,
}
_STEADY_RAMP = 0.22  # share of the time a person's move takes to gather speed
_MOTOR_RAMP = 0.08  # and a zoom's motor
_SHORTER = 0.75  # such a move, for the same reason
_SETTLE = 0.7  # seconds in which a shake grows from a given frame, and dies before one
_SWAYS = {  # amplitude in windows, hertz
    "handheld": ((0.011, 0.37), (0.006, 0.83), (0.0022, 1.71)),
    "tracking": ((0.004, 0.9), (0.0025, 1.8)),
}


def path(
    move: str, frames: int, rate: Fraction, *, first: bool, last: bool, seed: int
) -> tuple[Pose, ...]:
    """The camera's stance for every frame.

    At rest on the first frame if one is given (``first``), on the last if only that is given
    (``last``), else half-way. An unknown move is no move.
    """
    way = _WAYS.get(move, REST)
    ramp = _MOTOR_RAMP if move.startswith("zoom") else _STEADY_RAMP
    rest = 0.0 if first else 1.0 if last else 0.5
    span = max(1, frames - 1)
    sway = _sway(move, frames, float(rate), first=first, last=last, seed=seed)
    strays = (first or last) and _strays(way)
    way = way.times(_SHORTER) if strays else way
    poses = []
    for frame in range(frames):
        share = _eased(frame / span, ramp) - rest
        room = abs(way.roll * share) if first or last else abs(way.roll) / 2
        poses.append(way.times(share).plus(sway[frame]).plus(Pose(room=room)))
    return tuple(poses)


def _strays(way: Pose) -> bool:
    """Whether the move soon looks past the edge of the frame it starts from."""
    return bool(way.turn_x or way.carry_x or way.carry_y or way.around) or abs(way.turn_y) > 0.1


def _eased(share: float, ramp: float) -> float:
    """How far along one is who gathers speed, keeps it and loses it, each smoothly."""
    if share > 0.5:
        return 1 - _eased(1 - share, ramp)
    if share < ramp:
        return share * share / (2 * ramp * (1 - ramp))
    return (share - ramp / 2) / (1 - ramp)


def _sway(move: str, frames: int, rate: float, *, first: bool, last: bool, seed: int) -> list[Pose]:
    chance = random.Random(f"sway {seed}")  # noqa: S311 - a shake, not a secret
    waves = [
        (size, hertz * chance.uniform(0.85, 1.15), [chance.uniform(0, math.tau) for _ in range(2)])
        for size, hertz in _SWAYS.get(move, ())
    ]
    if not waves:
        return [REST] * frames
    poses = []
    for frame in range(frames):
        seconds = frame / rate
        x, y = (
            sum(size * math.sin(math.tau * hertz * seconds + phases[axis])
                for size, hertz, phases in waves)
            for axis in range(2)
        )  # fmt: skip
        calm = _calm(seconds, (frames - 1 - frame) / rate, first=first, last=last)
        poses.append(Pose(turn_x=x, turn_y=y).times(calm))
    return poses


def _calm(since: float, until: float, *, first: bool, last: bool) -> float:
    grown = min(1.0, since / _SETTLE) if first else 1.0
    dying = min(1.0, until / _SETTLE) if last else 1.0
    share = min(grown, dying)
    return share * share * (3 - 2 * share)


def view(pose: Pose, depth: float, window: Box, *, alone: bool) -> Map:
    """Where in the scene at rest each pixel of the window looks, for things at ``depth``.

    ``alone``: the picture is all there is, so that its own lines have to tell of depth.
    """
    width, height = window.width, window.height
    closer = pose.zoom + pose.dolly * depth + pose.push * alone
    size = math.exp(closer) * _cover(pose.room, width / height)
    if alone:
        across, rise, yaw = pose.turn_x + pose.carry_x + pose.around / 2, pose.rise, pose.yaw
    else:
        carried = pose.carry_x * depth - pose.follow + pose.around * (depth - 1)
        across, rise, yaw = pose.turn_x + carried, 0.0, 0.0
    down = pose.turn_y + pose.carry_y * depth
    cosine, sine = math.cos(pose.roll) / size, math.sin(pose.roll) / size
    middle = ((window.left + window.right) / 2, (window.top + window.bottom) / 2)
    turned = Map(cosine, -sine, 0, sine + yaw, cosine * (1 + rise), 0)
    back = shift(middle[0] + across * width, middle[1] + down * height)
    return back.after(turned).after(shift(-middle[0], -middle[1]))


def _cover(roll: float, aspect: float) -> float:
    """The enlargement that keeps the corners filled while the picture is turned."""
    if not roll:
        return 1.0
    return math.cos(roll) + max(aspect, 1 / aspect) * math.sin(abs(roll))


def in_sight(poses: Sequence[Pose], depth: float, window: Box, *, alone: bool) -> Box:
    """All that the camera sees at ``depth`` during the whole move, in the scene at rest."""
    return around(
        view(pose, depth, window, alone=alone).at(corner)
        for pose in poses
        for corner in window.corners
    )
