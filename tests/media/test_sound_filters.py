from __future__ import annotations

from fractions import Fraction

from pipeline.media.sound_filters import Heard, mix_arguments, sound_arguments


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
