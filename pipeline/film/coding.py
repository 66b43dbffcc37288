"""The film's sound as AAC: coded in parts that are kept by content, and joined by copy.

A change of one shot codes its part of the film's sound and no other. A packet of AAC leans on the
one before it, so each part is coded with some sound before and behind it, whose packets are
dropped: by then its encoder hears what one encoder of it all would hear, and shapes its packets
alike (the windows agree from the fourth packet on; measured). No seam is left to hear.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ToolFailedError
from pipeline.files import digest_of_bytes
from pipeline.film.segments import Segment, run_in_folder, segment_key
from pipeline.film.studio import Studio
from pipeline.ids import Digest
from pipeline.media.coded_sound import AAC_FRAME, Coded, join_coded
from pipeline.media.sound_filters import SOUND_FRAME, mix_arguments

PART = 480  # packets in a part: 10.24 s
AROUND = 8  # packets coded before a part and behind it
_AT_ONCE = 4  # parts in memory, of some 4 MB each
_SCHEME = "parts 1"  # raised when the same sound is coded into other bytes


@dataclass(frozen=True, slots=True)
class SoundPart:
    """A part of the film's sound: the packets from ``first`` up to ``behind`` (none: the rest).

    It is coded from the samples from ``begin`` up to ``end``.
    """

    first: int
    behind: int | None
    begin: int
    end: int

    @property
    def dropped(self) -> int:
        """How many packets are coded before it."""
        return self.first - self.begin // AAC_FRAME

    @property
    def packets(self) -> int | None:
        """How many it has; none where it is whatever is left."""
        return None if self.behind is None else self.behind - self.first


def lay_parts(samples: int) -> tuple[SoundPart, ...]:
    """The parts of so much sound; the last takes what is too short for one of its own."""
    count = max(1, samples // (PART * AAC_FRAME))
    return tuple(
        SoundPart(
            first=place * PART,
            behind=(place + 1) * PART if place < count - 1 else None,
            begin=max(0, place * PART - AROUND) * AAC_FRAME,
            end=((place + 1) * PART + AROUND) * AAC_FRAME if place < count - 1 else samples,
        )
        for place in range(count)
    )


def coded_key(mixed: Digest, samples: int, made_by: str) -> Digest:
    """What a film's coded sound depends on, given what its mix does."""
    told = [*mix_arguments("segment"), _SCHEME, str(PART), str(AROUND), str(samples)]
    return segment_key(made_by, [mixed], told)


def code_sound(pcm: Iterator[bytes], samples: int, target: Path, studio: Studio) -> None:
    """Code the film's PCM, of so many samples, to ``target`` (mp4), or what of it is new.

    Raises:
        StoryreelError: ffmpeg failed, or was stopped.
        OSError: the segments' folder cannot be written.
    """
    parts = lay_parts(samples)
    made: list[Segment] = []
    making: deque[Future[Segment]] = deque()
    for part, sound in zip(parts, _windows(pcm, parts), strict=True):
        making.append(studio.workers.submit(_coded, part, sound, studio))
        if len(making) == _AT_ONCE:
            made.append(making.popleft().result())
    made += [job.result() for job in making]
    found = zip(made, parts, strict=True)
    join_coded([Coded(one.path, part.dropped, part.packets) for one, part in found], target)


def _coded(part: SoundPart, sound: bytes, studio: Studio) -> Segment:
    """A part as AAC, unless this very sound has been coded before."""
    if len(sound) != (part.end - part.begin) * SOUND_FRAME:
        raise ToolFailedError("The film's sound is shorter than its picture.")
    told = mix_arguments("segment")
    key = segment_key(studio.ffmpeg.version, [digest_of_bytes(sound)], told)

    def make(path: Path) -> None:
        told = mix_arguments(path.name)
        run_in_folder(studio.ffmpeg, told, path, feed=(sound,), stop=studio.stop)

    return studio.segments.get(key, ".m4a", make)


def _windows(pcm: Iterator[bytes], parts: tuple[SoundPart, ...]) -> Iterator[bytes]:
    """The PCM of each part, with what is heard around it."""
    held, at = bytearray(), 0  # ``held`` begins at byte ``at`` of all
    for part in parts:
        begin, end = part.begin * SOUND_FRAME, part.end * SOUND_FRAME
        del held[: begin - at]
        at = begin
        while len(held) < end - at and (piece := next(pcm, b"")):
            held += piece
        yield bytes(held[: end - at])
