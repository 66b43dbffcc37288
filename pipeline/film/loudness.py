"""How loud shots and films are: measured once, kept by content; what to do about it is decided.

Loudness is ITU-R BS.1770's, in LUFS; differences are in LU, which are decibels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, ToolFailedError
from pipeline.film.segments import Segment, Segments, run_in_folder, segment_key
from pipeline.film.sound import heard_of_cut
from pipeline.film.timeline import Cut, Timeline, clip_fault
from pipeline.media.sound_filters import (
    Heard,
    Measured,
    levelled_arguments,
    measuring_arguments,
    weighing_arguments,
)

if TYPE_CHECKING:
    import threading
    from fractions import Fraction

    from pipeline.ids import Digest, ShotId
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.storyboard.levels import Loudness

APART = 6.0
"""LU between neighbours that are worth telling."""
_MOST = 12.0  # dB a shot is brought up or down; what is further off is not meant to be heard
_CEILING = -1.0  # dBFS that no shot is brought above
_AUDIBLE = -60.0  # LUFS; a shot below it is as good as silent
_I = re.compile(rb"^\s+I:\s+(-?[0-9.]+|-inf|nan) LUFS")
_PEAK = re.compile(rb"^\s+Peak:\s+(-?[0-9.]+|-inf|nan) dBFS")


@dataclass(frozen=True, slots=True)
class Weight:
    """How loud a shot's own sound is, and its highest sample, in dBFS."""

    loudness: float
    peak: float

    @property
    def audible(self) -> bool:
        """Whether it is more than silence."""
        return self.loudness > _AUDIBLE


def weigh(
    cut: Cut, rate: Fraction, ffmpeg: FFmpeg, segments: Segments, stop: threading.Event
) -> Weight:
    """Measure what the film shows of a shot, unless that has been done before.

    Raises:
        StoryreelError: its sound cannot be decoded; the shot is named. Or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """

    def make(path: Path) -> None:
        try:
            source = f"file:{cut.clip.path.absolute()}"
            told = weighing_arguments(source, heard_of_cut(cut, rate))
            said: list[bytes] = []
            run_in_folder(ffmpeg, told, path, stop=stop, on_words=said.append)
        except (MediaError, ToolFailedError) as error:
            raise clip_fault(cut, "cannot be decoded as sound", error) from error
        path.write_text(json.dumps(asdict(_weight_in(said))))

    key = _weight_key(cut, heard_of_cut(cut, rate, delayed=False), ffmpeg)
    return Weight(**json.loads(segments.get(key, ".weight", make).path.read_bytes()))


def _weight_key(cut: Cut, heard: Heard, ffmpeg: FFmpeg) -> Digest:
    return segment_key(ffmpeg.version, [cut.clip.digest], weighing_arguments("clip", heard))


def _weight_in(said: Sequence[bytes]) -> Weight:
    """What ebur128 says at its end."""
    loudness = _last(_I, said)
    peak = _last(_PEAK, said)
    return Weight(loudness, peak)


def _last(pattern: re.Pattern[bytes], said: Sequence[bytes]) -> float:
    found = [match[1] for line in said if (match := pattern.match(line))]
    written = found[-1].decode() if found else "nan"
    return -120.0 if written in ("-inf", "nan") else float(written)


def gains(weights: Mapping[ShotId, Weight], levels: Mapping[ShotId, float]) -> dict[ShotId, float]:
    """What each shot's sound is changed by, in dB, so that all are as loud as the middle one.

    Silence stays silence; none is brought above the ceiling, nor further than 12 dB. What the
    author says of a shot's level comes on top.
    """
    audible = {shot: weight for shot, weight in weights.items() if weight.audible}
    if not audible:
        return {}
    aim = median(weight.loudness for weight in audible.values())
    return {
        shot: round(_gain(weight, aim, levels.get(shot, 0.0)), 1)
        for shot, weight in audible.items()
    }


def _gain(weight: Weight, aim: float, level: float) -> float:
    wanted = max(-_MOST, min(_MOST, aim - weight.loudness))
    room = max(0.0, _CEILING - weight.peak - max(0.0, level))
    return min(wanted, room)


def uneven(timeline: Timeline, weights: Mapping[ShotId, Weight]) -> Iterator[str]:
    """The neighbours that are more than 6 LU apart, in words; levels count in."""
    before: tuple[ShotId, float] | None = None
    for cut in timeline.cuts:
        weight = weights.get(cut.shot)
        if weight is None or not weight.audible:
            before = None
            continue
        loudness = weight.loudness + cut.level
        if before and abs(loudness - before[1]) > APART:
            word = "louder" if loudness > before[1] else "quieter"
            apart = abs(loudness - before[1])
            yield f"{cut.shot} is {apart:.1f} LU {word} than {before[0]} before it"
        before = (cut.shot, loudness)


