"""What is encoded while shots are being made: in a free core, stopped at once, never in the way."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import reels
from test_certain import over
from test_timeline import film, shot

from pipeline.film.ahead import encoding_ahead, may_encode
from pipeline.film.assembler import assemble
from pipeline.film.timeline import lay_timeline
from pipeline.media.ffmpeg import FFmpeg
from pipeline.storyboard.shot import Use

PATIENCE = 30  # seconds until what does not come is missing


def until(seen) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.01)


def pieces(folder: Path) -> int:
    return len(list(folder.glob("*.mp4.json")))


@pytest.mark.parametrize(
    ("made_here", "cores", "free"), [(0, 1, True), (1, 1, False), (1, 2, True), (2, 2, False)]
)
def test_shots_made_here_come_first(made_here: int, cores: int, free: bool) -> None:
    """A core that a shot is being made on is not free."""
    assert may_encode(made_here, cores) is free


def test_the_film_encodes_what_is_left(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """With all clips there beforehand nothing is left, and the bytes are the same."""
    a = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=24)
    b = reels.numbered(ffmpeg, tmp_path / "b.mp4", frames=24, start=100)
    laid = film(shot("a", 24), over(shot("b", 24), 6))
    ahead, plain = tmp_path / "ahead", tmp_path / "plain"
    with encoding_ahead(laid, ahead, ffmpeg, threading.Event()) as hearing:
        for name, clip in (("a", a), ("b", b)):
            hearing.ends(laid.shots["ab".index(name)].id, clip)
        until(lambda: pieces(ahead) == 3)
    timeline = lay_timeline(laid, {laid.shots[0].id: a, laid.shots[1].id: b})
    films = [tmp_path / "1.mp4", tmp_path / "2.mp4"]
    first = assemble(timeline, films[0], segments=ahead, ffmpeg=ffmpeg)
    second = assemble(timeline, films[1], segments=plain, ffmpeg=ffmpeg)
    assert (first.encoded, first.blended, first.kept) == ((), (), ("a", "b"))
    assert second.encoded == ("a", "b")
    assert films[0].read_bytes() == films[1].read_bytes()


def test_what_cannot_be_encoded_is_left_to_the_film(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A damaged clip stops nothing here, and is tried once."""
    bad = reels.numbered(ffmpeg, tmp_path / "bad.mp4", frames=24)
    bad.path.write_bytes(b"no clip")
    good = reels.numbered(ffmpeg, tmp_path / "good.mp4", frames=24)
    laid = film(shot("a", 12), shot("b", 12))
    with encoding_ahead(laid, tmp_path / "kept", ffmpeg, threading.Event()) as hearing:
        hearing.ends(laid.shots[0].id, bad)
        hearing.ends(laid.shots[1].id, good)
        until(lambda: pieces(tmp_path / "kept") == 1)


def test_it_ends_at_once_and_leaves_nothing(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Stopped in the middle of a part that would take minutes, no half of it stays."""
    held = replace(shot("a", 2_000_000), use=Use(hold=1_999_999))
    clip = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=4)
    kept, stop = tmp_path / "kept", threading.Event()
    with encoding_ahead(film(held), kept, ffmpeg, stop) as hearing:
        hearing.ends(held.id, clip)
        until(lambda: list(kept.glob(".*.part")))
        stop.set()
    assert list(kept.iterdir()) == []
