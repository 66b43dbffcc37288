"""Builds ffmpeg's argument lists: the only place that knows its filters. Decides, runs nothing.

Only filters and flags that ffmpeg 5.1 to 9.0 share. Every argument that decides a single byte of
what comes out is in the list, so a digest of the list is a cache key.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, cast

from pipeline.media.colour import scale_matrix, scale_range

if TYPE_CHECKING:
    from pipeline.media.facts import ClipFacts

ChromaPlace = Literal["left", "centre"]

SOUND_RATE = 48_000
SOUND_FRAME = 8  # bytes of one moment of film sound: two channels of 32-bit float
FADE = 240  # samples, 5 ms: short enough not to be heard, long enough for no click

# Without these swscale's quick rounding darkens a chain of shots (media.md).
_EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"

# A fixed number of threads gives the same bytes on any number of cores, ``cpu-independent`` on any
# processor. Where chroma lies is said in the headers, so it is said here and not by the clip.
_ENCODER_THREADS = 4
_X264 = "cpu-independent=1:open-gop=0:lookahead-threads=1:chromaloc="
_CHROMA: dict[ChromaPlace, int] = {"left": 0, "centre": 1}  # H.264, figure E-1
# An edit list written by ffmpeg 7.0 hides the last frame, whose length it does not know.
_SEGMENT: dict[str, Any] = {"format": "mp4", "fps_mode": "passthrough", "use_editlist": 0}
_BARE: dict[str, Any] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture is brought to: pixels (both even), frames a second, where its chroma lies."""

    width: int
    height: int
    rate: Fraction
    chroma: ChromaPlace = "left"


def picture_settings(frame: Frame) -> dict[str, Any]:
    """The one set of x264 settings all of a film's encoded picture is made with.

    H.264 High, yuv420p, BT.709 in studio range and tagged so, a key frame every two seconds.
    Clips made with settings that give the same headers can be joined to it by copy; an
    animatic's are (in a frame with ``centre``).
    """
    return {
        "c:v": "libx264",
        "preset": "faster",
        "crf": 18,
        "pix_fmt": "yuv420p",
        "g": round(2 * frame.rate),
        "threads": _ENCODER_THREADS,
        "x264-params": f"{_X264}{_CHROMA[frame.chroma]}",
        "flags:v": "+bitexact",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "color_range": "tv",
    }


def picture_arguments(
    source: str,
    target: str,
    facts: ClipFacts,
    frame: Frame,
    fit: Literal["bars", "fill"],
    *,
    skip: int,
    frames: int,
) -> list[str]:
    """Bring film frames ``[skip, skip + frames)`` of a clip's picture to the film's frame.

    Raises:
        ValueError: the clip's colours are in a form that cannot be read.
    """
    import ffmpeg

    stream = ffmpeg.input(_SOURCE)["V:0"]
    stream = _on_film_time(stream, facts, frame.rate)
    stream = stream.filter("trim", start_frame=skip, end_frame=skip + frames)
    stream = stream.filter("setpts", "PTS-STARTPTS")
    stream = _in_film_frame(stream, facts, frame, fit)
    return _arguments(
        stream.output(
            target,
            **{"frames:v": frames},
            **picture_settings(frame),
            **_SEGMENT,
            **_BARE,
        ),
        source,
    )


def specimen_arguments(target: str, frame: Frame) -> list[str]:
    """Encode half a second of black: it shows what parameters encoded picture has."""
    import ffmpeg

    rate = _spelled(frame.rate)
    black = ffmpeg.input(f"color=black:s={frame.width}x{frame.height}:r={rate}", f="lavfi").video
    stream = _tagged(black.filter("format", "yuv420p"))
    frames = max(2, round(frame.rate / 2))
    return _arguments(
        stream.output(
            target,
            **{"frames:v": frames},
            **picture_settings(frame),
            **_SEGMENT,
            **_BARE,
        )
    )


