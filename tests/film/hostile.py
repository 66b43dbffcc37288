"""Clips as people bring them: of other sizes, rates, colours, channels and containers, and damaged.

Every frame of a clip carries its number in bars (upper half) and six known colours (lower half);
its sound rises evenly in pitch, so that a moment of it says how far into the clip it lies.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import clips

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

BARS = clips.BITS
PATCHES = (
    (200, 40, 40), (40, 180, 40), (40, 60, 200), (235, 235, 235), (128, 128, 128), (20, 20, 20),
)  # fmt: skip
LOW, HIGH = 25, 230
LOWEST, RISE = 500, 1200  # Hz, and Hz for each second into the clip
RAMP = f"0.4*sin(2*PI*({LOWEST}*t+{RISE // 2}*t*t))"

Rework = Callable[["FFmpeg", "Path", "Path"], None]
"""Makes another clip of the first path at the second."""


@dataclass(frozen=True)
class Sound:
    """The sound of a clip: one wave for each channel."""

    waves: tuple[str, ...] = (RAMP, RAMP)
    layout: str = "stereo"
    rate: int = 48_000
    seconds: float | None = None
    codec: tuple[str, ...] = ("-c:a", "aac", "-b:a", "192k")
    late: float = 0.0  # seconds after the picture; before it where less than 0


@dataclass(frozen=True)
class Kind:
    """How a clip is made, and what is known of it: no word of it comes from the code on trial."""

    suffix: str = ".mp4"
    size: clips.Size = (72, 48)
    shape: Fraction | None = None  # width to height as it is shown, if its pixels are not square
    rate: str = "24"
    frames: int = 24
    times: tuple[Fraction, ...] = ()  # when each frame begins, where they are not even
    start: int = 0  # the number in its first frame
    before_frames: int = 0  # that it is made with, and that ``rework`` takes away
    pixels: str = "yuv420p"
    matrix: str = "bt709"
    range: str = "tv"
    tags: str | None = None  # filter that says what the colours are; none: as they are
    grey: bool = False
    codec: tuple[str, ...] = (*clips.NO_B_FRAMES, "-crf", "12")
    before: str = ""  # filters ahead of the colours
    filters: str = ""  # and behind
    options: tuple[str, ...] = ()
    sound: Sound | None = Sound()
    rework: Rework | None = None
    refused: str = ""  # what its fault says, where it is not shown

    def number_at(self, seconds: Fraction) -> int:
        """The number on the screen so many seconds into it."""
        if self.times:
            place = sum(time <= seconds for time in self.times) - 1
        else:
            place = int(seconds * Fraction(self.rate))
        return self.start + max(0, min(place, self.frames - 1))

    @property
    def seconds(self) -> Fraction:
        """How long its picture is."""
        if self.times:
            return self.times[-1] + Fraction(1, 24)
        return self.frames / Fraction(self.rate)

    @property
    def made_before(self) -> Fraction:
        """How many seconds of it were taken away again."""
        return self.before_frames / Fraction(self.rate)

    @property
    def heard(self) -> tuple[Fraction, Fraction]:
        """From when to when there is sound, in seconds of the clip."""
        if self.sound is None:
            return Fraction(0), Fraction(0)
        late = Fraction(str(self.sound.late))
        long = self.seconds if self.sound.seconds is None else Fraction(str(self.sound.seconds))
        return max(late, Fraction(0)), late + long

    def pitch_at(self, seconds: Fraction) -> float:
        """The ramp's pitch so many seconds into the clip, in Hz."""
        late = self.sound.late if self.sound else 0.0
        return LOWEST + RISE * (float(seconds + self.made_before) - late)

    @property
    def aspect(self) -> Fraction:
        """Width to height as it is shown."""
        return self.shape or Fraction(*self.size)


