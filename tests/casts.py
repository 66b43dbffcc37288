"""Small pictures of skin, sky, grass and grey with a cast of light on them. ``import casts``."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import clips

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

SIZE = (72, 48)
PATCHES = {
    "dark skin": (92, 60, 45), "skin": (197, 145, 122), "pale skin": (222, 186, 164),
    "sky": (120, 160, 210), "grass": (80, 110, 60), "grey": (128, 128, 128),
    "black": (0, 0, 0), "white": (255, 255, 255), "dusk": (60, 55, 80),
}  # fmt: skip
NONE = (1.0, 1.0, 1.0)
WARM = (1.08, 0.99, 0.85)
COLD = (0.9, 0.98, 1.1)


def picture(cast: Sequence[float] = NONE, *, seed: int = 1) -> bytes:
    """Nine patches, three by three, with a little grain; raw RGB."""
    chance = random.Random(seed)
    colours = list(PATCHES.values())
    rows = bytearray()
    for y in range(SIZE[1]):
        for x in range(SIZE[0]):
            base = colours[y * 3 // SIZE[1] * 3 + x * 3 // SIZE[0]]
            grain = 0 if base in ((0, 0, 0), (255, 255, 255)) else chance.randint(-9, 9)
            rows += bytes(
                min(255, max(0, round((c + grain) * by))) for c, by in zip(base, cast, strict=True)
            )
    return bytes(rows)


def clip(
    ffmpeg: FFmpeg,
    path: Path,
    cast: Sequence[float] = NONE,
    *,
    frames: int = 12,
    filters: str = "null",
    codec: Sequence[str] = (*clips.NO_B_FRAMES, "-crf", "6"),
) -> Path:
    """A clip of the picture, its grain moving a little."""
    pictures = [picture(cast, seed=seed) for seed in range(3)]
    return clips.from_pictures(
        ffmpeg,
        path,
        (pictures[number % 3] for number in range(frames)),
        size=SIZE,
        filters=f"{filters},{clips.TO_BT709}",
        codec=codec,
    )
