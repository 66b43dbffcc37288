"""The film's sound: every shot's own, cut to the sample, mixed whole and encoded once.

Places are counted from the film's beginning in whole samples, so no error builds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, ToolFailedError
from pipeline.film.picture import shown_of
from pipeline.film.segments import Segment, Segments, run_in_folder, segment_key
from pipeline.film.timeline import Blend, Body, Cut, Part, Timeline, clip_fault
from pipeline.media.join import picture_delay
from pipeline.media.sound_filters import (
    FADE,
    SOUND_FRAME,
    SOUND_RATE,
    Heard,
    sound_arguments,
)

if TYPE_CHECKING:
    import threading

    from pipeline.ids import Digest
    from pipeline.media.ffmpeg import FFmpeg

_PIECE = 1 << 18  # bytes fed to the encoder at a time
_FINE = 32_000  # samples a second: half a packet of fewer is longer than a frame may be off
_SLACK = 1024  # samples a copied sound may lack at its end: one AAC packet


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sound of one part of the film, of ``samples``; two bodies are heard in a blend.

    ``opens`` and ``closes`` say that another shot's sound ends, or begins, right there.
    """

    bodies: tuple[Body, ...]
    rate: Fraction
    samples: int
    opens: bool = True
    closes: bool = True

    @property
    def audible(self) -> bool:
        """Whether anything is to be heard."""
        return bool(self.heard)

    @property
    def heard(self) -> tuple[Body, ...]:
        """The bodies that are heard: a picture that only stands still is silent."""
        return tuple(body for body in self.bodies if is_audible(body.cut) and _moves(body))


def is_silent(timeline: Timeline) -> bool:
    """Whether nothing at all is to be heard."""
    sound = timeline.sound
    if sound and (sound.music or sound.cues or sound.voice_over):
        return False
    return not any(is_audible(cut) for cut in timeline.cuts)


def is_audible(cut: Cut) -> bool:
    """Whether a shot's own sound is in the film."""
    return not cut.muted and cut.clip.facts.sound is not None


def _moves(body: Body) -> bool:
    """Whether any of its frames is not yet held."""
    cut = body.cut
    return not cut.use.hold or body.first < max(1, cut.length - cut.use.hold)


def sound_agrees(timeline: Timeline) -> bool:
    """Whether all clips' sound can be joined by copy, if their pictures are."""
    if timeline.sound and not timeline.sound.plain:
        return False
    kinds = {_copyable_sound(cut) for cut in timeline.cuts}
    return len(kinds) == 1 and None not in kinds


def _copyable_sound(cut: Cut) -> str | None:
    sound = cut.clip.facts.sound
    if sound is None or cut.muted or sound.codec != "aac" or sound.rate < _FINE:
        return None
    if cut.level or cut.fade_in or cut.fade_out:
        return None
    wanted = cut.clip.facts.frames / cut.clip.facts.rate * sound.rate
    return sound.parameters if sound.samples >= wanted - _SLACK else None


def lay_sound(timeline: Timeline) -> tuple[Stretch, ...]:
    """The film's sound, one stretch a part; each ends on the sample where its picture ends."""
    parts = timeline.parts
    ends = [_sample(end, timeline.rate) for end in accumulate(part.frames for part in parts)]
    begins = [0, *ends[:-1]]
    return tuple(
        Stretch(
            (part.before, part.after) if isinstance(part, Blend) else (part,),
            timeline.rate,
            end - begin,
            opens=not (place and _runs_on(parts[place - 1], part)),
            closes=not (part is not parts[-1] and _runs_on(part, parts[place + 1])),
        )
        for place, (part, begin, end) in enumerate(zip(parts, begins, ends, strict=True))
    )


