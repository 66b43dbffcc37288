"""Builds ffmpeg's argument lists for the film's sound. Decides, runs nothing.

Only filters and flags that ffmpeg 5.1 to 9.0 share. Every argument that decides a single byte of
what comes out is in the list, so a digest of the list is a cache key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

SOUND_RATE = 48_000
SOUND_FRAME = 8  # bytes of one moment of film sound: two channels of 32-bit float
FADE = 240  # samples, 5 ms: short enough not to be heard, long enough for no click

_BARE: dict[str, Any] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard of a clip: ``samples`` of film sound, from sample ``start`` of its own on.

    ``speed`` is seconds of clip for one of film. After ``lasts`` samples (none: all) it is silent.
    ``fade_in`` and ``fade_out`` are in samples; ``blends`` says that another sound is heard
    meanwhile, so that both together stay as loud.
    """

    start: int
    samples: int
    speed: Fraction = Fraction(1)
    lasts: int | None = None
    fade_in: int = FADE
    fade_out: int = FADE
    blends: bool = False


def sound_arguments(sources: Sequence[str], target: str, heard: Sequence[Heard]) -> list[str]:
    """Decode what is heard of a clip, or of two at once, as the film's PCM.

    Float stereo at 48 kHz without a header; holes and what is missing at the end are silence.
    """
    import ffmpeg

    sides = [_heard(place, one) for place, one in enumerate(heard)]
    stream = sides[0]
    if len(sides) > 1:
        stream = ffmpeg.filter(sides, "amix", inputs=len(sides), duration="longest", normalize=0)
    output = stream.output(target, format="f32le", acodec="pcm_f32le", **_BARE)
    return _named(output, *sources)


def _heard(place: int, heard: Heard) -> Any:
    import ffmpeg

    lasts = heard.samples if heard.lasts is None else min(heard.lasts, heard.samples)
    stream = (
        ffmpeg.input(_source(place))["a:0"]
        .filter("aresample", SOUND_RATE, **{"async": 1}, min_hard_comp=0.01, first_pts=0,
                rematrix_maxval=1.0)
        .filter("aformat", sample_fmts="flt", sample_rates=SOUND_RATE, channel_layouts="stereo")
        .filter("atrim", start_sample=heard.start)
        .filter("asetpts", "PTS-STARTPTS")
    )  # fmt: skip
    for tempo in _tempos(heard.speed):
        stream = stream.filter("atempo", tempo)
    stream = stream.filter("apad", whole_len=lasts).filter("atrim", end_sample=lasts)
    curve = {"curve": "qsin"} if heard.blends else {}
    if fade := min(heard.fade_in, lasts // (1 if heard.blends else 2)):
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=fade, **curve)
    if fade := min(heard.fade_out, lasts // (1 if heard.blends else 2)):
        begin = lasts - fade
        stream = stream.filter("afade", type="out", start_sample=begin, nb_samples=fade, **curve)
    if lasts < heard.samples:
        stream = stream.filter("apad", whole_len=heard.samples)
        stream = stream.filter("atrim", end_sample=heard.samples)
    return stream


def _tempos(speed: Fraction) -> list[float]:
    """Factors for ``atempo``, which takes 0.5 and more at a time."""
    tempos: list[float] = []
    while speed < Fraction(1, 2):
        tempos.append(0.5)
        speed *= 2
    return tempos + ([float(speed)] if speed != 1 else [])


def mix_arguments(target: str) -> list[str]:
    """Encode the film's PCM from standard input to AAC."""
    import ffmpeg

    stream = ffmpeg.input("pipe:0", format="f32le", ar=SOUND_RATE, ac=2).audio
    return _named(
        stream.output(
            target, format="mp4", acodec="aac", **{"b:a": "192k", "flags:a": "+bitexact"}, **_BARE
        )
    )


def _source(place: int) -> str:
    """What stands for a file's name while a graph is built, which hashes names as UTF-8."""
    return f"source {place}"


def _named(output: Any, *sources: str) -> list[str]:
    """The arguments, with the real names of the sources in them."""
    names = {_source(place): name for place, name in enumerate(sources)}
    return [names.get(word, word) for word in cast("list[str]", output.get_args())]
