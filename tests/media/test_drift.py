from __future__ import annotations

from typing import TYPE_CHECKING

import casts
import clips
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media.drift import ClipLook, measure_clip, measure_picture
from pipeline.media.probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg


def look(path: Path, first: int = 0, last: int | None = None) -> ClipLook:
    facts = probe(path)
    return measure_clip(path, facts, first, facts.frames - 1 if last is None else last)


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((255, 0, 0), (0.628, 0.2249, 0.1258)),
        ((0, 255, 0), (0.8664, -0.2339, 0.1795)),
        ((0, 0, 255), (0.452, -0.0325, -0.3115)),
        ((119, 119, 119), (0.5693, 0.0, 0.0)),
    ],
)
def test_colours_are_oklabs(
    tmp_path: Path, colour: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    """The values that the author of Oklab gives for the corners of sRGB."""
    Image.new("RGB", (8, 8), colour).save(tmp_path / "flat.png")
    found = measure_picture(tmp_path / "flat.png")
    assert found.mean == pytest.approx(lab, abs=0.001)
    assert found.spread == pytest.approx((0, 0, 0), abs=0.001)


def test_a_clip_looks_as_its_picture(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Through a codec, with its colour words read, the same colours come out."""
    Image.frombytes("RGB", casts.SIZE, casts.picture()).save(tmp_path / "picture.png")
    made = look(casts.clip(ffmpeg, tmp_path / "a.mp4"))
    assert made.whole.colour_from(measure_picture(tmp_path / "picture.png")) < 1.5
    assert [sum(channel) for channel in made.levels] == [sum(made.levels[0])] * 3


def test_a_cast_and_a_blur_are_seen_apart(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A cast changes the colour and hardly the sharpness, softness the other way round."""
    plain = look(casts.clip(ffmpeg, tmp_path / "a.mp4")).whole
    warm = look(casts.clip(ffmpeg, tmp_path / "b.mp4", casts.WARM)).whole
    soft = look(casts.clip(ffmpeg, tmp_path / "c.mp4", filters="boxblur=2:1")).whole
    assert warm.colour_from(plain) > 2.5
    assert abs(warm.sharpness_from(plain)) < 0.1
    assert soft.colour_from(plain) < 2.5
    assert soft.sharpness_from(plain) < -0.3


def test_only_what_is_shown_is_looked_at(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Black before and white behind: a window sees its own frames, its end the last of them."""
    levels = [0] * 10 + [128] * 10 + [255] * 10
    path = clips.from_pictures(
        ffmpeg, tmp_path / "a.mp4", (bytes([level]) * (72 * 48) for level in levels),
        size=(72, 48), layout="gray", codec=clips.TWO_B_FRAMES,
    )  # fmt: skip
    grey, ends_white = look(path, 10, 19), look(path, 10, 29)
    assert grey.whole.mean[0] == pytest.approx(0.6, abs=0.02)
    assert grey.whole.spread[0] == pytest.approx(0, abs=0.01)
    assert ends_white.last.mean[0] == pytest.approx(1, abs=0.01)
    assert 0.7 < ends_white.whole.mean[0] < 0.9


@pytest.mark.parametrize("codec", [clips.NO_B_FRAMES, clips.TWO_B_FRAMES, clips.OPEN_GOP])
def test_a_look_hangs_on_no_encoding(
    ffmpeg: FFmpeg, tmp_path: Path, codec: tuple[str, ...]
) -> None:
    """However its frames lean on one another, a clip looks the same, also a long one."""
    short = look(casts.clip(ffmpeg, tmp_path / "a.mp4", codec=codec))
    long = look(casts.clip(ffmpeg, tmp_path / "b.mp4", codec=codec, frames=500))
    assert long.whole.colour_from(short.whole) < 0.5
    assert long == look(tmp_path / "b.mp4")


def test_one_frame_has_a_look(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A clip of a single frame is all there is and its own end."""
    made = look(casts.clip(ffmpeg, tmp_path / "a.mp4", frames=1))
    assert made.whole == made.last


def test_what_is_no_clip_is_refused(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    """A text is told as such; frames that are not there are the caller's mistake."""
    path = casts.clip(ffmpeg, tmp_path / "a.mp4")
    with pytest.raises(ValueError, match="no frames"):
        look(path, 5, 12)
    facts = probe(path)
    path.write_text("Remember the snow.\n")
    with pytest.raises(MediaError, match="text"):
        measure_clip(path, facts, 0, 11)
