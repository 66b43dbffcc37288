"""What a clip is: exact counts, rates, sound and joinability, and clear words for what is none."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from pathlib import Path

import clips
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.probe import check_decodable, probe

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "12")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".ts"])
@pytest.mark.parametrize("rate", ["12", "24000/1001", "24", "25", "30000/1001", "30", "60", "17/2"])
def test_rates_are_exact(ffmpeg: FFmpeg, tmp_path: Path, rate: str, suffix: str) -> None:
    """The rational rate comes out, also of a container that rounds times to milliseconds."""
    clip = clips.make(ffmpeg, tmp_path / f"c{suffix}", rate=rate, frames=25)
    facts = probe(clip)

    assert (facts.rate, facts.frames, facts.variable) == (Fraction(rate), 25, False)


def test_a_variable_rate_is_told_with_its_average(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Uneven frames are marked; the average fits their number and whole length."""
    clip = clips.make(
        ffmpeg,
        tmp_path / "v.mp4",
        frames=10,
        filters="settb=1/600,setpts=N*25+N*N",
        options=("-enc_time_base", "1/600", "-video_track_timescale", "600"),
    )
    facts = probe(clip)

    assert facts.variable
    assert facts.frames == 10
    assert Fraction(15) < facts.rate < Fraction(21)


def test_one_missing_frame_makes_a_rate_variable(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A gap is not smoothed over."""
    clip = clips.make(ffmpeg, tmp_path / "g.mp4", frames=10, filters="select=not(eq(n\\,5))")
    facts = probe(clip)

    assert (facts.frames, facts.variable) == (9, True)


def test_a_clip_of_one_frame(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The shortest clip there is has a rate and a frame."""
    facts = probe(clips.make(ffmpeg, tmp_path / "one.mp4", frames=1, rate="25"))

    assert (facts.frames, facts.rate, facts.variable) == (1, Fraction(25), False)


CODECS = {
    "h264.mp4": clips.TWO_B_FRAMES,
    "open.mp4": clips.OPEN_GOP,
    "fragments.mp4": (*clips.TWO_B_FRAMES, "-movflags", "frag_keyframe+empty_moov"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-bf", "2"),
    "mpeg2.ts": ("-c:v", "mpeg2video", "-bf", "2"),
    "interlaced.mp4": (*X264, "-flags", "+ildct+ilme"),
    "vp8.webm": ("-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "8"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-auto-alt-ref", "1", "-lag-in-frames", "8"),
    "copy.mkv": clips.TWO_B_FRAMES,
    "ffv1.mkv": ("-c:v", "ffv1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CODECS)
def test_the_count_is_what_a_decoder_gives(ffmpeg: FFmpeg, tmp_path: Path, name: str) -> None:
    """Hidden, reordered, paired: whatever packets do, the number is of frames shown."""
    clip = clips.make(ffmpeg, tmp_path / name, codec=CODECS[name], frames=23)

    assert probe(clip).frames == len(clips.raw_frames(ffmpeg, clip, tmp_path / "all.raw")) == 23
    check_decodable(clip)


@pytest.mark.parametrize("skip", ["0.1", "0.33", "0.7"])
def test_frames_hidden_by_an_edit_list_are_not_counted(
    ffmpeg: FFmpeg, tmp_path: Path, skip: str
) -> None:
    """The count and the sound are those of what is played."""
    whole = clips.make(ffmpeg, tmp_path / "a.mp4", sound=1.0, codec=clips.TWO_B_FRAMES)
    clip = clips.with_edit_list(ffmpeg, whole, tmp_path / "b.mp4", skip=skip)
    facts = probe(clip)

    assert facts.frames == len(clips.raw_frames(ffmpeg, clip, tmp_path / "all.raw")) < 24
    assert facts.sound is not None
    assert facts.sound.samples == samples_played(ffmpeg, clip, tmp_path) < 48000
    assert not facts.joinable
    check_decodable(clip)


def samples_played(ffmpeg: FFmpeg, clip: Path, folder: Path) -> int:
    raw = folder / "sound.raw"
    ffmpeg.run(["-i", str(clip), "-map", "0:a", "-ac", "1", "-f", "s16le", str(raw)])
    return raw.stat().st_size // 2


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", ("-c:a", "aac", "-ar", "48000", "-ac", "2")),
        ("a.mp4", ("-c:a", "aac", "-ar", "44100", "-ac", "1")),
        ("a.mp4", ("-c:a", "libmp3lame")),
        ("a.mov", ("-c:a", "pcm_s16le")),
        ("a.mkv", ("-c:a", "flac")),
        ("a.webm", ("-c:a", "libopus", "-c:v", "libvpx", "-crf", "30")),
    ],
)
@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.37])
def test_the_sound_is_as_long_as_it_plays(
    ffmpeg: FFmpeg, tmp_path: Path, seconds: float, name: str, options: tuple[str, ...]
) -> None:
    """Samples are counted without the encoder's run-in and padding."""
    clip = clips.make(ffmpeg, tmp_path / name, sound=seconds, sound_options=options)
    sound = probe(clip).sound

    assert sound is not None
    assert sound.samples == samples_played(ffmpeg, clip, tmp_path)
    assert abs(sound.samples - seconds * sound.rate) <= 1