def _runs_on(before: Part, after: Part) -> bool:
    """Whether a clip goes on from one part to the next."""
    return isinstance(before, Blend) or isinstance(after, Blend)


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
    heard = stretch.heard
    cut = heard[-1].cut

    def make(path: Path) -> None:
        sources = [f"file:{body.cut.clip.path.absolute()}" for body in heard]
        try:
            delays = [picture_delay(body.cut.clip.path) for body in heard]
            told = sound_arguments(sources, path.name, _heard(stretch, heard, delays))
            run_in_folder(ffmpeg, told, path, stop=stop)
        except (MediaError, ToolFailedError) as error:
            raise clip_fault(cut, "cannot be decoded as sound", error) from error
        if path.stat().st_size != stretch.samples * SOUND_FRAME:
            raise clip_fault(cut, "gave sound of another length than the film needs")

    return segments.get(stretch_key(stretch, ffmpeg), ".pcm", make)


def _heard(stretch: Stretch, bodies: Sequence[Body], delays: Sequence[Fraction]) -> list[Heard]:
    """What is heard of each body's clip; ``delays`` is when each clip's picture begins."""
    blends = len(stretch.bodies) > 1
    return [
        _heard_of(stretch, body, delay, blends=blends)
        for body, delay in zip(bodies, delays, strict=True)
    ]


def _heard_of(stretch: Stretch, body: Body, delay: Fraction, *, blends: bool) -> Heard:
    shown = shown_of(body, stretch.rate)
    comes = blends and body is stretch.bodies[-1]
    goes = blends and not comes
    lasts = _sample(shown.frames - shown.held, stretch.rate) if shown.held else None
    opens = FADE if stretch.opens and not blends else 0
    closes = FADE if stretch.closes and not blends else 0
    return Heard(
        start=round((delay + shown.head) * SOUND_RATE),
        samples=stretch.samples,
        speed=shown.speed,
        lasts=lasts,
        fade_in=stretch.samples if comes else max(opens, _sample(body.fade_in, stretch.rate)),
        fade_out=stretch.samples if goes else max(closes, _sample(body.fade_out, stretch.rate)),
        blends=blends,
        level=body.cut.level,
        channels=_channels(body.cut),
    )


def heard_of_cut(cut: Cut, rate: Fraction, *, delayed: bool = True) -> Heard:
    """All that the film shows of a shot, at its own level; ``delayed`` looks into the clip.

    Raises:
        MediaError: the clip cannot be read.
    """
    body = Body(cut, cut.first, cut.frames)
    delay = picture_delay(cut.clip.path) if delayed else Fraction(0)
    shown = shown_of(body, rate)
    return Heard(
        start=round((delay + shown.head) * SOUND_RATE),
        samples=_sample(shown.frames - shown.held, rate),
        speed=shown.speed,
        channels=_channels(cut),
    )


def _channels(cut: Cut) -> int:
    return cut.clip.facts.sound.channels if cut.clip.facts.sound else 2


def stretch_key(stretch: Stretch, ffmpeg: FFmpeg) -> Digest:
    """What a stretch of sound depends on; silence depends on nothing but its length."""
    heard = stretch.heard
    if not heard:
        return segment_key("silence", (), (str(stretch.samples),))
    told = _heard(stretch, heard, [Fraction(0)] * len(heard))
    names = ["clip", "other"][: len(heard)]
    arguments = sound_arguments(names, "segment", told)
    return segment_key(ffmpeg.version, [body.cut.clip.digest for body in heard], arguments)


def pcm_of(
    stretches: Sequence[Stretch], ffmpeg: FFmpeg, segments: Segments, stop: threading.Event
) -> Iterator[bytes]:
    """The film's sound in pieces, so that an hour of it takes no more memory than a second."""
    for stretch in stretches:
        if not stretch.audible:
            yield from _zeros(stretch.samples * SOUND_FRAME)
            continue
        yield from pieces_of(decode_stretch(stretch, ffmpeg, segments, stop).path)


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _zeros(length: int) -> Iterator[bytes]:
    whole, rest = divmod(length, _PIECE)
    silence = bytes(_PIECE)
    for _ in range(whole):
        yield silence
    yield silence[:rest]
