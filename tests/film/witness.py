"""What a film must show and let hear of hostile clips, worked out anew, and whether it does.

``doubts`` reads every frame of a film: the number and the colours of each shot, the mix of a
dissolve, both sides of a wipe; and the pitch of its sound, which says where in its clip each moment
lies. No word of it comes from the code on trial.
"""

from __future__ import annotations

import array
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import av
from hostile import BARS, HIGH, LOW, PATCHES, RISE, Kind, Sound, grey

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

RATE = Fraction(24)
STEADY = 3000  # Hz
HOME = Kind(start=300, frames=12, sound=Sound(waves=(f"0.3*sin(2*PI*{STEADY}*t)",) * 2))
_READ = 8000  # samples a second that are looked at
_EXACT = (
    "scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    ":in_color_matrix=bt709:in_range=tv,format=rgb24"
)
Colour = tuple[float, ...]


@dataclass(frozen=True)
class Part:
    """A shot as its board has it; ``comes`` overlaps the one before it by ``overlap`` frames."""

    kind: Kind
    frames: int
    head: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    hold: int = 0
    fit: str = "bars"
    comes: str = ""
    overlap: int = 0
    fades: int = 0  # frames from black, and to it
    matched: bool = False  # to another shot's colours: only its bars are read

    def at(self, frame: Fraction | int) -> Fraction:
        """Where in its clip it is at one of its film frames."""
        moving = min(frame, self.frames - 1 - self.hold) if self.hold else frame
        return self.head + moving * self.speed / RATE

    def shade(self, frame: int) -> float:
        """How far a frame is out of the black."""
        if not self.fades:
            return 1.0
        return min(1.0, frame / self.fades, (self.frames - 1 - frame) / self.fades)


@dataclass(frozen=True)
class Spot:
    """A place in the film's frame that shows a bar or a patch of a clip."""

    x: int
    y: int
    bar: int | None
    patch: int = 0

    def colour(self, part: Part, frame: int) -> Colour:
        """What ought to be there."""
        if self.bar is None:
            colour = PATCHES[self.patch]
            return grey(colour) if part.kind.grey else colour
        number = part.kind.number_at(part.at(frame))
        return ((HIGH if number >> (BARS - 1 - self.bar) & 1 else LOW),) * 3


def spots(part: Part, fit: str, size: tuple[int, int]) -> list[Spot]:
    """Where the middles of a clip's bars and patches lie, as far as they are in sight."""
    width, height = size
    across = part.kind.aspect >= Fraction(width, height)
    inside = fit != "fill"
    wide = Fraction(width) if across == inside else height * part.kind.aspect
    high = wide / part.kind.aspect
    left, top = (width - wide) / 2, (height - high) / 2
    middle = [
        *((n, BARS, high / 4, True) for n in range(BARS)),
        *((n, len(PATCHES), high * 3 / 4, False) for n in range(len(PATCHES))),
    ]
    found = [
        Spot(int(left + wide * (2 * n + 1) / (2 * of)), int(top + down), n if bar else None, n)
        for n, of, down, bar in middle
    ]
    return [one for one in found if 1 <= one.x < width - 1 and 1 <= one.y < height - 1]


@dataclass(frozen=True)
class Reel:
    """A film as it ought to be: its parts, in one ``fit`` where an output asks for that."""

    parts: Sequence[Part]
    fit: str | None = None

    @property
    def starts(self) -> list[int]:
        """The film frame each part begins on."""
        ends = accumulate(part.frames - part.overlap for part in self.parts)
        return [end - part.frames for end, part in zip(ends, self.parts, strict=True)]

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.starts[-1] + self.parts[-1].frames

    def alone(self, place: int) -> range:
        """The frames of a part that are seen by themselves."""
        behind = self.parts[place + 1].overlap if place + 1 < len(self.parts) else 0
        return range(self.parts[place].overlap, self.parts[place].frames - behind)


def doubts(ffmpeg: FFmpeg, film: Path, reel: Reel, scratch: Path) -> list[str]:
    """Whatever in a film is not as it ought to be, in words; files are written to ``scratch``."""
    return [*_picture_doubts(ffmpeg, film, reel, scratch), *_stamp_doubts(film, reel),
            *_sound_doubts(ffmpeg, film, reel, scratch)]  # fmt: skip


def _stamp_doubts(film: Path, reel: Reel) -> Iterator[str]:
    with av.open(str(film)) as container:
        stamps = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    if stamps != [n / RATE for n in range(reel.frames)]:
        yield f"{len(stamps)} frames, or uneven ones, for {reel.frames}"


def _picture_doubts(ffmpeg: FFmpeg, film: Path, reel: Reel, scratch: Path) -> Iterator[str]:
    with av.open(str(film)) as container:
        size = container.streams.video[0].width, container.streams.video[0].height
    raw = scratch / "film.rgb"
    ffmpeg.run(["-i", str(film), "-map", "0:v:0", "-vf", _EXACT, "-fps_mode", "passthrough",
                "-f", "rawvideo", str(raw)])  # fmt: skip
    pictures = _Pictures(raw.read_bytes(), size)
    for place, start in enumerate(reel.starts):
        yield from _alone_doubts(reel, place, start, pictures)
        yield from _blend_doubts(reel, place, start, pictures)


@dataclass(frozen=True)
class _Pictures:
    data: bytes
    size: tuple[int, int]

    def at(self, frame: int, spot: Spot) -> tuple[int, ...]:
        place = ((frame * self.size[1] + spot.y) * self.size[0] + spot.x) * 3
        return tuple(self.data[place : place + 3])


