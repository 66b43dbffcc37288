"""Builds ffmpeg's argument lists for the film's sound. Decides, runs nothing.

Only filters and flags that ffmpeg 5.1 to 9.0 share. Every argument that decides a single byte of
what comes out is in the list, so a digest of the list is a cache key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, cast

SOUND_RATE = 48_000
SOUND_FRAME = 8  # bytes of one moment of film sound: two channels of 32-bit float
FADE = 240  # samples, 5 ms: short enough not to be heard, long enough for no click

_RAW: dict[str, Any] = {"format": "f32le", "acodec": "pcm_f32le"}
_ALL_SAMPLES = 2**31 - 1  # aloop's largest size: it takes what there is
_DUCKING = {"threshold": 0.03, "ratio": 3.5, "attack": 120, "release": 900}
_SILENCE = -69.0  # LUFS; the absolute gate of BS.1770 is -70
_WIDEST = 20  # LU, the widest range that ffmpeg 5.1 knows: nothing is squeezed for its range alone
_BARE: dict[str, Any] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard of a clip: ``samples`` of film sound, from sample ``start`` of its own on.

    ``speed`` is seconds of clip for one of film. After ``lasts`` samples (none: all) it is silent.
    ``fade_in`` and ``fade_out`` are in samples; ``blends`` says that another sound is heard
    meanwhile, so that both together stay as loud. ``level`` is in dB. ``channels`` is how many the
    clip has.
    """

    start: int
    samples: int
    speed: Fraction = Fraction(1)
    lasts: int | None = None
    fade_in: int = FADE
    fade_out: int = FADE
    blends: bool = False
    level: float = 0.0
    channels: int = 2

    @property
    def fades_out(self) -> bool:
        """Whether it goes away with the picture, which is more than to end without a click."""
        return self.blends or self.fade_out > FADE


def sound_arguments(sources: Sequence[str], target: str, heard: Sequence[Heard]) -> list[str]:
    """Decode what is heard of a clip, or of two at once, as the film's PCM.

    Float stereo at 48 kHz without a header; holes and what is missing at the end are silence.
    """
    import ffmpeg

    sides = [_heard(place, one) for place, one in enumerate(heard)]
    stream = sides[0]
    if len(sides) > 1:
        stream = ffmpeg.filter(sides, "amix", inputs=len(sides), duration="longest", normalize=0)
    output = stream.output(target, **_RAW, **_BARE)
    return _named(output, *sources)


def _heard(place: int, heard: Heard) -> Any:
    import ffmpeg

    lasts = heard.samples if heard.lasts is None else min(heard.lasts, heard.samples)
    sound = _as_film_sound(ffmpeg.input(_source(place))["a:0"], surround=heard.channels > 2)
    stream = _from(sound, heard.start)
    for tempo in _tempos(heard.speed):
        stream = stream.filter("atempo", tempo)
    stream = _at_level(stream, heard.level)
    stream = _padded(stream, lasts)
    over = lasts == heard.samples or not heard.fades_out
    if not over:  # a picture that is held goes on fading, and the sound ends in the midst of it
        stream = _ended(stream, heard, lasts)
        lasts = heard.samples
    stream = _faded(stream, heard, lasts)
    return _padded(stream, heard.samples) if lasts < heard.samples else stream


def _ended(stream: Any, heard: Heard, lasts: int) -> Any:
    """End a sound without a click, and be silent from there on."""
    if fade := min(FADE, lasts // 2):
        begin = lasts - fade
        stream = stream.filter("afade", type="out", start_sample=begin, nb_samples=fade)
    return _padded(stream, heard.samples)


def _faded(stream: Any, heard: Heard, lasts: int) -> Any:
    curve = {"curve": "qsin"} if heard.blends else {}
    if fade := min(heard.fade_in, _room_for(heard.fade_in, heard, lasts)):
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=fade, **curve)
    if fade := min(heard.fade_out, _room_for(heard.fade_out, heard, lasts)):
        begin = lasts - fade
        stream = stream.filter("afade", type="out", start_sample=begin, nb_samples=fade, **curve)
    return stream


def _padded(stream: Any, samples: int) -> Any:
    return stream.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)


def _room_for(fade: int, heard: Heard, lasts: int) -> int:
    """Of a fade that only keeps a cut from clicking, half; one that was asked for may take all."""
    return lasts if heard.blends or fade > FADE else lasts // 2


