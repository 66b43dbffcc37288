"""Pictures laid over a film, as burned subtitles are: on just their frames, at nobody's cost."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import clips
import pytest
import reels
from PIL import Image

from pipeline.files import digest_of_file
from pipeline.film.assembler import Assembly, assemble
from pipeline.film.timeline import Overlay, Timeline
from pipeline.makers.captions import draw_caption, letters_without_font
from pipeline.storyboard.transitions import Transition

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

DARK = (40, 40, 40)


@pytest.fixture
def white(tmp_path: Path) -> Path:
    """A picture that covers all of a film's frame but is clear at its left."""
    path = tmp_path / "odd's: %{white}.png"
    picture = Image.new("RGBA", (72, 48), (255, 255, 255, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 36, 48))
    picture.save(path)
    return path


def over(path: Path, *spans: tuple[int, int]) -> tuple[Overlay, ...]:
    return tuple(Overlay(start, end, path, digest_of_file(path)) for start, end in spans)


def covered(film: Path) -> list[int]:
    """The frames that the white picture is seen in; the left half is never touched."""
    return [place for place, level in enumerate(reels.levels_in(film)) if level > 100]


def cut(timeline: Timeline, ffmpeg: FFmpeg, folder: Path, name: str) -> tuple[Path, Assembly]:
    target = folder / name
    return target, assemble(timeline, target, segments=folder / "segments", ffmpeg=ffmpeg)


def film_of(ffmpeg: FFmpeg, folder: Path, rate: str = "24") -> Timeline:
    shots = [
        reels.as_clip(clips.plain(ffmpeg, folder / f"{n}.mp4", DARK, rate=rate, frames=16))
        for n in range(3)
    ]
    cuts = [reels.cut_of(shot) for shot in shots]
    cuts[1] = replace(cuts[1], transition=Transition("dissolve", 4))
    return reels.reel(*cuts)


@pytest.mark.parametrize("rate", ["24", "30"])
def test_each_lies_over_just_its_frames(
    ffmpeg: FFmpeg, tmp_path: Path, white: Path, rate: str
) -> None:
    """To the frame, within a body, over a transition and across a cut, at the film's rate."""
    timeline = film_of(ffmpeg, tmp_path, rate)
    spans = [(2, 5), (10, 14), (timeline.frames - 14, timeline.frames - 9)]

    film, _ = cut(replace(timeline, overlays=over(white, *spans)), ffmpeg, tmp_path, "film.mp4")

    assert covered(film) == [frame for start, end in spans for frame in range(start, end)]
    assert reels.is_even(film, Fraction(24))


def test_only_parts_that_are_covered_are_encoded_for_it(
    ffmpeg: FFmpeg, tmp_path: Path, white: Path
) -> None:
    """The film's own pieces serve where nothing lies over them."""
    timeline = film_of(ffmpeg, tmp_path, "25")
    cut(timeline, ffmpeg, tmp_path, "plain.mp4")

    _, made = cut(replace(timeline, overlays=over(white, (1, 3))), ffmpeg, tmp_path, "burned.mp4")

    assert made.encoded == ("0",)
    assert made.kept == ("1", "2")
    assert not made.blended


def test_a_caption_is_drawn_whatever_it_says(tmp_path: Path) -> None:
    """White letters with a dark edge above the frame's foot, clear elsewhere; any script."""
    (tmp_path / "a.png").write_bytes(draw_caption('"It\'s": %{x}\nשלום Größe', 320, 180))

    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (320, 180)
        left, top, right, bottom = picture.getchannel("A").getbbox() or (0, 0, 0, 0)
        assert top > 120
        assert bottom < 178
        assert abs((left + right) / 2 - 160) < 4
        low, high = picture.convert("L").getextrema()
        assert (low, high > 230) == (0, True)
    assert draw_caption("Snow", 64, 48) == draw_caption("Snow", 64, 48)
    assert letters_without_font("Größe \U0010fffd?") == ""


def test_a_long_line_is_broken_to_the_frame() -> None:
    """A line wider than a tall narrow frame is broken again, and stays inside of it."""
    with Image.open(io.BytesIO(draw_caption("She had been alone since the thaw", 90, 160))) as one:
        left, _, right, _ = one.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert 2 < left < right < 88


def test_a_text_too_long_for_the_frame_is_set_smaller() -> None:
    """All of five hundred characters is inside of the frame; what fits is as large as ever."""
    long = "A long word " * 41 + "end."
    for size in ((160, 90), (90, 160), (640, 360)):
        with Image.open(io.BytesIO(draw_caption(long, *size))) as one:
            box = one.getchannel("A").getbbox()
        assert box is not None
        assert box[1] > 0.05 * size[1]
        assert box[3] < size[1]
