"""What somebody brings: clips and sounds cut off, changing on the way, or no such thing at all."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING

import clips
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media.clip_files import look_at_clip
from pipeline.media.probe import check_decodable, check_showable
from pipeline.media.sounds import look_at_sound

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg


def cut_short(path: Path, part: float) -> Path:
    """The file without its last bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    return path


def tone(ffmpeg: FFmpeg, path: Path, *options: str, source: str = "sine") -> Path:
    """Two seconds of a sound file."""
    ffmpeg.run(["-f", "lavfi", "-i", f"{source}=d=2:r=48000", *options, str(path)])
    return path


def test_a_matroska_that_was_cut_off_is_refused(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """It counts no frames and says its length; one that begins late is whole all the same."""
    whole = clips.make(ffmpeg, tmp_path / "a.mkv", frames=48, sound=2.0)
    late = tmp_path / "late.mkv"
    ffmpeg.run(["-i", str(whole), "-c", "copy", "-output_ts_offset", "5", str(late)])

    assert look_at_clip(whole).frames == look_at_clip(late).frames == 48
    with pytest.raises(MediaError, match=r"cut off after 1\.\d+s of its 2\.\d+s") as caught:
        look_at_clip(cut_short(whole, 0.7))
    assert "whole copy" in (caught.value.hint or "")


def test_a_recording_that_was_cut_off_says_where(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A transport stream is as long as what is whole of it, or says from where on it is not."""
    recording = clips.make(ffmpeg, tmp_path / "a.ts", frames=24, sound=1.0)
    whole, told = recording.read_bytes(), set()
    for part in range(60, 100, 5):
        recording.write_bytes(whole[: len(whole) * part // 100])
        try:
            assert look_at_clip(recording).frames < 24
        except MediaError as error:
            told.add(str(error))

    assert told
    assert all("damaged from about" in one and "before the damage" in one for one in told)


TURNS = {
    "size.mkv": (("-s", "144x96"), (), "its picture changes from 144x96 .* to 72x48 .* at 0.[45]"),
    "range.mkv": (
        (), ("-vf", "scale=out_range=pc,setparams=range=pc"), "its picture changes from .* tv to",
    ),
    "channels.ts": (("-ac", "2"), ("-ac", "1"), "its sound changes from stereo .* to mono"),
    "rate.ts": (("-ar", "48000"), ("-ar", "32000"), "48000 Hz to .* 32000 Hz|32000 Hz to .* 48000"),
}  # fmt: skip


@pytest.mark.parametrize("name", TURNS)
def test_a_clip_that_changes_on_the_way_is_refused(
    ffmpeg: FFmpeg, tmp_path: Path, name: str
) -> None:
    """Frames would be counted anew from there; what a vendor delivers so is still kept."""
    first, then, why = TURNS[name]
    suffix = name.rpartition(".")[2]
    picture = clips.NO_B_FRAMES if suffix == "mkv" else ("-c:v", "mpeg2video", "-c:a", "mp2")
    whole = clips.make(ffmpeg, tmp_path / "a.mkv", rate="25", frames=12, sound=0.48)
    for number, options in enumerate((first, then)):
        part = tmp_path / f"{number}.{suffix}"
        ffmpeg.run(["-i", str(whole), *picture, *options, str(part)])
    (tmp_path / "parts.txt").write_text(f"file 0.{suffix}\nfile 1.{suffix}\n")
    ffmpeg.run(["-f", "concat", "-i", "parts.txt", "-c", "copy", name], cwd=tmp_path)

    check_decodable(tmp_path / name)
    with pytest.raises(MediaError, match=why) as caught:
        check_showable(tmp_path / name)
    assert "ffmpeg -i" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.aac"])
def test_sound_lasts_as_long_as_there_is_sound(ffmpeg: FFmpeg, tmp_path: Path, name: str) -> None:
    """A file cut short is refused where its head says how long it was, else it is that short."""
    path = tone(ffmpeg, tmp_path / name, source="anoisesrc")
    assert abs(look_at_sound(path).seconds - 2) < Fraction(1, 10)
    cut_short(path, 0.5)
    if name == "a.flac":
        with pytest.raises(MediaError, match=r"cut off after .* of its 2s"):
            look_at_sound(path)
        return
    assert abs(look_at_sound(path).seconds - 1) < Fraction(1, 10)


def test_what_is_no_sound_is_called_by_its_name(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A picture, text, a film without sound, an odd format, noise: each in its own words."""
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.mp3", "PNG")
    (tmp_path / "text.wav").write_text("#EXTM3U\nhttp://127.0.0.1/x.mp3\n")
    (tmp_path / "noise.wav").write_bytes(random.Random(1).randbytes(5000))
    clips.make(ffmpeg, tmp_path / "silent.mp4", frames=2)
    tone(ffmpeg, tmp_path / "odd.au")
    cut_short(tone(ffmpeg, tmp_path / "torn.m4a"), 0.5)
    words = {
        "picture.mp3": "it is a picture, not sound", "text.wav": "it is text, not sound",
        "noise.wav": "it is no sound", "silent.mp4": "no sound in it",
        "odd.au": "no sound in a format", "torn.m4a": "its index",
    }  # fmt: skip
    for name, why in words.items():
        with pytest.raises(MediaError, match=why) as caught:
            look_at_sound(tmp_path / name)
        assert "WAV" in (caught.value.hint or "")
