"""A shot that ends on a held frame: what is heard of it, as it fades and as another shot comes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import reels

from pipeline.film.assembler import assemble
from pipeline.storyboard.shot import Use
from pipeline.storyboard.transitions import Transition

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.film.timeline import Timeline
    from pipeline.media.ffmpeg import FFmpeg

FRAME = 2000  # samples
HELD = Use(hold=12)


def toned(ffmpeg: FFmpeg, folder: Path) -> reels.Cut:
    """A second of a steady tone, of which the second half is held."""
    clip = reels.numbered(ffmpeg, folder / "a.mp4", frames=24, sound=1.0)
    return replace(reels.cut_of(clip), use=HELD)


def loudness(ffmpeg: FFmpeg, folder: Path, timeline: Timeline) -> list[float]:
    """How loud each film frame is."""
    film = folder / "film.mp4"
    assemble(timeline, film, segments=folder / "segments", ffmpeg=ffmpeg)
    heard = reels.pcm_of(ffmpeg, film)
    frames = (heard[n * FRAME : (n + 1) * FRAME] for n in range(timeline.frames))
    return [math.sqrt(sum(level * level for level in frame) / FRAME) for frame in frames]


def test_a_held_shot_fades_out_with_its_picture(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The sound is where the picture's fade has come to, until it ends under the held frame."""
    cut = toned(ffmpeg, tmp_path)
    plain = loudness(ffmpeg, tmp_path, reels.reel(cut))[2]
    faded = loudness(ffmpeg, tmp_path, reels.reel(replace(cut, fade_out=18)))

    for frame in (1, 4, 8, 10):
        left = min(1, (24 - frame - 0.5) / 18)
        assert faded[frame] == pytest.approx(plain * left, rel=0.05)
    assert max(faded[13:]) < plain / 100


def test_a_held_frame_is_silent_while_another_shot_comes(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The last sound before it stood still is not heard a second time in the transition."""
    mute = replace(reels.cut_of(reels.numbered(ffmpeg, tmp_path / "b.mp4", frames=12)), muted=True)
    after = replace(mute, transition=Transition("dissolve", 6))
    heard = loudness(ffmpeg, tmp_path, reels.reel(toned(ffmpeg, tmp_path), after))

    assert min(heard[1:11]) > 0.05
    assert max(heard[13:]) < 0.001
