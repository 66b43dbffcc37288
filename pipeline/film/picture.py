"""The film's picture: which cuts are copied as they are, and how the others are encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, StoryreelError, ToolFailedError
from pipeline.film.segments import Segment, Segments, run_in_folder, segment_key
from pipeline.film.timeline import Cut, Timeline, clip_fault
from pipeline.media.colour import hdr_word
from pipeline.media.facts import ALONE
from pipeline.media.filters import ChromaPlace, Frame, picture_arguments, specimen_arguments
from pipeline.media.join import frames_in
from pipeline.media.probe import probe

if TYPE_CHECKING:
    import threading

    from pipeline.media.ffmpeg import FFmpeg

_CHROMA_PLACES: tuple[ChromaPlace, ...] = ("left", "centre")  # the first where all else is equal


def is_whole(cut: Cut, timeline: Timeline) -> bool:
    """Whether the film shows all of a clip, each frame once, in a form that plays everywhere."""
    facts = cut.clip.facts
    return (
        cut.skip == 0
        and cut.frames == facts.frames
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
    """Which cuts are joined as they are, by place, and what the others are brought to."""

    copied: frozenset[int]
    frame: Frame


def cast(
    timeline: Timeline, refused: AbstractSet[int], specimen: Callable[[Frame], str]
) -> Casting:
    """Decide what is copied; ``refused`` cuts never are.

    All cuts, where all agree. Otherwise those that agree with encoded picture, whose parameters
    ``specimen`` tells for a frame; it is asked only then. Of the frames that encoded picture can
    have, the one that lets most cuts be copied is taken.
    """
    whole = {
        place: cut.clip.facts.parameters
        for place, cut in enumerate(timeline.cuts)
        if place not in refused and is_whole(cut, timeline)
    }
    frames = [
        Frame(timeline.size.width, timeline.size.height, timeline.rate, chroma)
        for chroma in _CHROMA_PLACES
    ]
    if not whole or (len(whole) == len(timeline.cuts) and len(set(whole.values())) == 1):
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


def encode_cut(
    cut: Cut,
    frame: Frame,
    ffmpeg: FFmpeg,
    segments: Segments,
    *,
    stop: threading.Event,
    on_frame: Callable[[int], None],
) -> Segment:
    """Bring a cut to ``frame``, its rate and colours, unless that has been done before.

    Raises:
        StoryreelError: it cannot be done; the shot is named. Or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """

    def arguments(source: str, target: str) -> list[str]:
        return picture_arguments(
            source,
            target,
            cut.clip.facts,
            frame,
            cut.fit,
            skip=cut.skip,
            frames=cut.frames,
        )

    def make(path: Path) -> None:
        try:
            told = arguments(f"file:{cut.clip.path.absolute()}", path.name)
            run_in_folder(ffmpeg, told, path, stop=stop, on_frame=on_frame)
        except ToolFailedError as error:
            raise clip_fault(cut, "cannot be brought to the film's frame", error) from error
        _check_frames(cut, path)

    _check_colours(cut)
    key = segment_key(ffmpeg.version, (cut.clip.digest,), arguments("clip", "segment"))
    return segments.get(key, ".mp4", make)


def _check_colours(cut: Cut) -> None:
    if hdr := hdr_word(cut.clip.facts):
        raise StoryreelError(
            f"The clip of {cut.shot} is HDR ({hdr}).",
            details="The film is BT.709, and tone mapping is not built yet.",
            hint="Use a clip in BT.709 for this shot.",
        )


def _check_frames(cut: Cut, path: Path) -> None:
    try:
        frames = frames_in(path)
    except MediaError:
        frames = 0
    if frames != cut.frames:
        raise clip_fault(cut, f"gave {frames} of the {cut.frames} frames the film shows")
