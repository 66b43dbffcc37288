"""The film's sound: every shot's own, cut to the sample, mixed whole and encoded once.

Places are counted from the film's beginning in whole samples, so no error builds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, ToolFailedError
from pipeline.film.segments import Segment, Segments, run_in_folder, segment_key
from pipeline.film.timeline import Cut, Timeline, clip_fault
from pipeline.media.filters import SOUND_FRAME, SOUND_RATE, mix_arguments, sound_arguments
from pipeline.media.join import picture_delay

if TYPE_CHECKING:
    import threading

    from pipeline.ids import Digest
    from pipeline.media.ffmpeg import FFmpeg

_PIECE = 1 << 18  # bytes fed to the encoder at a time
_SLACK = 1024  # samples a copied sound may lack at its end: one AAC packet


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sound of one cut: ``samples`` of its clip's own, or of silence where not ``audible``."""

    cut: Cut
    audible: bool
    skip: Fraction  # how much of the clip's head the film does not show, in seconds
    samples: int


def is_silent(timeline: Timeline) -> bool:
    """Whether nothing at all is to be heard."""
    return not any(_is_audible(cut) for cut in timeline.cuts)


def _is_audible(cut: Cut) -> bool:
    return not cut.muted and cut.clip.facts.sound is not None


def sound_agrees(timeline: Timeline) -> bool:
    """Whether all clips' sound can be joined by copy, if their pictures are."""
    kinds = {_copyable_sound(cut) for cut in timeline.cuts}
    return len(kinds) == 1 and None not in kinds


def _copyable_sound(cut: Cut) -> str | None:
    sound = cut.clip.facts.sound
    if sound is None or cut.muted or sound.codec != "aac":
        return None
    wanted = cut.clip.facts.frames / cut.clip.facts.rate * sound.rate
    return sound.parameters if sound.samples >= wanted - _SLACK else None


def lay_sound(timeline: Timeline) -> tuple[Stretch, ...]:
    """The film's sound, one stretch a cut; each ends on the sample where its picture ends."""
    ends = [
        _sample(start + cut.frames, timeline.rate)
        for start, cut in zip(timeline.starts, timeline.cuts, strict=True)
    ]
    begins = [0, *ends[:-1]]
    return tuple(
        Stretch(cut, _is_audible(cut), skip=cut.skip / timeline.rate, samples=end - begin)
        for cut, begin, end in zip(timeline.cuts, begins, ends, strict=True)
    )


def _sample(frame: int, rate: Fraction) -> int:
    return round(frame / rate * SOUND_RATE)


def decode_stretch(
    stretch: Stretch, ffmpeg: FFmpeg, segments: Segments, stop: threading.Event
) -> Segment:
    """The stretch as PCM, unless that has been made before.

    Raises:
        StoryreelError: the sound cannot be decoded; the shot is named. Or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """
    cut = stretch.cut

    def make(path: Path) -> None:
        source = f"file:{cut.clip.path.absolute()}"
        try:
            start = round((picture_delay(cut.clip.path) + stretch.skip) * SOUND_RATE)
            told = sound_arguments(source, path.name, start=start, samples=stretch.samples)
            run_in_folder(ffmpeg, told, path, stop=stop)
        except (MediaError, ToolFailedError) as error:
            raise clip_fault(cut, "cannot be decoded as sound", error) from error
        if path.stat().st_size != stretch.samples * SOUND_FRAME:
            raise clip_fault(cut, "gave sound of another length than the film needs")

    return segments.get(stretch_key(stretch, ffmpeg), ".pcm", make)


def stretch_key(stretch: Stretch, ffmpeg: FFmpeg) -> Digest:
    """What a stretch of sound depends on; silence depends on nothing but its length."""
    if not stretch.audible:
        return segment_key("silence", (), (str(stretch.samples),))
    skip = round(stretch.skip * SOUND_RATE)
    arguments = sound_arguments("clip", "segment", start=skip, samples=stretch.samples)
    return segment_key(ffmpeg.version, (stretch.cut.clip.digest,), arguments)


def mix(
    stretches: Sequence[Stretch], ffmpeg: FFmpeg, segments: Segments, stop: threading.Event
) -> Segment:
    """The whole film's sound as AAC, unless that has been made before.

    Raises:
        StoryreelError: it cannot be made, or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """

    def make(path: Path) -> None:
        pieces = _pcm(stretches, ffmpeg, segments, stop)
        run_in_folder(ffmpeg, mix_arguments(path.name), path, feed=pieces, stop=stop)

    return segments.get(mix_key(stretches, ffmpeg), ".m4a", make)


def find_mix(stretches: Sequence[Stretch], ffmpeg: FFmpeg, segments: Segments) -> Segment | None:
    """The whole film's sound, if it has been made before."""
    found = segments.find(mix_key(stretches, ffmpeg), ".m4a")
    return Segment(found, kept=True) if found else None


def mix_key(stretches: Sequence[Stretch], ffmpeg: FFmpeg) -> Digest:
    """What the film's sound depends on."""
    keys = [stretch_key(stretch, ffmpeg) for stretch in stretches]
    return segment_key(ffmpeg.version, keys, mix_arguments("segment"))


def _pcm(
    stretches: Sequence[Stretch], ffmpeg: FFmpeg, segments: Segments, stop: threading.Event
) -> Iterator[bytes]:
    """The film's sound in pieces, so that an hour of it takes no more memory than a second."""
    for stretch in stretches:
        if not stretch.audible:
            yield from _zeros(stretch.samples * SOUND_FRAME)
            continue
        path = decode_stretch(stretch, ffmpeg, segments, stop).path
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _zeros(length: int) -> Iterator[bytes]:
    whole, rest = divmod(length, _PIECE)
    silence = bytes(_PIECE)
    for _ in range(whole):
        yield silence
    yield silence[:rest]