@dataclass(frozen=True, slots=True)
class Levelled:
    """A film's sound at the loudness asked for; ``told`` is what is worth telling of it."""

    track: Segment
    told: tuple[str, ...]


def level_film(
    pcm: Segment,
    key: Digest,
    wanted: Loudness,
    samples: int,
    ffmpeg: FFmpeg,
    segments: Segments,
    stop: threading.Event,
) -> Levelled:
    """Bring a film's PCM to a loudness in two passes, and encode it, unless that has been done.

    Raises:
        StoryreelError: ffmpeg failed, or ``stop`` was set.
        OSError: the segments' folder cannot be written.
    """

    def make(path: Path) -> None:
        said: list[bytes] = []
        source = pcm.path.name
        told = measuring_arguments(source, wanted.target, wanted.peak)
        run_in_folder(ffmpeg, told, path, stop=stop, on_words=said.append)
        found = measured_in(said)
        said.clear()
        aim = (wanted.target, wanted.peak)
        told = levelled_arguments(source, path.name, None if found.silent else aim, found, samples)
        run_in_folder(ffmpeg, told, path, stop=stop, on_words=said.append)
        outcome = {**asdict(found), **({} if found.silent else _outcome(said))}
        # before the track: where there is a track there is what is to be told of it
        segments.get(key, ".loudness", lambda beside: _write(beside, json.dumps(outcome)))

    return _levelled(segments.get(key, ".m4a", make), key, wanted, segments)


def find_levelled(key: Digest, wanted: Loudness, segments: Segments) -> Levelled | None:
    """The film's sound at a loudness, if it has been made before."""
    track = segments.find(key, ".m4a")
    if track is None or segments.find(key, ".loudness") is None:
        return None
    return _levelled(Segment(track, kept=True), key, wanted, segments)


def levelled_key(mixed: Digest, wanted: Loudness, samples: int, ffmpeg: FFmpeg) -> Digest:
    """What a levelled track depends on."""
    aim = (wanted.target, wanted.peak)
    told = levelled_arguments("pcm", "segment", aim, Measured(0, 0, 0, 0), samples)
    return segment_key(ffmpeg.version, [mixed], told)


def _levelled(track: Segment, key: Digest, wanted: Loudness, segments: Segments) -> Levelled:
    record = segments.find(key, ".loudness")
    said = json.loads(record.read_bytes()) if record else {}
    return Levelled(track, tuple(loudness_words(said, wanted)))


def loudness_words(said: Mapping[str, float], wanted: Loudness) -> Iterator[str]:
    """What is worth telling of a film that was brought to a loudness."""
    if said.get("dynamic"):
        peak = said["peak"] + wanted.target - said["loudness"]
        yield (
            f"the sound was levelled moment by moment, to {said['reached']:.1f} LUFS: one change "
            f"of level to {wanted.target:g} would have put its peaks at {peak:+.1f} dBTP, over "
            f"{wanted.peak:g}"
        )
    elif said and said["loudness"] < _AUDIBLE:
        yield f"the sound is too quiet to be brought to {wanted.target:g} LUFS: left as it is"


def measured_in(said: Sequence[bytes]) -> Measured:
    """What loudnorm's JSON says of what came in.

    Raises:
        ToolFailedError: there is none.
    """
    told = _json_in(said)
    try:
        values = [float(told[f"input_{name}"]) for name in ("i", "lra", "tp", "thresh")]
    except (KeyError, ValueError) as error:
        raise ToolFailedError("ffmpeg did not say how loud the film is.") from error
    return Measured(*(max(-99.0, value) for value in values))


def _outcome(said: Sequence[bytes]) -> dict[str, float | bool]:
    """How the second pass went: whether it had to go dynamic, and what it reached."""
    told = _json_in(said)
    dynamic = told.get("normalization_type") == "dynamic"
    return {"dynamic": dynamic, "reached": float(told.get("output_i", "nan"))}


def _json_in(said: Sequence[bytes]) -> dict[str, str]:
    """The last JSON among ffmpeg's words."""
    text = b"".join(said).decode(errors="replace")
    begin, end = text.rfind("{"), text.rfind("}")
    try:
        return dict(json.loads(text[begin : end + 1]))
    except ValueError:
        return {}


def _write(path: Path, text: str) -> None:
    path.write_text(text)