def picture(number: int, size: clips.Size, *, dull: bool = False) -> bytes:
    """A frame in RGB: its number above, the colours below."""
    width, height = size
    columns = range(width)
    bits = [number >> bit & 1 for bit in reversed(range(BARS))]
    above = b"".join(bytes([HIGH if bits[x * BARS // width] else LOW] * 3) for x in columns)
    patches = [grey(colour) for colour in PATCHES] if dull else PATCHES
    below = b"".join(bytes(patches[x * len(PATCHES) // width]) for x in columns)
    return above * (height // 2) + below * (height - height // 2)


def grey(colour: Sequence[int]) -> tuple[int, int, int]:
    level = round(0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2])
    return level, level, level


def make(ffmpeg: FFmpeg, kind: Kind, path: Path) -> Path:
    """Make the clip at ``path``, whose suffix is the kind's."""
    first = path.with_name(f"{path.stem}-first{path.suffix}") if kind.rework else path
    pictures = (
        picture(number, kind.size, dull=kind.grey)
        for number in range(kind.start - kind.before_frames, kind.start + kind.frames)
    )
    ffmpeg.run(
        [
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{kind.size[0]}x{kind.size[1]}"),
            *("-framerate", kind.rate, "-i", "pipe:0"),
            *(_sound_input(kind, kind.sound) if kind.sound else ()),
            *("-vf", _filters(kind), "-fps_mode", "passthrough", "-threads", "1"),
            *kind.codec,
            *(kind.sound.codec if kind.sound else ()),
            *kind.options,
            str(first),
        ],
        feed=pictures,
    )
    if kind.rework:
        kind.rework(ffmpeg, first, path)
        first.unlink()
    return path


def _sound_input(kind: Kind, sound: Sound) -> list[str]:
    waves = "|".join(sound.waves)
    late = ("-itsoffset", str(sound.late)) if sound.late else ()
    long = sound.seconds or float(kind.seconds + kind.made_before)
    wave = f"aevalsrc={waves}:s={sound.rate}:d={long}:c={sound.layout}"
    return [*late, "-f", "lavfi", "-i", wave]


def _filters(kind: Kind) -> str:
    colours = (
        "scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
        f":out_color_matrix={kind.matrix}:out_range={kind.range},format={kind.pixels}"
    )
    tags = kind.tags
    if tags is None:
        spelled = {"smpte170m": "smpte170m", "bt2020": "bt2020nc", "bt470": "bt470bg"}
        tags = f"setparams=colorspace={spelled.get(kind.matrix, kind.matrix)}:range={kind.range}"
    return ",".join(part for part in (kind.before, colours, tags, kind.filters) if part)


def remuxed(*options: str, ahead: Sequence[str] = ()) -> Rework:
    """A copy without encoding, with these options."""

    def rework(ffmpeg: FFmpeg, source: Path, target: Path) -> None:
        ffmpeg.run([*ahead, "-i", str(source), "-map", "0", "-c", "copy", *options, str(target)])

    return rework


def bytes_of(change: Callable[[bytearray], bytes | bytearray]) -> Rework:
    """A copy whose bytes were changed."""

    def rework(_: FFmpeg, source: Path, target: Path) -> None:
        target.write_bytes(change(bytearray(source.read_bytes())))

    return rework


def torn(part: float) -> Rework:
    """A copy of only the first ``part`` of the bytes."""
    return bytes_of(lambda data: data[: int(len(data) * part)])


def scratched(begin: float, end: float) -> Rework:
    """A copy with noughts in place of a part of what its frames are made of (mp4)."""

    def change(data: bytearray) -> bytearray:
        place = data.index(b"mdat") + 4
        size = int.from_bytes(data[place - 8 : place - 4], "big") - 8
        first, last = (place + int(size * part) for part in (begin, end))
        data[first:last] = bytes(last - first)
        return data

    return bytes_of(change)


def uneven(steps: Sequence[int], frames: int, tick: Fraction) -> tuple[Fraction, ...]:
    """When frames begin that last so many ticks each, over and over."""
    lengths = itertools.islice(itertools.cycle(steps), frames - 1)
    return tuple(tick * total for total in itertools.accumulate(lengths, initial=0))
