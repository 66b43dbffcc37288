from __future__ import annotations

from fractions import Fraction

from pipeline.media.sound_filters import (
    Heard,
    Measured,
    Placed,
    Track,
    levelled_arguments,
    mix_arguments,
    mixdown_arguments,
    placed_arguments,
    sound_arguments,
)


def graph(arguments: list[str]) -> list[str]:
    """The filters of a graph in order, without the labels between them."""
    written = arguments[arguments.index("-filter_complex") + 1]
    return [part.split("]", 1)[1].rsplit("[", 1)[0] for part in written.split(";")]


def test_sound_is_cut_to_the_sample() -> None:
    """The whole command for a stretch of sound."""
    told = sound_arguments(["in"], "out", [Heard(2000, 238_000)])
    assert graph(told) == [
        "aresample=48000:async=1:first_pts=0:min_hard_comp=0.01:rematrix_maxval=1.0",
        "aformat=channel_layouts=stereo:sample_fmts=flt:sample_rates=48000",
        "atrim=start_sample=2000",
        "asetpts=PTS-STARTPTS",
        "apad=whole_len=238000",
        "atrim=end_sample=238000",
        "afade=nb_samples=240:start_sample=0:type=in",
        "afade=nb_samples=240:start_sample=237760:type=out",
    ]
    assert told[6:] == ["-f", "f32le", "-acodec", "pcm_f32le", "-fflags", "+bitexact",
                        "-map_chapters", "-1", "-map_metadata", "-1", "out"]  # fmt: skip


def test_fades_of_a_very_short_stretch_do_not_overlap() -> None:
    """A stretch of a few samples fades to its middle and back."""
    told = graph(sound_arguments(["in"], "out", [Heard(0, 100)]))
    assert told[-2:] == ["afade=nb_samples=50:start_sample=0:type=in",
                         "afade=nb_samples=50:start_sample=50:type=out"]  # fmt: skip


def test_the_film_is_mixed_from_standard_input() -> None:
    """One command of one length for a film of any number of shots."""
    assert mix_arguments("out") == [
        "-f", "f32le", "-ac", "2", "-ar", "48000", "-i", "pipe:0", "-map", "0:a", "-f", "mp4",
        "-acodec", "aac", "-b:a", "192k", "-fflags", "+bitexact", "-flags:a", "+bitexact",
        "-map_chapters", "-1", "-map_metadata", "-1", "out",
    ]  # fmt: skip


def test_a_speed_below_a_half_is_taken_in_steps() -> None:
    """Ffmpeg's atempo takes a half at most at a time."""
    told = graph(sound_arguments(["in"], "out", [Heard(0, 4800, speed=Fraction(1, 5))]))
    assert told[4:7] == ["atempo=0.5", "atempo=0.5", "atempo=0.8"]


def test_a_sound_is_placed_with_its_level_its_fades_and_its_loop() -> None:
    """What is looped is what is left after the skip; fades are counted on what is heard."""
    placed = Placed(96_000, skip=480, level=-8.0, fade_in=240, fade_out=48_000, loop=True)
    assert graph(placed_arguments("in", "out", placed))[2:] == [
        "atrim=start_sample=480",
        "asetpts=PTS-STARTPTS",
        "aloop=loop=-1:size=2147483647",
        "volume=-8dB",
        "apad=whole_len=96000",
        "atrim=end_sample=96000",
        "afade=nb_samples=240:start_sample=0:type=in",
        "afade=nb_samples=48000:start_sample=48000:type=out",
    ]


def test_music_is_keyed_by_what_it_makes_way_for() -> None:
    """Voices key one compressor, all besides music the other; neither side of one ever ends."""
    tracks = [Track("voice"), Track("music", "voice"), Track("music", "all"), Track("music")]
    told = graph(mixdown_arguments(list("abcd"), "out", tracks, 4800, encode=True))
    assert sum("sidechaincompress" in part for part in told) == 2
    assert told.count("apad") == 4
    assert sum(part.startswith("asplit=2") for part in told) == 2
    assert all(part.endswith("normalize=0") for part in told if "amix" in part)
    assert told[-1] == "atrim=end_sample=4800"


def test_nobody_to_make_way_for_is_no_compressor() -> None:
    """Without a voice, music under the voice is plain music."""
    told = graph(mixdown_arguments(["a"], "out", [Track("music", "voice")], 4800, encode=False))
    assert not any(part.startswith("sidechaincompress") for part in told)


def test_a_steady_tone_counts_as_measured() -> None:
    """A range of 0 LU would make loudnorm go dynamic; what is out of its bounds is brought in."""
    told = graph(levelled_arguments("in", "out", (-16, -1.5), Measured(1, 0, -3, -10), 4800))
    assert "measured_LRA=0.01" in told[0]
    assert "measured_I=0" in told[0]
    assert told[1] == "aresample=48000"
    left = levelled_arguments("in", "out", None, Measured(-99, 0, -99, -99), 4800)
    assert not any("loudnorm" in word for word in left)
