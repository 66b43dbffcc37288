"""A browser plays what is cut, to the end; run with ``-m long``: it takes as long as the film."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import playing
import pytest
import reels

from pipeline.film.assembler import assemble
from pipeline.media.dressing import Chapter, Cue, Dressing
from pipeline.storyboard.transitions import Transition

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg


@pytest.mark.long
@pytest.mark.skipif(playing.CHROMIUM is None, reason="there is no Chromium here")
def test_chromium_plays_a_dressed_film_to_its_end(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Joined of copied and encoded parts, with chapters, subtitles and a mark: exactly as long."""
    first = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=30, beep=3)
    second = reels.beeping(ffmpeg, tmp_path / "b.mp4", rate="30", frames=30, beep=3)
    cuts = (reels.cut_of(first), reels.cut_of(second), reels.cut_of(first))
    cuts = (cuts[0], replace(cuts[1], transition=Transition("dissolve", 6)), cuts[2])
    film = reels.reel(*cuts)
    dressing = Dressing(
        "Odd's", "http://cv.iptc.org/newscodes/digitalsourcetype/composite",
        (Chapter(0, 24, "One"), Chapter(24, film.frames, "שלום")), (Cue(2, 20, "%{x}\n😀"),), "eng",
    )  # fmt: skip
    target = tmp_path / "film.mp4"
    assemble(film, target, segments=tmp_path / "segments", ffmpeg=ffmpeg, dressing=dressing)

    told = playing.play(target, tmp_path / "browser")

    assert told["error"] is None
    assert told["ended"]
    assert Fraction(told["duration"]).limit_denominator(1000) == film.frames / film.rate
    assert (told["width"], told["height"]) == (72, 48)
