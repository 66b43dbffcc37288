"""The film's picture: which parts are copied as they are, and how the others are encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, StoryreelError, ToolFailedError
from pipeline.film.segments import Segment, Segments, run_in_folder, segment_key
from pipeline.film.timeline import Blend, Body, Cut, Part, Timeline, clip_fault
from pipeline.media.colour import hdr_word
from pipeline.media.entries import entry_before
from pipeline.media.facts import ALONE
from pipeline.media.filters import (
    ChromaPlace,
    Frame,
    Shortcut,
    Shown,
    blend_arguments,
    picture_arguments,
    specimen_arguments,
)
from pipeline.media.join import frames_in
from pipeline.media.probe import probe

if TYPE_CHECKING:
    import threading

    from pipeline.media.ffmpeg import FFmpeg

_CHROMA_PLACES: tuple[ChromaPlace, ...] = ("left", "centre")  # the first where all else is equal


def is_whole(part: Part, timeline: Timeline) -> bool:
    """Whether the film shows all of a clip, each frame once, in a form that plays everywhere."""
    if isinstance(part, Blend) or part.overlays:
        return False
    facts = part.cut.clip.facts
    return (
        part.first == 0
        and part.cut.use.speed == 1
        and not (part.cut.use.head or part.cut.use.hold)
        and not (part.fade_in or part.fade_out)
        and not part.cut.match
        and part.frames == facts.frames
        and (facts.width, facts.height) == (timeline.size.width, timeline.size.height)
        and facts.rate == timeline.rate
        and not facts.variable
        and facts.rotation == 0
        and facts.sample_aspect == 1
        and (facts.codec, facts.pixels) == ("h264", "yuv420p")
        and not facts.parameters.startswith(ALONE)
    )


@dataclass(frozen=True, slots=True)
class Casting:
    """Which parts are joined as they are, by place, and what the others are brought to."""

    copied: frozenset[int]
    frame: Frame


def cast(
    timeline: Timeline, refused: AbstractSet[int], specimen: Callable[[Frame], str]
) -> Casting:
    """Decide which parts are copied; ``refused`` ones never are.

    All, where all agree. Otherwise those that agree with encoded picture, whose parameters
    ``specimen`` tells for a frame; it is asked only then. Of the frames that encoded picture can
    have, the one that lets most parts be copied is taken.
    """
    parts = timeline.parts
    whole = {
        place: part.cut.clip.facts.parameters
        for place, part in enumerate(parts)
        if place not in refused and isinstance(part, Body) and is_whole(part, timeline)
    }
    frames = [
        Frame(timeline.size.width, timeline.size.height, timeline.rate, chroma)
        for chroma in _CHROMA_PLACES
    ]
    if not whole or (len(whole) == len(parts) and len(set(whole.values())) == 1):
        return Casting(frozenset(whole), frames[0])
    castings = [Casting(_agreeing(whole, specimen(frame)), frame) for frame in frames]
    return max(castings, key=lambda casting: len(casting.copied))


def _agreeing(whole: Mapping[int, str], wanted: str) -> frozenset[int]:
    return frozenset(place for place, parameters in whole.items() if parameters == wanted)


def specimen_parameters(frame: Frame, ffmpeg: FFmpeg, segments: Segments) -> str:
    """What picture encoded for ``frame`` is made with by this ffmpeg: seen, not assumed.

    Raises:
        StoryreelError: ffmpeg cannot encode it.
        OSError: the segments' folder cannot be written.
    """

    def make(path: Path) -> None:
        run_in_folder(ffmpeg, specimen_arguments(path.name, frame), path)

    key = segment_key(ffmpeg.version, (), specimen_arguments("segment", frame))
    return probe(segments.get(key, ".mp4", make).path).parameters


def encode_part(
    part: Part,
    frame: Frame,
    ffmpeg: FFmpeg,
    segments: Segments,
    *,
    stop: threading.Event,
    on_frame: Callable[[int], None],
) -> Segment:
    """Bring a part to ``frame``, its rate and colours, unless that has been done before.

    Raises:
        StoryreelError: it cannot be done; the shot is named. Or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """
    bodies = (part,) if isinstance(part, Body) else (part.before, part.after)

    def make(path: Path) -> None:
        try:
            paths = [*(body.cut.clip.path for body in bodies), *(o.path for o in part.overlays)]
            sources = [f"file:{path.absolute()}" for path in paths]
            told = _arguments(part, sources, path.name, frame, _shortcuts(bodies, frame.rate))
            run_in_folder(ffmpeg, told, path, stop=stop, on_frame=on_frame)
        except ToolFailedError as error:
            why = "cannot be brought to the film's frame"
            raise clip_fault(bodies[-1].cut, why, error) from error
        _check_frames(part, bodies[-1].cut, path)

    for body in bodies:
        _check_colours(body.cut)
    overlays = part.overlays
    digests = [*(body.cut.clip.digest for body in bodies), *(over.digest for over in overlays)]
    names = [*["clip", "other"][: len(bodies)], *(f"still {n}" for n in range(len(overlays)))]
    key = segment_key(ffmpeg.version, digests, _arguments(part, names, "segment", frame))
    return segments.get(key, ".mp4", make)


def _arguments(
    part: Part,
    sources: Sequence[str],
    target: str,
    frame: Frame,
    shortcuts: Sequence[Shortcut | None] = (None, None),
) -> list[str]:
    """How a part is encoded; keys know nothing of ``shortcuts``, which change no byte."""
    stills = [(over.start, over.end) for over in part.overlays]
    if isinstance(part, Body):
        shown = shown_of(part, frame.rate)
        return picture_arguments(sources, target, shown, frame, stills, shortcuts[0])
    sides = (shown_of(part.before, frame.rate), shown_of(part.after, frame.rate))
    return blend_arguments(sources, target, sides, part.kind, frame, stills, shortcuts)


_MARGIN = 2  # frames before the first one shown: a head may lie between two


def _shortcuts(bodies: Sequence[Body], rate: Fraction) -> list[Shortcut]:
    """How each clip is read sooner."""
    threads = 1 if len(bodies) > 1 else None  # a blend is over before many have begun
    found = []
    for body in bodies:
        facts = body.cut.clip.facts
        first = int(shown_of(body, rate).head * facts.rate) - _MARGIN
        found.append(Shortcut(entry_before(body.cut.clip.path, facts, first), threads))
    return found


def shown_of(body: Body, rate: Fraction) -> Shown:
    """What a body shows of its clip."""
    cut, use = body.cut, body.cut.use
    moving = max(1, cut.length - use.hold) if use.hold else body.first + body.frames
    first = min(body.first, moving - 1)
    held = max(0, body.first + body.frames - max(moving, body.first + 1))
    head = use.head + first * use.speed / rate
    return Shown(
        cut.clip.facts, cut.fit, body.frames, max(Fraction(0), head), use.speed, held,
        cut.focus, body.fade_in, body.fade_out, cut.grade,
    )  # fmt: skip


def _check_colours(cut: Cut) -> None:
    if hdr := hdr_word(cut.clip.facts):
        raise StoryreelError(
            f"The clip of {cut.shot} is HDR ({hdr}).",
            details="The film is BT.709, and tone mapping is not built yet.",
            hint="Use a clip in BT.709 for this shot.",
        )


def _check_frames(part: Part, cut: Cut, path: Path) -> None:
    try:
        frames = frames_in(path)
    except MediaError:
        frames = 0
    if frames != part.frames:
        raise clip_fault(cut, f"gave {frames} of the {part.frames} frames the film shows")
