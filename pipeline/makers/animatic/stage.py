"""What stands before the camera: the pictures of an order laid out as layers of a scene."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.makers.animatic.camera import Pose, in_sight, view
from pipeline.makers.animatic.geometry import Box, covering, scale, shift
from pipeline.makers.animatic.planes import Planes, blank
from pipeline.makers.animatic.plate import Plate, backdrop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

_MARGIN = 6  # pixels drawn around what is seen
_DENSEST = 1.5  # pixels of a plate for one of the window's, at most
# How much closer than the whole picture each shot size stands.
CLOSER = {
    "extreme_wide": 1.0, "wide": 1.0, "full": 1.08, "medium_wide": 1.15, "medium": 1.25,
    "medium_close_up": 1.45, "close_up": 1.7, "extreme_close_up": 2.3, "insert": 2.0,
    "over_shoulder": 1.25,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """Layers from far to near, and the camera's stance for each frame."""

    window: Box
    plates: tuple[Plate, ...]
    poses: tuple[Pose, ...]

    def draw(self, frame: int) -> Planes:
        """The window's picture at ``frame``."""
        onto = blank(int(self.window.width), int(self.window.height))
        alone = len(self.plates) == 1
        share = frame / len(self.poses)
        for plate in self.plates:
            looking = view(self.poses[frame], plate.depth, self.window, alone=alone)
            plate.draw(onto, looking, share)
        return onto


def staged(window: Box, plates: Sequence[Plate], poses: Sequence[Pose]) -> Stage:
    """Layers as a stage; where the camera only turns or zooms they are drawn together once.

    Such a move shows no depth, so one picture does, and costs a fraction. What fades stays apart.
    """
    if any(pose.shows_depth for pose in poses):
        return Stage(window, tuple(plates), tuple(poses))
    lasting = [plate for plate in plates if plate.lasts >= 1]
    seen = in_sight(poses, 1.0, window, alone=False).grown(_MARGIN).evened()
    fine = density(poses)
    width, height = (round(side * fine / 2) * 2 for side in (seen.width, seen.height))
    onto = blank(width, height)
    looking = shift(seen.left, seen.top).after(scale(seen.width / width, seen.height / height))
    for plate in lasting:
        plate.draw(onto, looking, 0.0)
    one = _prepared(Plate(seen, 1.0, onto.size, planes=onto), poses)
    return Stage(window, (one, *(plate for plate in plates if plate.lasts < 1)), tuple(poses))


def _prepared(plate: Plate, poses: Sequence[Pose]) -> Plate:
    turns = any(pose.roll or pose.yaw for pose in poses)
    return plate.for_turning() if turns else plate


def window_of(box: Box) -> Box:
    """The window with its own corner as the origin."""
    return box.moved(-box.left, -box.top)


def continued(
    picture: Image.Image, placed: Box, exact: Planes, window: Box, poses: Sequence[Pose]
) -> Stage:
    """A scene that goes on from a frame.

    ``picture`` (RGB) lies at ``placed`` and covers the window, which shows ``exact`` at rest.
    """
    seen = in_sight(poses, 1.0, window, alone=True)
    plate = backdrop(picture, placed, seen, depth=1.0, density=1.0, exact=exact)
    return Stage(window, (_prepared(plate, poses),), tuple(poses))


def whole(picture: Image.Image, window: Box, poses: Sequence[Pose], size: str) -> Stage:
    """A scene that is one picture (RGB), large enough for all that the camera sees of it."""
    seen = in_sight(poses, 1.0, window, alone=True)
    placed = framed(seen, picture.width / picture.height, size)
    fine = density(poses)
    plate = backdrop(picture, placed, seen, depth=1.0, density=fine, crisp=fine <= 1)
    return Stage(window, (_prepared(plate, poses),), tuple(poses))


def framed(seen: Box, aspect: float, size: str) -> Box:
    """Where a picture of an aspect is laid so that it covers ``seen``, as close as ``size`` asks.

    What matters is in sight: the upper third of an upright picture, where faces are, a little
    above the middle of a broad one. Pure.
    """
    upright = min(1.0, max(0.0, (1.5 - aspect) / 0.5))
    focus = 0.45 - 0.15 * upright
    cover = covering(seen, aspect)
    factor = CLOSER.get(size, 1.0)
    width, height = cover.width * factor, cover.height * factor
    left = (seen.left + seen.right - width) / 2
    top = (seen.top + seen.bottom) / 2 - height * focus
    top = max(seen.bottom - height, min(seen.top, top))
    return Box(left, top, left + width, top + height)


def density(poses: Sequence[Pose]) -> float:
    """How fine a plate has to be for the closest that the camera comes."""
    closest = max(pose.zoom + max(0.0, pose.dolly) for pose in poses)
    return min(_DENSEST, max(1.0, math.exp(closest)))
