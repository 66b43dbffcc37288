"""Clips with a beep under a flash, timelines made of them, and what a film turns out to show."""

from __future__ import annotations

import array
import math
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import av
import clips

from pipeline.files import digest_of_file
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.media.probe import probe
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

SMALL = Size(72, 48)
AAC = ("-c:a", "aac", "-b:a", "96k")
SAMPLES = 48_000


def as_clip(path: Path) -> Clip:
    """A file as the store would know it."""
    return Clip(digest_of_file(path), path, probe(path))


def numbered(ffmpeg: FFmpeg, path: Path, **how: object) -> Clip:
    """A clip whose frames carry numbers; see ``clips.make``."""
    return as_clip(clips.make(ffmpeg, path, **how))  # type: ignore[arg-type]


def beeping(
    ffmpeg: FFmpeg,
    path: Path,
    *,
    rate: str = "24",
    frames: int,
    beep: int,
    sample_rate: int = SAMPLES,
    layout: str = "stereo",
    seconds: float | None = None,
    sound: Sequence[str] = AAC,
) -> Clip:
    """A black clip with one white frame, number ``beep``, at which a short beep begins."""
    moment = float(beep / Fraction(rate))
    wave = f"if(between(t\\,{moment}\\,{moment + 0.03})\\,0.8*sin(2*PI*1000*(t-{moment}))\\,0)"
    length = seconds if seconds is not None else float(frames / Fraction(rate))
    pictures = [bytes([235 if place == beep else 16]) * (72 * 48) for place in range(frames)]
    ffmpeg.run(
        [
            *("-f", "rawvideo", "-pix_fmt", "gray", "-s", "72x48", "-framerate", rate),
            *("-i", "pipe:0", "-f", "lavfi"),
            *("-i", f"aevalsrc={wave}:s={sample_rate}:d={length},aformat=channel_layouts={layout}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", *sound, str(path)),
        ],
        feed=pictures,
    )
    return as_clip(path)


def cut_of(
    clip: Clip,
    rate: Fraction = Fraction(24),
    *,
    skip: int = 0,
    frames: int | None = None,
    muted: bool = False,
    fit: Literal["bars", "fill"] = "bars",
) -> Cut:
    """A cut showing all of a clip, or ``frames`` of it after ``skip``."""
    there = math.ceil(clip.facts.frames * rate / clip.facts.rate) - skip
    shot = ShotId(clip.path.stem)
    shown = there if frames is None else frames
    return Cut(shot, clip, skip, shown, fit, muted, length=skip + shown)


def reel(
    *cuts: Cut, rate: Fraction = Fraction(24), size: Size = SMALL, title: str = "Reel"
) -> Timeline:
    """A film of these cuts."""
    return Timeline(title, size, rate, cuts)


def numbers_in(film: Path) -> list[int]:
    """The numbers in all frames of a film, in order."""
    with av.open(str(film)) as container:
        return [clips.number_in(frame.to_image()) for frame in container.decode(video=0)]


def stamps_in(film: Path) -> list[Fraction]:
    """When each frame of a film is shown, in seconds, in order."""
    with av.open(str(film)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def is_even(film: Path, rate: Fraction) -> bool:
    """Whether the film begins at 0 and every frame lasts exactly one frame."""
    stamps = stamps_in(film)
    steps = {later - earlier for earlier, later in pairwise(stamps)}
    return stamps[0] == 0 and steps <= {1 / rate}


def flashes_in(film: Path) -> list[int]:
    """The numbers of the white frames."""
    with av.open(str(film)) as container:
        return [
            place
            for place, frame in enumerate(container.decode(video=0))
            if bytes(frame.planes[0])[24 * frame.planes[0].line_size + 36] > 128
        ]


def levels_in(film: Path) -> list[float]:
    """How bright each frame is on the whole, from 0 to 255."""
    with av.open(str(film)) as container:
        grey = (frame.to_image().convert("L") for frame in container.decode(video=0))
        return [sum(image.tobytes()) / (image.width * image.height) for image in grey]


def pcm_of(ffmpeg: FFmpeg, film: Path) -> array.array[float]:
    """A film's sound as a player hears it: one channel at 48 kHz."""
    raw = film.with_suffix(".f32")
    ffmpeg.run(
        ["-i", str(film), "-map", "0:a", "-f", "f32le", "-ac", "1", "-ar", "48000", str(raw)]
    )
    return array.array("f", raw.read_bytes())


def beeps_in(ffmpeg: FFmpeg, film: Path) -> list[float]:
    """When each beep begins, in seconds."""
    begun: list[int] = []
    last = -SAMPLES
    for place, level in enumerate(pcm_of(ffmpeg, film)):
        if abs(level) > 0.15:
            if place - last > SAMPLES // 10:
                begun.append(place)
            last = place
    return [place / SAMPLES for place in begun]
