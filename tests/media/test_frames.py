"""The frame asked for, and no other: over rates, sound, B-frames, edit lists and containers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import clips
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.frames import frame_at, index_on_screen, last_index, pixel_digest
from pipeline.media.probe import probe
from pipeline.timing import frame_on_screen

FRAMES = 20
VARIABLE = "settb=1/600,setpts=N*25+N*N"
VARIABLE_SCALE = ("-enc_time_base", "1/600", "-video_track_timescale", "600")
SOUND = {"none": None, "shorter": -0.3, "equal": 0.0, "longer": 0.3}
RATES = ["12", "24", "25", "30", "60", "variable"]


def numbered(ffmpeg: FFmpeg, path: Path, rate: str, sound: str, codec: tuple[str, ...]) -> Path:
    variable = rate == "variable"
    seconds = 1.4 if variable else FRAMES / int(rate)
    more = SOUND[sound]
    return clips.make(
        ffmpeg,
        path,
        rate="24" if variable else rate,
        frames=FRAMES,
        sound=None if more is None else max(seconds + more, 0.05),
        codec=codec,
        filters=VARIABLE if variable else "null",
        options=VARIABLE_SCALE if variable else (),
    )


@pytest.mark.parametrize("kind", ["plain", "B-frames", "edit list"])
@pytest.mark.parametrize("sound", SOUND)
@pytest.mark.parametrize("rate", RATES)
def test_the_last_frame_is_the_last_that_is_shown(
    ffmpeg: FFmpeg, tmp_path: Path, rate: str, sound: str, kind: str
) -> None:
    """At every rate, with any sound, the last frame shown is the one taken."""
    codec = clips.NO_B_FRAMES if kind == "plain" else clips.TWO_B_FRAMES
    clip = numbered(ffmpeg, tmp_path / "clip.mp4", rate, sound, codec)
    if kind == "edit list":
        clip = clips.with_edit_list(ffmpeg, clip, tmp_path / "cut.mp4", skip="0.15")
    facts = probe(clip)
    still = frame_at(clip, last_index(facts), tmp_path / "last.png", facts=facts)

    assert clips.number_in(still.path) == FRAMES - 1
    first = frame_at(clip, 0, tmp_path / "first.png", facts=facts)
    assert clips.number_in(first.path) == FRAMES - facts.frames
    assert (facts.frames < FRAMES) == (kind == "edit list")


X264 = ("-c:v", "libx264", "-preset", "veryfast", "-x264-params")
INTRA_REFRESH = (*X264, "intra-refresh=1:keyint=8:bframes=0")
PYRAMID = (*X264, "b-pyramid=normal:bframes=6:b-adapt=0:keyint=10:open-gop=1")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast",
        "-x265-params", "log-level=none:keyint=8:open-gop=1:bframes=3")  # fmt: skip
ODD_CLIPS = {
    "B-frames.mp4": clips.TWO_B_FRAMES,
    "open-gop.mp4": clips.OPEN_GOP,
    "intra-refresh.mp4": INTRA_REFRESH,
    "pyramid.mp4": PYRAMID,
    "hevc.mp4": HEVC,
    "fragments.mp4": (*clips.TWO_B_FRAMES, "-movflags", "frag_keyframe+empty_moov"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-g", "8", "-cpu-used", "8", "-deadline", "realtime"),
    "matroska.mkv": clips.TWO_B_FRAMES,
    "transport.ts": clips.TWO_B_FRAMES,
    "mpeg4.avi": ("-c:v", "mpeg4", "-bf", "2", "-g", "8", "-q:v", "3"),
    "motion-jpeg.mov": ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"),
    "prores.mov": ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"),
}


@pytest.mark.parametrize("name", ODD_CLIPS)
def test_every_frame_is_the_one_a_full_decode_gives(
    ffmpeg: FFmpeg, tmp_path: Path, name: str
) -> None:
    """Whatever the codec leans on, frame n is the n-th frame ffmpeg shows."""
    clip = clips.make(ffmpeg, tmp_path / name, codec=ODD_CLIPS[name], frames=22)
    shown = clips.raw_frames(ffmpeg, clip, tmp_path / "all.raw")
    taken = [
        clips.number_in(frame_at(clip, index, tmp_path / "frame.png").path)
        for index in range(probe(clip).frames)
    ]

    assert taken == shown
    assert taken == list(range(22))


@pytest.mark.parametrize("codec", [clips.OPEN_GOP, INTRA_REFRESH, PYRAMID, HEVC])
def test_starting_half_way_changes_no_pixel(
    ffmpeg: FFmpeg, tmp_path: Path, codec: tuple[str, ...]
) -> None:
    """A frame decoded from a key frame on has the very pixels that a full decode gives it."""
    clip = tmp_path / "clip.mp4"
    ffmpeg.run(
        ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=24:d=1.5", *codec, "-pix_fmt", "yuv420p",
         str(clip)]
    )  # fmt: skip
    accurate = "scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    ffmpeg.run(
        ["-i", str(clip), "-vf", f"{accurate}:in_color_matrix=smpte170m:in_range=tv,format=rgb24",
         "-fps_mode", "passthrough", str(tmp_path / "full-%d.png")]
    )  # fmt: skip
    facts = probe(clip)
    for index in range(facts.frames):
        still = frame_at(clip, index, tmp_path / "frame.png", facts=facts)

        assert still.pixels == pixel_digest(Image.open(tmp_path / f"full-{index + 1}.png"))


def test_a_clip_that_begins_between_key_frames(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Frames that a decoder drops for want of a key frame are not counted, and not given."""
    whole = clips.make(ffmpeg, tmp_path / "whole.ts", codec=clips.TWO_B_FRAMES, frames=30)
    data = whole.read_bytes()
    packet = 188
    torso = tmp_path / "torso.ts"
    torso.write_bytes(data[: 3 * packet] + data[len(data) // 4 // packet * packet :])
    shown = clips.raw_frames(ffmpeg, torso, tmp_path / "all.raw")
    facts = probe(torso)
    taken = [
        clips.number_in(frame_at(torso, index, tmp_path / "f.png").path)
        for index in range(facts.frames)
    ]

    assert taken[-1] == 29
    assert taken == shown[-facts.frames :]
    assert taken == sorted(taken)


def test_times_below_zero_move_nothing(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A clip whose first frame is stamped before zero, or long after, is counted from it."""
    for name, offset in (("before.mkv", "-0.5"), ("after.mkv", "100")):
        clip = clips.make(
            ffmpeg,
            tmp_path / name,
            frames=12,
            codec=clips.TWO_B_FRAMES,
            options=("-output_ts_offset", offset, "-avoid_negative_ts", "disabled"),
        )
        index = index_on_screen(clip, Fraction(1, 4))

        assert clips.number_in(frame_at(clip, index, tmp_path / "f.png").path) == 6


def test_the_frame_on_the_screen_agrees_with_the_law_of_rates(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """In a clip of even rate a moment means what ``timing`` says, up to its last frame."""
    rate = Fraction(24000, 1001)
    for suffix in (".mp4", ".mkv"):  # Matroska rounds its times to milliseconds
        clip = clips.make(ffmpeg, tmp_path / f"even{suffix}", rate="24000/1001", frames=24)
        for hundredths in range(0, 130, 3):
            seconds = Fraction(hundredths, 100)

            assert index_on_screen(clip, seconds) == min(frame_on_screen(seconds, rate), 23)


def test_the_frame_on_the_screen_of_a_variable_rate(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The last frame whose time has come is on the screen."""
    clip = numbered(ffmpeg, tmp_path / "v.mp4", "variable", "none", clips.TWO_B_FRAMES)
    begins = [Fraction(n * 25 + n * n, 600) for n in range(FRAMES)]
    instant = Fraction(1, 10000)

    assert [index_on_screen(clip, begin) for begin in begins] == list(range(FRAMES))
    assert [index_on_screen(clip, begin - instant) for begin in begins[1:]] == list(
        range(FRAMES - 1)
    )
    assert index_on_screen(clip, Fraction(99)) == FRAMES - 1


@pytest.mark.parametrize("index", [-1, 12, 10**9])
def test_a_frame_that_is_not_there_is_refused(ffmpeg: FFmpeg, tmp_path: Path, index: int) -> None:
    """No neighbour is given in its place, and no file is left."""
    clip = clips.make(ffmpeg, tmp_path / "clip.mp4", frames=12)
    with pytest.raises(MediaError, match="it has 12, counted from 0"):
        frame_at(clip, index, tmp_path / "frame.png")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


def test_the_digest_is_of_the_pixels_alone(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The same picture in another file has the same digest; another picture has another."""
    clip = clips.make(ffmpeg, tmp_path / "clip.mp4", frames=2)
    still = frame_at(clip, 0, tmp_path / "deep" / "frame.png")
    with Image.open(still.path) as image:
        image.save(tmp_path / "same.bmp")

        assert (image.mode, image.size) == ("RGB", (still.width, still.height))
    assert pixel_digest(Image.open(tmp_path / "same.bmp")) == still.pixels
    assert frame_at(clip, 1, tmp_path / "frame.png").pixels != still.pixels


def test_a_frame_that_is_damaged_is_refused(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What a decoder patched up is not handed on; frames before the damage are."""
    clip = tmp_path / "clip.mp4"
    ffmpeg.run(
        ["-f", "lavfi", "-i", "testsrc2=s=160x96:r=24:d=2", *X264, "keyint=48", str(clip)]
    )  # fmt: skip
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(range(200)) * 3
    clip.write_bytes(data)
    frame_at(clip, 0, tmp_path / "first.png")
    refused = []
    for index in range(0, 48, 4):
        try:
            frame_at(clip, index, tmp_path / "frame.png")
        except MediaError:
            refused.append(index)

    assert refused
    assert refused[0] > 5