def sound_arguments(source: str, target: str, *, start: int, samples: int) -> list[str]:
    """Decode exactly ``samples`` of a clip's sound from sample ``start`` on, as the film's PCM.

    Float stereo at 48 kHz without a header; holes and what is missing at the end are silence;
    both ends are faded over 5 ms so that a cut does not click.
    """
    import ffmpeg

    fade = min(FADE, samples // 2)
    stream = (
        ffmpeg.input(_SOURCE)["a:0"]
        .filter("aresample", SOUND_RATE, **{"async": 1}, min_hard_comp=0.01, first_pts=0,
                rematrix_maxval=1.0)
        .filter("aformat", sample_fmts="flt", sample_rates=SOUND_RATE, channel_layouts="stereo")
        .filter("atrim", start_sample=start)
        .filter("asetpts", "PTS-STARTPTS")
        .filter("apad", whole_len=samples)
        .filter("atrim", end_sample=samples)
        .filter("afade", type="in", start_sample=0, nb_samples=fade)
        .filter("afade", type="out", start_sample=samples - fade, nb_samples=fade)
    )  # fmt: skip
    output = stream.output(target, format="f32le", acodec="pcm_f32le", **_BARE)
    return _arguments(output, source)


def mix_arguments(target: str) -> list[str]:
    """Encode the film's PCM from standard input to AAC."""
    import ffmpeg

    stream = ffmpeg.input("pipe:0", format="f32le", ar=SOUND_RATE, ac=2).audio
    return _arguments(
        stream.output(
            target, format="mp4", acodec="aac", **{"b:a": "192k", "flags:a": "+bitexact"}, **_BARE
        )
    )


def _on_film_time(stream: Any, facts: ClipFacts, rate: Fraction) -> Any:
    """Let film frame n show what is on the screen at n / rate: the law of ``timing``.

    A clip's frame k begins at film frame ceil(k * rate / clip rate). Evenly spaced frames are
    counted, so that rounded time stamps do not matter; others go by their time stamps. The last
    frame is held, whatever ffmpeg thinks of its length.
    """
    spelled = _spelled(rate)
    if facts.variable:
        stream = stream.filter("setpts", "PTS-STARTPTS").filter("fps", fps=spelled, round="up")
        return stream.filter("tpad", stop=-1, stop_mode="clone")
    ratio = rate / facts.rate
    top, bottom = ratio.numerator, ratio.denominator
    stream = stream.filter("settb", _spelled(1 / rate))
    stream = stream.filter("setpts", f"trunc((N*{top}+{bottom - 1})/{bottom})")
    stream = stream.filter("tpad", stop=2, stop_mode="clone")
    return stream.filter("fps", fps=spelled, round="up")


def _in_film_frame(
    stream: Any, facts: ClipFacts, frame: Frame, fit: Literal["bars", "fill"]
) -> Any:
    """Fit the picture into the frame, its pixels square, its colours the film's."""
    width, height = frame.width, frame.height
    if fit == "bars":
        wide = f"max(2,2*round(min({width},{height}*dar)/2))"
        high = f"max(2,2*round(min({height},{width}/dar)/2))"
    else:  # a hundredth keeps the rounding of dar from adding a column
        wide = f"max({width},2*ceil({height}*dar/2-0.01))"
        high = f"max({height},2*ceil({width}/dar/2-0.01))"
    stream = stream.filter(
        "scale",
        w=wide,
        h=high,
        flags=_EXACT,
        in_color_matrix=scale_matrix(facts),
        in_range=scale_range(facts),
        out_color_matrix="bt709",
        out_range="tv",
    )
    stream = stream.filter("format", "yuv420p").filter("setsar", 1)
    if fit == "bars":
        stream = stream.filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", "black")
    else:
        stream = stream.filter("crop", width, height)
    return _tagged(stream)


def _tagged(stream: Any) -> Any:
    return stream.filter(
        "setparams", colorspace="bt709", color_primaries="bt709", color_trc="bt709", range="tv"
    )


def _spelled(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


_SOURCE = "the source"  # ffmpeg-python hashes names as UTF-8, which a path need not be


def _arguments(output: Any, source: str = _SOURCE) -> list[str]:
    return [source if word == _SOURCE else word for word in cast("list[str]", output.get_args())]
