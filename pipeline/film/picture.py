"""The film's picture: which cuts are copied as they are, and how the others are encoded."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, StoryreelError, ToolFailedError
from pipeline.film.segments import Segment, Segments, run_in_folder, segment_key
from pipeline.film.timeline import Cut, Timeline, clip_fault
from pipeline.media.facts import ALONE
from pipeline.media.filters import Frame, picture_arguments, specimen_arguments
from pipeline.media.join import frames_in
from pipeline.media.probe import probe

if TYPE_CHECKING:
    import threading

    from pipeline.media.ffmpeg import FFmpeg

_HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}


def frame_of(timeline: Timeline) -> Frame:
    """What every encoded picture of the film is brought to."""
    return Frame(timeline.size.width, timeline.size.height, timeline.rate)


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


def copied_cuts(
    timeline: Timeline, refused: AbstractSet[int], specimen: Callable[[], str]
) -> frozenset[int]:
    """The places of cuts whose clips are joined as they are.

    All of them, where all agree. Otherwise those that agree with encoded picture, whose
    parameters ``specimen`` tells; it is asked only then. ``refused`` are never copied.
    """
    whole = {
        place: cut.clip.facts.parameters
        for place, cut in enumerate(timeline.cuts)
        if place not in refused and is_whole(cut, timeline)
    }
    if not whole:
        return frozenset()
    if len(whole) == len(timeline.cuts) and len(set(whole.values())) == 1:
        return frozenset(whole)
    wanted = specimen()
    return frozenset(place for place, parameters in whole.items() if parameters == wanted)


def specimen_parameters(timeline: Timeline, ffmpeg: FFmpeg, segments: Segments) -> str:
    """What encoded picture is made with, in this film by this ffmpeg: seen, not assumed.

    Raises:
        StoryreelError: ffmpeg cannot encode the film's picture.
        OSError: the segments' folder cannot be written.
    """

    def make(path: Path) -> None:
        run_in_folder(ffmpeg, specimen_arguments(path.name, frame_of(timeline)), path)

    key = segment_key(ffmpeg.version, (), specimen_arguments("segment", frame_of(timeline)))
    return probe(segments.get(key, ".mp4", make).path).parameters


def encode_cut(
    cut: Cut,
    timeline: Timeline,
    ffmpeg: FFmpeg,
    segments: Segments,
    *,
    stop: threading.Event,
    on_frame: Callable[[int], None],
) -> Segment:
    """Bring a cut to the film's frame, rate and colours, unless that has been done before.

    Raises:
        StoryreelError: it cannot be done; the shot is named. Or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """

    def arguments(source: str, target: str) -> list[str]:
        return picture_arguments(
            source,
            target,
            cut.clip.facts,
            frame_of(timeline),
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
    facts = cut.clip.facts
    if facts.transfer in _HDR:
        raise StoryreelError(
            f"The clip of {cut.shot} is HDR ({_HDR[facts.transfer]}).",
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
