"""A clip decoded from an entry on shows the very frames that it shows decoded from its start."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import clips
import pytest
import reels

from pipeline.media.entries import Entry, entry_before
from pipeline.media.filters import Frame, Shortcut, Shown, picture_arguments
from pipeline.media.frame_filters import is_in_form

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

X264 = ("-c:v", "libx264", "-preset", "veryfast")
PYRAMID = (*X264, "-bf", "3", "-g", "10", "-x264-params", "b-adapt=0:b-pyramid=normal:scenecut=0")
LONG = (*X264, "-g", "250", "-x264-params", "scenecut=0")
REFRESHED = (*X264, "-g", "8", "-x264-params", "intra-refresh=1:scenecut=0")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-g", "10",
        "-x265-params", "log-level=none:open-gop=0:scenecut=0")  # fmt: skip
HEVC_OPEN = ("-c:v", "libx265", "-preset", "ultrafast", "-g", "10",
             "-x265-params", "log-level=none:open-gop=1:scenecut=0")  # fmt: skip
PRORES = ("-c:v", "prores_ks")

# codec, container, the clip's rate, the last entry at or before frame 33
CLIPS = {
    "no b-frames": (clips.NO_B_FRAMES, "mp4", "24", 24),
    "b-frames": (clips.TWO_B_FRAMES, "mp4", "24", 24),
    "b-pyramid, 23.976": (PYRAMID, "mp4", "24000/1001", 30),
    "b-frames, 30": (clips.TWO_B_FRAMES, "mov", "30", 24),
    "milliseconds": (clips.TWO_B_FRAMES, "mkv", "30000/1001", 24),
    "hevc": (HEVC, "mp4", "25", 30),
    "prores": (PRORES, "mov", "24", 33),
    "open groups": (clips.OPEN_GOP, "mp4", "24", None),
    "open groups, hevc": (HEVC_OPEN, "mp4", "24", None),
    "refreshed bit by bit": (REFRESHED, "mp4", "24", None),
    "one long group": (LONG, "mp4", "24", None),
    "no index": (clips.TWO_B_FRAMES, "ts", "25", None),
}


def numbers(
    ffmpeg: FFmpeg, folder: Path, clip: Path, shown: Shown, entry: Entry | None
) -> tuple[list[int], bytes]:
    """What is in the frames of a part, and all its bytes."""
    target = folder / f"part {entry is not None}.mp4"
    frame = Frame(72, 48, Fraction(24))
    shortcut = Shortcut(entry) if entry else None
    told = picture_arguments(f"file:{clip}", str(target), shown, frame, shortcut=shortcut)
    ffmpeg.run(told)
    return reels.numbers_in(target), target.read_bytes()


RARE = {"b-frames, 30", "hevc", "prores", "open groups, hevc", "one long group", "no index"}
KINDS = [pytest.param(kind, marks=pytest.mark.long) if kind in RARE else kind for kind in CLIPS]


@pytest.mark.parametrize("kind", KINDS)
def test_from_an_entry_on_the_bytes_are_the_same(ffmpeg: FFmpeg, tmp_path: Path, kind: str) -> None:
    """Whatever the groups, the order and the time base: an entry is safe, or there is none."""
    codec, suffix, rate, wanted = CLIPS[kind]
    path = tmp_path / f"clip.{suffix}"
    clip = reels.numbered(ffmpeg, path, rate=rate, frames=44, codec=codec, sound=1.0)
    entry = entry_before(path, clip.facts, 33)
    assert (entry.frame if entry else None) == wanted
    if entry is None:
        return
    for frame in {33, entry.frame}:
        shown = Shown(clip.facts, "bars", 6, frame / clip.facts.rate)
        whole = numbers(ffmpeg, tmp_path, path, shown, None)
        assert whole[0][0] == frame
        assert numbers(ffmpeg, tmp_path, path, shown, entry) == whole


def test_clips_that_begin_late_are_counted_from_their_first_frame(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """A picture that begins behind its sound, or behind moment 0, loses and gains no frame."""
    path = tmp_path / "late.mp4"
    clip = reels.numbered(
        ffmpeg, path, frames=40, codec=clips.TWO_B_FRAMES, sound=2.0,
        filters="setpts=PTS+0.73/TB",
    )  # fmt: skip
    entry = entry_before(path, clip.facts, 30)
    assert entry is not None
    assert entry.frame == 24
    shown = Shown(clip.facts, "bars", 8, Fraction(30, 24))
    found, bytes_made = numbers(ffmpeg, tmp_path, path, shown, entry)
    assert found == list(range(30, 38))
    assert bytes_made == numbers(ffmpeg, tmp_path, path, shown, None)[1]


def test_a_trimmed_copy_has_no_entry_that_shifts_it(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Frames that an edit list hides are not counted; such a clip is decoded from its start."""
    whole = clips.make(ffmpeg, tmp_path / "a.mp4", frames=48, codec=clips.TWO_B_FRAMES)
    path = tmp_path / "b.mp4"
    ffmpeg.run(["-ss", "0.25", "-i", str(whole), "-c", "copy", str(path)])
    clip = reels.as_clip(path)
    assert not clip.facts.joinable
    assert entry_before(path, clip.facts, 30) is None


def test_speeds_and_holds_are_the_same_from_an_entry_on(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Twice as fast, then standing still on the last frame."""
    path = tmp_path / "a.mp4"
    clip = reels.numbered(ffmpeg, path, rate="30", frames=60, codec=clips.TWO_B_FRAMES)
    shown = Shown(clip.facts, "bars", 16, Fraction(41, 30), Fraction(3, 2), held=5)
    entry = entry_before(path, clip.facts, 39)
    assert entry is not None
    assert entry.frame == 36
    whole = numbers(ffmpeg, tmp_path, path, shown, None)
    assert numbers(ffmpeg, tmp_path, path, shown, entry) == whole


CENTRED = ("-c:v", "libx264", "-preset", "veryfast", "-x264-params", "chromaloc=1")
FORMS = {
    "tagged": (X264, clips.TO_BT709),
    "chroma in the centre": (CENTRED, clips.TO_BT709),
    "primaries of another kind": (
        X264, f"{clips.TO_BT709},setparams=color_primaries=bt2020:color_trc=smpte170m",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMS)
def test_what_has_the_films_form_is_not_scaled(ffmpeg: FFmpeg, tmp_path: Path, kind: str) -> None:
    """The bytes are those of a clip that was brought to that form once more."""
    codec, filters = FORMS[kind]
    path = tmp_path / "a.mp4"
    clip = reels.numbered(ffmpeg, path, frames=12, codec=codec, filters=filters)
    assert is_in_form(clip.facts, Frame(72, 48, Fraction(24)))
    assert not is_in_form(clip.facts, Frame(72, 50, Fraction(24)))
    made = []
    for fit in ("bars", "fill", "blur"):
        for shortcut in (None, Shortcut()):
            shown = Shown(clip.facts, fit, 8, Fraction(2, 24), fade_in=2)
            target = tmp_path / "part.mp4"
            frame = Frame(72, 48, Fraction(24))
            told = picture_arguments(str(path), str(target), shown, frame, shortcut=shortcut)
            assert any("scale" in word for word in told) is (shortcut is None)
            ffmpeg.run(told)
            made.append(target.read_bytes())
    assert len(set(made)) == 1