def test_a_silent_clip_has_no_sound(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """No track, no facts of one."""
    assert probe(clips.make(ffmpeg, tmp_path / "a.mp4")).sound is None


def test_a_cover_picture_is_not_the_film(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A still attached to a file is passed over."""
    clip = clips.make(ffmpeg, tmp_path / "a.mp4", frames=7)
    Image.new("RGB", (32, 32)).save(tmp_path / "cover.png")
    covered = tmp_path / "covered.mp4"
    ffmpeg.run(
        ["-i", str(tmp_path / "cover.png"), "-i", str(clip), "-map", "0", "-map", "1",
         "-c", "copy", "-disposition:v:0", "attached_pic", str(covered)]
    )  # fmt: skip

    assert (probe(covered).width, probe(covered).frames) == (72, 7)


def test_colour_words_are_ffmpegs(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Tags come out in ffmpeg's own words; without tags there are none."""
    tagged = probe(clips.make(ffmpeg, tmp_path / "a.mp4", filters=clips.BT709))
    bare = probe(clips.make(ffmpeg, tmp_path / "b.mp4"))

    assert (tagged.matrix, tagged.primaries, tagged.transfer, tagged.range) == (
        "bt709", "bt709", "bt709", "tv",
    )  # fmt: skip
    assert (bare.matrix, bare.primaries, bare.transfer) == (None, None, None)


def test_clips_of_equal_parameters_join_without_a_seam(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Equal digests are kept: ffmpeg's concat copies such clips into one whole stream."""
    one = clips.make(ffmpeg, tmp_path / "one.mp4", frames=13, codec=clips.TWO_B_FRAMES)
    two = clips.make(ffmpeg, tmp_path / "two.mp4", frames=17, start=13, codec=clips.TWO_B_FRAMES)
    (tmp_path / "list").write_text(f"file '{one}'\nfile '{two}'\n")
    joined = tmp_path / "joined.mp4"
    ffmpeg.run(
        ["-f", "concat", "-safe", "0", "-i", str(tmp_path / "list"), "-c", "copy", str(joined)]
    )

    assert probe(one).parameters == probe(two).parameters
    assert clips.raw_frames(ffmpeg, joined, tmp_path / "all.raw") == list(range(30))
    assert (probe(joined).frames, probe(joined).variable) == (30, False)


def test_whatever_forbids_joining_changes_the_parameters(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Size, rate, time base, pixels, codec settings, colour, shape: each makes another digest."""
    variants = [
        {},
        {"size": (96, 48)},
        {"size": (72, 64)},
        {"rate": "25"},
        {"codec": clips.TWO_B_FRAMES},
        {"codec": (*X264, "-profile:v", "main")},
        {"codec": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")},
        {"options": ("-pix_fmt", "yuv444p")},
        {"options": ("-video_track_timescale", "90000")},
        {"filters": clips.BT709},
        {"filters": "setparams=range=pc"},
        {"filters": "setsar=2"},
    ]
    found = [
        probe(clips.make(ffmpeg, tmp_path / f"{number}.mp4", **variant))  # type: ignore[arg-type]
        for number, variant in enumerate(variants)
    ]

    for one, other in itertools.combinations(found, 2):
        assert one.parameters != other.parameters
    assert all(facts.joinable for facts in found)


def test_sound_parameters(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Another rate, layout or codec of the sound makes another digest; another length does not."""

    def parameters(name: str, seconds: float, *options: str) -> str:
        clip = clips.make(ffmpeg, tmp_path / name, sound=seconds, sound_options=options)
        sound = probe(clip).sound
        assert sound is not None
        return sound.parameters

    usual = ("-c:a", "aac", "-ar", "48000", "-ac", "2")
    different = {
        parameters("a.mp4", 1.0, *usual),
        parameters("b.mp4", 1.0, "-c:a", "aac", "-ar", "44100", "-ac", "2"),
        parameters("c.mp4", 1.0, "-c:a", "aac", "-ar", "48000", "-ac", "1"),
        parameters("d.mp4", 1.0, "-c:a", "libmp3lame", "-ar", "48000", "-ac", "2"),
    }

    assert len(different) == 4
    assert parameters("e.mp4", 0.6, *usual) in different


def test_a_name_that_looks_like_an_address_is_a_file(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Colons, quotes, per cents and emoji in names mean nothing to ffmpeg."""
    plain = clips.make(ffmpeg, tmp_path / "plain.mp4", frames=3)
    for name in ("concat:a|b.mp4", "http:x.mp4", "50% %03d 'q\" 🎬.mp4", "-rf.mp4"):
        odd = tmp_path / name
        odd.write_bytes(plain.read_bytes())

        assert probe(odd).frames == 3


def refusals(ffmpeg: FFmpeg, folder: Path) -> dict[str, tuple[Path, str]]:
    clip = clips.make(ffmpeg, folder / "whole.mp4", sound=1.0)
    data = clip.read_bytes()
    quick = clips.make(ffmpeg, folder / "quick.mp4", options=("-movflags", "+faststart"))
    sound = folder / "sound.m4a"
    ffmpeg.run(["-i", str(clip), "-vn", "-c", "copy", str(sound)])
    none = folder / "none.mp4"
    ffmpeg.run(["-i", str(clip), "-map", "0:v", "-frames:v", "0", "-c", "copy", str(none)])
    Image.new("RGB", (64, 64)).save(folder / "picture.png")
    (folder / "link.mp4").symlink_to(folder / "nowhere.mp4")
    written = {
        "empty": (b"", "it is empty"),
        "text": ("Kein Guthaben: für Sie".encode(), "text"),
        "json": (b'{"error": "expired"}', "text"),
        "html": (b"\n<!DOCTYPE html><html><body>403</body></html>", "web page"),
        "playlist": (b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/hostname\n", "text"),
        "concat": (f"ffconcat version 1.0\nfile '{clip}'\n".encode(), "text"),
        "noise": (random.Random(1).randbytes(4000), "no clip"),
        "zeros": (bytes(4000), "no clip"),
        "cut": (data[: len(data) // 2], "cut off"),
        "unknown codec": (data.replace(b"avc1", b"zzzz"), "no decoder"),
        "half": (quick.read_bytes()[:-900], "cut off after"),
    }
    for name, (content, _) in written.items():
        (folder / f"{name}.mp4").write_bytes(content)
    return {
        **{name: (folder / f"{name}.mp4", why) for name, (_, why) in written.items()},
        "folder": (folder, "folder"),
        "missing": (folder / "missing.mp4", "not there"),
        "broken link": (folder / "link.mp4", "link to nothing"),
        "sound alone": (sound, "sound but no picture"),
        "no frames": (none, "no"),
        "a picture": (folder / "picture.png", "no clip"),
    }


def test_what_is_no_clip_is_refused_in_plain_words(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Each of them gives a MediaError that says what it is instead, from both functions."""
    for name, (path, why) in refusals(ffmpeg, tmp_path).items():
        for look in (probe, check_decodable):
            with pytest.raises(MediaError) as caught:
                look(path)

            assert why in caught.value.why, name
            assert caught.value.path == path


def test_damage_inside_a_clip_is_found_where_it_begins(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A hole in the picture's data is told with a frame near it."""
    clip = tmp_path / "clip.mp4"
    ffmpeg.run(["-f", "lavfi", "-i", "testsrc2=s=160x96:r=24:d=2", *X264, str(clip)])
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = random.Random(2).randbytes(600)
    check_decodable(clip)
    clip.write_bytes(data)
    with pytest.raises(MediaError, match=r"damaged from about frame \d+") as caught:
        check_decodable(clip)

    assert 10 <= int(caught.value.why.split("frame ")[1].split()[0]) <= 38


def test_damaged_sound_is_found(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The sound is decoded as well as the picture."""
    clip = clips.make(ffmpeg, tmp_path / "a.mp4", frames=3, sound=2.0)
    data = bytearray(clip.read_bytes())
    begin = data.index(b"mdat") + 3000
    data[begin : begin + 4000] = random.Random(3).randbytes(4000)
    clip.write_bytes(data)
    with pytest.raises(MediaError, match="sound is damaged"):
        check_decodable(clip)
