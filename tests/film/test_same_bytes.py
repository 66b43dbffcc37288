"""The same bytes at any number of cores, and one seamless stream for every reader."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest
import reels
from test_certain import over

from pipeline.film.assembler import assemble
from pipeline.film.timeline import Timeline
from pipeline.media.ffmpeg import FFmpeg

AFFINITY = hasattr(os, "sched_getaffinity")


def moving(ffmpeg: FFmpeg, path: Path, hue: int):
    """A clip with something to encode: enough rows for several threads, sound, half a second."""
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", f"testsrc2=s=320x192:r=24:d=0.75,hue=h={hue}"),
            *("-f", "lavfi", "-i", f"sine=frequency={300 + hue}:sample_rate=48000:d=0.75"),
            *("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
            str(path),
        ]
    )
    return reels.as_clip(path)


def three(ffmpeg: FFmpeg, folder: Path) -> Timeline:
    a, b = (reels.cut_of(moving(ffmpeg, folder / f"{hue}.mp4", hue)) for hue in (0, 120))
    size = reels.Size(320, 192)
    return reels.reel(a, over(b, 6), size=size)


@pytest.mark.skipif(not AFFINITY, reason="cores cannot be chosen here")
def test_a_film_has_the_same_bytes_at_any_number_of_cores(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Bodies, blend, sound and the film: ffmpeg on one core, and on all there are."""
    timeline = three(ffmpeg, tmp_path)
    every = os.sched_getaffinity(0)
    films, pieces = [], []
    try:
        for number, cores in enumerate(({min(every)}, every)):
            os.sched_setaffinity(0, cores)  # what is started inherits it
            kept = tmp_path / f"kept{number}"
            film = tmp_path / f"film{number}.mp4"
            assemble(timeline, film, segments=kept, ffmpeg=ffmpeg)
            films.append(film.read_bytes())
            pieces.append({p.name: p.read_bytes() for p in kept.iterdir() if p.suffix != ".json"})
    finally:
        os.sched_setaffinity(0, every)
    assert pieces[0] == pieces[1]
    assert films[0] == films[1]
    assert len([name for name in pieces[0] if name.endswith(".mp4")]) >= 3


def test_every_reader_sees_one_even_stream(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Ffmpeg and PyAV decode each frame once, a frame apart, without a word of complaint."""
    timeline = three(ffmpeg, tmp_path)
    film = tmp_path / "film.mp4"
    assemble(timeline, film, segments=tmp_path / "kept", ffmpeg=ffmpeg)
    listed = tmp_path / "frames.txt"
    ffmpeg.run(
        ["-xerror", "-i", str(film), "-map", "0:v", "-fps_mode", "passthrough", "-f", "framecrc",
         "-enc_time_base", "1/24", str(listed)]
    )  # fmt: skip
    lines = [line for line in listed.read_text().splitlines() if not line.startswith("#")]
    assert [int(line.split(",")[2]) for line in lines] == list(range(timeline.frames))
    assert reels.is_even(film, Fraction(24))
    assert len(reels.stamps_in(film)) == timeline.frames == 18 + 18 - 6
