"""Builds ffmpeg's argument lists: the only place that knows its filters. Decides, runs nothing.

Only filters and flags that ffmpeg 5.1 to 9.0 share. Every argument that decides a single byte of
what comes out is in the list, so a digest of the list is a cache key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, cast

from pipeline.media.frame_filters import EXACT, in_film_frame, is_in_form, spelled, tagged
from pipeline.media.matching import Grade, graded
from pipeline.media.xfade import XFADE

if TYPE_CHECKING:
    from pipeline.media.entries import Entry
    from pipeline.media.facts import ClipFacts

ChromaPlace = Literal["left", "centre"]
Fit = Literal["bars", "fill", "blur"]
"""How a picture of another shape meets the frame: ``storyboard/framing.py`` has the words."""

CENTRE = (Fraction(50), Fraction(50))

_FINE = 1000  # ticks a film frame where frames are known by their time stamps

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


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a clip: ``frames`` of film, beginning ``head`` seconds into it.

    ``speed`` is seconds of clip for one of film; the last ``held`` frames stand still. ``focus``
    is the point, in percent from the top left, that stays in sight where ``fit`` cuts off edges.
    The first ``fade_in`` frames come out of black, the last ``fade_out`` go into it.
    """

    facts: ClipFacts
    fit: Fit
    frames: int
    head: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    held: int = 0
    focus: tuple[Fraction, Fraction] = CENTRE
    fade_in: int = 0
    fade_out: int = 0
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How the very same bytes are come by sooner; keys are made without.

    The clip is decoded from ``entry`` on (none: its start), by so many ``threads`` (none: as
    ffmpeg likes), and not scaled where it already has the film's form.
    """

    entry: Entry | None = None
    threads: int | None = None


Stills = Sequence[tuple[int, int]]
"""For each clear picture laid over a part: its first frame there, and the one behind its last."""


def picture_arguments(
    sources: str | Sequence[str],
    target: str,
    shown: Shown,
    frame: Frame,
    stills: Stills = (),
    shortcut: Shortcut | None = None,
) -> list[str]:
    """Bring what is shown of a clip's picture to the film's frame.

    ``sources`` is the clip, and behind it a picture for each of ``stills``.

    Raises:
        ValueError: the clip's colours are in a form that cannot be read.
    """
    names = (sources,) if isinstance(sources, str) else sources
    stream = _overlaid(_picture(0, shown, frame, shortcut), stills, frame)
    return _named(_encoded(stream, target, shown.frames, frame), *_by_place(names, 1))


def blend_arguments(
    sources: Sequence[str],
    target: str,
    shown: tuple[Shown, Shown],
    kind: str,
    frame: Frame,
    stills: Stills = (),
    shortcuts: Sequence[Shortcut | None] = (None, None),
) -> list[str]:
    """Let one clip's picture become another's over as many frames as both show.

    Args:
        sources: the clip that goes and the one that comes; then a picture for each still.
        target: the file to write.
        shown: of each, of the same number of frames.
        kind: one of ``storyboard/transitions.py``.
        frame: the film's.
        stills: where the pictures lie over it.
        shortcuts: for each clip.

    Raises:
        ValueError: a clip's colours are in a form that cannot be read.
    """
    import ffmpeg

    frames = shown[0].frames
    sides = [
        _picture(place, one, frame, shortcut)
        for place, (one, shortcut) in enumerate(zip(shown, shortcuts, strict=True))
    ]
    seconds = float(frames / frame.rate)
    # xfade wants one time base; what it leaves of either side beyond the blend is cut off
    timed = [_past_its_end(side, frame) for side in sides]
    stream = ffmpeg.filter(timed, "xfade", transition=XFADE[kind], duration=seconds, offset=0)
    stream = stream.filter("trim", end_frame=frames)
    stream = _overlaid(tagged(stream), stills, frame)
    told = _named(_encoded(stream, target, frames, frame), *_by_place(sources, 2))
    # so few frames are done before many threads have begun
    return ["-filter_complex_threads", "1", *told] if any(shortcuts) else told


def _past_its_end(side: Any, frame: Frame) -> Any:
    """One frame longer: where a side ends, ffmpeg 5.1 leaves the blend's last frame out."""
    timed = side.filter("settb", "AVTB").filter("fps", fps=spelled(frame.rate))
    return timed.filter("tpad", stop=1, stop_mode="clone")


def _picture(place: int, shown: Shown, frame: Frame, shortcut: Shortcut | None) -> Any:
    """What is shown of a clip, in the film's frame and on its time from 0 on."""
    import ffmpeg

    entry = shortcut.entry if shortcut else None
    stream = ffmpeg.input(_SOURCES[place], **_reading(shortcut))["V:0"]
    lead = math.ceil(shown.head * frame.rate / shown.speed)
    moving = max(1, shown.frames - shown.held)
    stream = _on_film_time(stream, shown, frame.rate, lead, entry)
    stream = stream.filter("trim", start_frame=lead, end_frame=lead + moving)
    if shown.frames > moving:
        stream = stream.filter("tpad", stop=shown.frames - moving, stop_mode="clone")
    stream = stream.filter("setpts", "PTS-STARTPTS")
    if shortcut and is_in_form(shown.facts, frame):
        stream = tagged(stream.filter("format", "yuv420p").filter("setsar", 1))
    else:
        stream = in_film_frame(stream, shown, frame)
    return _faded(graded(stream, shown.grade), shown)