def _as_film_sound(stream: Any, *, surround: bool = False) -> Any:
    """Float stereo at 48 kHz; holes are filled with silence, so that time goes by evenly.

    Surround is mixed down as ITU-R BS.775 says: the front as loud as it was, the centre and the
    back 3 dB less in either channel, as a mono clip is. Scaled down so that it can never clip, it
    would be 8 dB softer than the shots beside it.
    """
    scaled = {} if surround else {"rematrix_maxval": 1.0}
    stream = stream.filter(
        "aresample", SOUND_RATE, **{"async": 1}, min_hard_comp=0.01, first_pts=0, **scaled
    )
    return stream.filter(
        "aformat", sample_fmts="flt", sample_rates=SOUND_RATE, channel_layouts="stereo"
    )


def _from(stream: Any, sample: int) -> Any:
    return stream.filter("atrim", start_sample=sample).filter("asetpts", "PTS-STARTPTS")


def _at_level(stream: Any, level: float) -> Any:
    return stream.filter("volume", f"{level:g}dB") if level else stream


def _tempos(speed: Fraction) -> list[float]:
    """Factors for ``atempo``, which takes 0.5 and more at a time."""
    tempos: list[float] = []
    while speed < Fraction(1, 2):
        tempos.append(0.5)
        speed *= 2
    return tempos + ([float(speed)] if speed != 1 else [])


def mix_arguments(target: str) -> list[str]:
    """Encode the film's PCM from standard input to AAC."""
    return _named(_as_aac(_pcm("pipe:0"), target))


@dataclass(frozen=True, slots=True)
class Placed:
    """What is heard of a sound file: ``samples`` of film sound, from its own ``skip`` on.

    ``fade_in`` and ``fade_out`` are in samples, ``level`` in dB; ``loop`` begins it anew, from
    ``skip``, where it ends. What it lacks at its end is silence. ``channels`` is how many it has.
    """

    samples: int
    skip: int = 0
    level: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    loop: bool = False
    channels: int = 2


def placed_arguments(source: str, target: str, placed: Placed) -> list[str]:
    """Decode what is heard of a sound file as the film's PCM."""
    import ffmpeg

    surround = placed.channels > 2
    sound = _as_film_sound(ffmpeg.input(_source(0))["a:0"], surround=surround)
    stream = _from(sound, placed.skip)
    if placed.loop:  # as many samples as there are, at most
        stream = stream.filter("aloop", loop=-1, size=_ALL_SAMPLES)
    stream = _padded(_at_level(stream, placed.level), placed.samples)
    if placed.fade_in:
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=placed.fade_in)
    if placed.fade_out:
        begin = placed.samples - placed.fade_out
        stream = stream.filter("afade", type="out", start_sample=begin, nb_samples=placed.fade_out)
    return _named(stream.output(target, **_RAW, **_BARE), source)


Ducked = Literal["voice", "all", "never"]


@dataclass(frozen=True, slots=True)
class Track:
    """One of the inputs of a mix; ``duck`` is what a track of music makes way for."""

    bus: Literal["voice", "cues", "music"]
    duck: Ducked = "never"


def mixdown_arguments(
    sources: Sequence[str], target: str, tracks: Sequence[Track], samples: int, *, encode: bool
) -> list[str]:
    """Mix the shots' sound, from standard input, with tracks of PCM of the same length.

    Args:
        sources: the tracks' files.
        target: the file to write.
        tracks: what the sources are.
        samples: how many the film has.
        encode: write AAC, else PCM.
    """
    import ffmpeg

    shots = _pcm("pipe:0")
    inputs = [(track, _padded(_pcm(_source(place)), samples)) for place, track in enumerate(tracks)]
    mixed = _mixed(shots, inputs, samples)
    if encode:
        return _named(_as_aac(mixed, target), *sources)
    return _named(ffmpeg.output(mixed, target, **_RAW, **_BARE), *sources)


def _mixed(shots: Any, inputs: Sequence[tuple[Track, Any]], samples: int) -> Any:
    """Shots, voices and cues at once; then music, under what it makes way for."""
    ducks = list(dict.fromkeys(track.duck for track, _ in inputs if track.bus == "music"))
    keys: dict[Ducked, Any] = {}
    voice = _sum([stream for track, stream in inputs if track.bus == "voice"])
    if "voice" in ducks and voice is not None:
        voice, keys["voice"] = _twice(voice)
    cues = _sum([stream for track, stream in inputs if track.bus == "cues"])
    rest = _sum([stream for stream in (shots, voice, cues) if stream is not None])
    if "all" in ducks:
        rest, keys["all"] = _twice(rest)
    pieces = {
        duck: _sum([stream for track, stream in inputs if track == Track("music", duck)])
        for duck in ducks
    }
    music = [_ducked(piece, keys.get(duck), samples) for duck, piece in pieces.items()]
    return _padded(_sum([rest, *music]), samples)