def _near(seen: Sequence[float], wanted: Sequence[float], within: float) -> bool:
    return len(seen) == 3 and all(abs(a - b) <= within for a, b in zip(seen, wanted, strict=True))


def _alone_doubts(reel: Reel, place: int, start: int, pictures: _Pictures) -> Iterator[str]:
    part = reel.parts[place]
    places = spots(part, reel.fit or part.fit, pictures.size)
    for frame in reel.alone(place):
        shade = part.shade(frame)
        for spot in places:
            if part.matched and spot.bar is None:
                continue
            wanted = tuple(level * shade for level in spot.colour(part, frame))
            within = 60 if shade < 1 or part.matched else 30 if spot.bar is not None else 14
            seen = pictures.at(start + frame, spot)
            if not _near(seen, wanted, within):
                yield f"part {place} frame {frame} {spot}: {seen} for {wanted}"


def _blend_doubts(reel: Reel, place: int, start: int, pictures: _Pictures) -> Iterator[str]:
    part, before = reel.parts[place], reel.parts[place - 1]
    if reel.fit or part.kind.aspect != before.kind.aspect:
        return  # the bars of the two do not lie upon each other
    for frame in range(part.overlap):
        for spot in spots(part, "bars", pictures.size):
            old = spot.colour(before, start - reel.starts[place - 1] + frame)
            new = spot.colour(part, frame)
            seen = pictures.at(start + frame, spot)
            if not _may_be(part, frame, (old, new), seen):
                yield f"part {place} frame {frame} {part.comes} {spot}: {seen} of {old}, {new}"


def _may_be(part: Part, frame: int, of: tuple[Colour, Colour], seen: Sequence[int]) -> bool:
    old, new = of
    if part.comes == "dissolve":
        done = frame / part.overlap
        wanted = tuple(a + (b - a) * done for a, b in zip(old, new, strict=True))
        return _near(seen, wanted, 28)
    if part.comes.startswith("wipe"):
        return _near(seen, old, 36) or _near(seen, new, 36)
    return frame > 0 or _near(seen, old, 36)


def _sound_doubts(ffmpeg: FFmpeg, film: Path, reel: Reel, scratch: Path) -> Iterator[str]:
    if not any(part.kind.sound for part in reel.parts):
        return
    raw = scratch / "film.f32"
    ffmpeg.run(["-i", str(film), "-map", "0:a:0", "-f", "f32le", "-ac", "2", "-ar", str(_READ),
                str(raw)])  # fmt: skip
    heard = array.array("f", raw.read_bytes())
    for place, start in enumerate(reel.starts):
        part = reel.parts[place]
        for frame in list(reel.alone(place))[1:-1]:
            begin, end = (round((start + frame + n) / RATE * _READ) for n in (0, 1))
            left, right = heard[2 * begin : 2 * end : 2], heard[2 * begin + 1 : 2 * end : 2]
            if why := _misheard(part, frame, left, right):
                yield f"part {place} frame {frame}: {why}"


def _misheard(part: Part, frame: int, left: Sequence[float], right: Sequence[float]) -> str:
    """What is wrong with the sound of one film frame."""
    seconds, (begin, end) = part.at(frame + Fraction(1, 2)), part.kind.heard
    edge = Fraction(1, 12)
    if part.hold and abs(frame - (part.frames - part.hold)) <= 1:
        return ""
    if (begin and abs(seconds - begin) < edge) or abs(seconds - end) < edge:
        return ""
    held = part.hold and frame >= part.frames - part.hold
    loud = max(_power(left), _power(right))
    if held or not begin <= seconds < end:
        return f"not silent ({loud:.3f})" if loud > 0.01 else ""
    side = left if _power(left) >= _power(right) else right
    if part.kind is HOME:
        return "" if _strength(side, STEADY) > 0.2 else "the steady tone is missing"
    if part.shade(frame) < 1:
        return ""
    late = _lateness(side, part.kind.pitch_at(seconds))
    within = 0.02 if part.speed == 1 else 0.045
    return "" if late is not None and abs(late) <= within else f"off by {late} s ({loud:.3f})"


def _lateness(samples: Sequence[float], pitch: float) -> float | None:
    """How many seconds too late a rising pitch is; none where it is nowhere near."""
    steps = [40 * n for n in range(-4, 5)]
    strengths = [_strength(samples, pitch + step) for step in steps]
    top = max(range(len(steps)), key=strengths.__getitem__)
    if top in (0, len(steps) - 1) or strengths[top] < 0.05:
        return None
    low, high, after = strengths[top - 1 : top + 2]
    return -(steps[top] + 20 * (low - after) / (low - 2 * high + after)) / RISE


def _power(samples: Sequence[float]) -> float:
    return math.sqrt(sum(level * level for level in samples) / max(1, len(samples)))


def _strength(samples: Sequence[float], pitch: float) -> float:
    """How loud one pitch is among ``samples``."""
    count, turn = len(samples), 2 * math.pi * pitch / _READ
    windowed = [
        level * (0.5 - 0.5 * math.cos(2 * math.pi * (n + 0.5) / count))
        for n, level in enumerate(samples)
    ]
    real = sum(level * math.cos(turn * n) for n, level in enumerate(windowed))
    other = sum(level * math.sin(turn * n) for n, level in enumerate(windowed))
    return 4 * math.hypot(real, other) / max(1, count)
