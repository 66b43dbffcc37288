"""Time codes of clips: read from what a camera writes, counted as it counts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import clips
import pytest

from pipeline.errors import MediaError
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.timecode import first_timecode, timecode_frames

NTSC = Fraction(30000, 1001)


def test_a_clip_tells_where_it_begins(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """With a time code track it does; most clips have none, and what is no clip is told."""
    coded = clips.make(ffmpeg, tmp_path / "a.mp4", frames=2, options=("-timecode", "10:00:00:05"))
    assert first_timecode(coded) == "10:00:00:05"
    assert first_timecode(clips.make(ffmpeg, tmp_path / "b.mp4", frames=2)) is None
    (tmp_path / "c.mp4").write_text("no clip")
    with pytest.raises(MediaError):
        first_timecode(tmp_path / "c.mp4")


@pytest.mark.parametrize(
    ("written", "rate", "frames"),
    [
        ("01:00:00:00", Fraction(24), 86_400),
        ("01:00:00:00", Fraction(24000, 1001), 86_400),
        ("01:00:00:00", NTSC, 108_000),
        ("01:00:00;00", NTSC, 107_892),
        ("00:01:00;02", NTSC, 1800),
        ("00:10:00;00", NTSC, 17_982),
        ("00:01:00;04", Fraction(60000, 1001), 3600),
        ("00:00:01;00", Fraction(30), 30),
        ("nonsense", NTSC, 0),
    ],
)
def test_numbers_are_dropped_where_the_camera_drops_them(written, rate, frames) -> None:
    """As SMPTE ST 12-1 has it."""
    assert timecode_frames(written, rate) == frames