def _twice(stream: Any) -> tuple[Any, Any]:
    split = stream.filter_multi_output("asplit", 2)
    return split[0], split[1]


def _ducked(music: Any, key: Any, samples: int) -> Any:
    """Music that is quieter by about 9 dB while the key sounds (conventions.md, measured).

    When one of its inputs ends, the compressor drops what it still holds of the other, and how
    much that is hangs on chance: so neither ever ends.
    """
    import ffmpeg

    if key is None:
        return music
    endless = [music.filter("apad"), key.filter("apad")]
    return ffmpeg.filter(endless, "sidechaincompress", **_DUCKING).filter(
        "atrim", end_sample=samples
    )


def _sum(streams: Sequence[Any]) -> Any:
    """All of them at once, none quieter than it was; none, if there are none."""
    import ffmpeg

    if len(streams) < 2:
        return streams[0] if streams else None
    return ffmpeg.filter(
        list(streams), "amix", inputs=len(streams), duration="longest", normalize=0
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """A sound as loudnorm measures it: LUFS, LU, dBTP, LUFS of its gate."""

    loudness: float
    range: float
    peak: float
    threshold: float

    @property
    def silent(self) -> bool:
        """Whether there is nothing to be measured: all of it lies below the gate."""
        return self.loudness < _SILENCE


def measuring_arguments(source: str, target: float, peak: float) -> list[str]:
    """Measure the film's PCM; what was found stands in JSON at the end of what ffmpeg says."""
    stream = _pcm(_source(0)).filter(
        "loudnorm", I=target, TP=peak, LRA=_WIDEST, print_format="json"
    )
    return ["-loglevel", "info", *_named(stream.output("-", format="null"), source)]


def levelled_arguments(
    source: str,
    target: str,
    loudness: tuple[float, float] | None,
    found: Measured,
    samples: int,
) -> list[str]:
    """Bring the film's PCM to a loudness and encode it.

    One change of level for all of it where its peaks allow; loudnorm goes dynamic otherwise, and
    says so in its JSON (``normalization_type``).

    Args:
        source: the PCM.
        target: the file to write.
        loudness: LUFS wanted, and dBTP allowed; none leaves it as it is.
        found: what the first pass measured.
        samples: how many the film has.
    """
    stream = _pcm(_source(0))
    if loudness is not None:
        stream = _levelled(stream, loudness, found)
    output = _as_aac(_padded(stream, samples), target)
    return ["-loglevel", "info", *_named(output, source)]


def _levelled(stream: Any, loudness: tuple[float, float], found: Measured) -> Any:
    # a range of 0 (a steady tone) counts as not measured, and would make it go dynamic
    stream = stream.filter(
        "loudnorm", I=loudness[0], TP=loudness[1], LRA=_WIDEST, linear="true",
        measured_I=min(found.loudness, 0), measured_LRA=min(max(found.range, 0.01), _WIDEST),
        measured_TP=found.peak, measured_thresh=min(found.threshold, 0), print_format="json",
    )  # fmt: skip
    # when dynamic it works, and leaves, at 192 kHz
    return stream.filter("aresample", SOUND_RATE).filter(
        "aformat", sample_fmts="fltp", sample_rates=SOUND_RATE, channel_layouts="stereo"
    )


def weighing_arguments(source: str, heard: Heard) -> list[str]:
    """Measure what is heard of a clip; ffmpeg says it at its end (``I:`` and ``Peak:``)."""
    stream = _heard(0, heard).filter("ebur128", peak="sample", framelog="verbose")
    return ["-loglevel", "info", *_named(stream.output("-", format="null"), source)]


def _pcm(name: str) -> Any:
    import ffmpeg

    return ffmpeg.input(name, format="f32le", ar=SOUND_RATE, ac=2).audio


def _as_aac(stream: Any, target: str) -> Any:
    return stream.output(
        target, format="mp4", acodec="aac", **{"b:a": "192k", "flags:a": "+bitexact"}, **_BARE
    )


def _source(place: int) -> str:
    """What stands for a file's name while a graph is built, which hashes names as UTF-8."""
    return f"source {place}"


def _named(output: Any, *sources: str) -> list[str]:
    """The arguments, with the real names of the sources in them."""
    names = {_source(place): name for place, name in enumerate(sources)}
    return [names.get(word, word) for word in cast("list[str]", output.get_args())]