def _faded(stream: Any, shown: Shown) -> Any:
    """From black and to black: the first frame and the last are black, and no other."""
    if shown.fade_in:
        stream = stream.filter("fade", type="in", start_frame=0, nb_frames=shown.fade_in)
    if fade := min(shown.fade_out, shown.frames - 1):
        begin = shown.frames - 1 - fade
        stream = stream.filter("fade", type="out", start_frame=begin, nb_frames=fade)
    return stream


def _overlaid(stream: Any, stills: Stills, frame: Frame) -> Any:
    """Lay clear pictures over a part, each over its frames."""
    import ffmpeg

    for place, (start, end) in enumerate(stills):
        # ffmpeg 5.1 would take a "%" in a name for a numbered sequence
        still = ffmpeg.input(_STILL.format(place), format="png_pipe")["v:0"]
        still = still.filter("settb", spelled(1 / frame.rate))
        still = still.filter("scale", flags=EXACT, out_color_matrix="bt709", out_range="tv")
        still = still.filter("format", "yuva420p")
        shown = f"between(n,{start},{end - 1})"
        stream = stream.overlay(still, x=0, y=0, format="yuv420", enable=shown)
    return tagged(stream) if stills else stream


def _encoded(stream: Any, target: str, frames: int, frame: Frame) -> Any:
    return stream.output(
        target, **{"frames:v": frames}, **picture_settings(frame), **_SEGMENT, **_BARE
    )


def specimen_arguments(target: str, frame: Frame) -> list[str]:
    """Encode half a second of black: it shows what parameters encoded picture has."""
    import ffmpeg

    rate = spelled(frame.rate)
    black = ffmpeg.input(f"color=black:s={frame.width}x{frame.height}:r={rate}", f="lavfi").video
    stream = tagged(black.filter("format", "yuv420p"))
    frames = max(2, round(frame.rate / 2))
    return _named(
        stream.output(
            target,
            **{"frames:v": frames},
            **picture_settings(frame),
            **_SEGMENT,
            **_BARE,
        )
    )


def _reading(shortcut: Shortcut | None) -> dict[str, Any]:
    """Begin to read at an entry, or before it: nothing is cut off, frames are known by number."""
    if shortcut is None:
        return {}
    options: dict[str, Any] = {"threads": shortcut.threads} if shortcut.threads else {}
    if shortcut.entry:
        moment = f"{float(shortcut.entry.seconds):.6f}"
        options |= {"ss": moment, "seek_timestamp": 1, "noaccurate_seek": None}
    return options


def _on_film_time(
    stream: Any, shown: Shown, rate: Fraction, lead: int, entry: Entry | None = None
) -> Any:
    """Let film frame ``lead + n`` show what is on the screen n / rate after the head.

    That is the law of ``timing``: a clip's frame k begins at film frame
    ceil((k / clip rate - head) * rate / speed). Evenly spaced frames are counted, so that rounded
    time stamps do not matter; others go by their time stamps. The last frame is held, whatever
    ffmpeg thinks of its length.
    """
    paced = spelled(rate)
    if shown.facts.variable:
        stream = stream.filter("setpts", _variable_times(shown, rate, lead))
        stream = stream.filter("fps", fps=paced, round="up", start_time=0)
        return stream.filter("tpad", stop=-1, stop_mode="clone")
    ratio = rate / (shown.facts.rate * shown.speed)
    begin = lead - shown.head * rate / shown.speed  # where the clip's first frame lies
    bottom = math.lcm(ratio.denominator, begin.denominator)
    top, shift = int(ratio * bottom), int(begin * bottom) + bottom - 1
    if entry is None:
        stream = stream.filter("settb", spelled(1 / rate))
        stream = stream.filter("setpts", f"trunc((N*{top}+{shift})/{bottom})")
    else:
        number = f"(floor(T*{spelled(shown.facts.rate)}+1/2)+{entry.frame})"
        stream = stream.filter("settb", spelled(1 / (rate * _FINE)))
        stream = stream.filter("setpts", f"{_FINE}*trunc(({number}*{top}+{shift})/{bottom})")
        stream = stream.filter("settb", spelled(1 / rate))
    stream = stream.filter("tpad", stop=2, stop_mode="clone")
    return stream.filter("fps", fps=paced, round="up", start_time=0)


def _variable_times(shown: Shown, rate: Fraction, lead: int) -> str:
    if not shown.head and shown.speed == 1:
        return "PTS-STARTPTS"
    begin = lead / rate - shown.head / shown.speed
    return f"(PTS-STARTPTS)/({spelled(shown.speed)})+({spelled(begin)})/TB"


_SOURCES = ("the source", "the other source")  # ffmpeg-python hashes names as UTF-8, unlike paths


_STILL = "the still {}"


def _by_place(sources: Sequence[str], clips: int) -> tuple[str, ...]:
    """The sources with those of clips in the first two places."""
    return (*sources[:clips], *[""] * (len(_SOURCES) - clips), *sources[clips:])


def _named(output: Any, *sources: str) -> list[str]:
    """The arguments, with the real names of the sources in them."""
    stills = (_STILL.format(place) for place in range(len(sources) - len(_SOURCES)))
    names = dict(zip((*_SOURCES, *stills), sources, strict=False))
    return [names.get(word, word) for word in cast("list[str]", output.get_args())]
