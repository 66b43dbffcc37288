"""What is read in the film: cues in frames, broken into lines, written for players.

Two lines of 42 characters at most, as broadcasters and streaming services ask (Netflix, Timed Text
Style Guide); a text too long for that becomes several cues.
"""

from __future__ import annotations

import html
import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from pipeline.film.laying import spans_of
from pipeline.film.timeline import Timeline
from pipeline.media.dressing import Cue
from pipeline.storyboard.subtitles import TimedText

LINE = 42  # characters
READ = 17  # characters a second that are read with ease by grown-ups
SHORTEST = Fraction(1)  # seconds
_LONGEST_TEXT = 2 * LINE
_END_OF_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text heard from film frame ``start`` on, for ``frames`` where that is known."""

    start: int
    text: str
    frames: int | None = None


def timed_cues(texts: Iterable[TimedText], rate: Fraction, frames: int) -> tuple[Cue, ...]:
    """An .srt's texts as cues of a film of ``frames`` frames; what lies behind its end is left out.

    Each is seen for a frame at least. Where two overlap, both are read meanwhile.
    """
    cues = [
        Cue(start, max(start + 1, math.ceil(text.end * rate)), in_lines(text.text))
        for text in texts
        if (start := round(text.start * rate)) < frames
    ]
    return _apart(cues, frames)


def voice_cues(timeline: Timeline) -> tuple[Cue, ...]:
    """What the film's voice-over says, as it is heard; a line without a text says nothing here."""
    if timeline.sound is None:
        return ()
    spans, rate = spans_of(timeline), timeline.rate
    spoken = [
        Spoken(
            max(0, round(line.at.at(spans, rate) * rate)),
            line.text,
            math.ceil(line.file.seconds * rate) if line.file else None,
        )
        for line in timeline.sound.voice_over
        if line.text and timeline.sound.is_heard(line)
    ]
    return spoken_cues(spoken, rate, timeline.frames)


def spoken_cues(spoken: Sequence[Spoken], rate: Fraction, frames: int) -> tuple[Cue, ...]:
    """Cues for what is heard: as long as it is heard, and long enough to be read.

    A cue ends where the next begins, at the latest.
    """
    ordered = sorted((one for one in spoken if one.start < frames), key=lambda one: one.start)
    ends = [*(one.start for one in ordered[1:]), frames]
    cues = [cue for one, end in zip(ordered, ends, strict=False) for cue in _said(one, rate, end)]
    return _apart(cues, frames)


def _said(spoken: Spoken, rate: Fraction, end: int) -> Iterator[Cue]:
    """One text as cues, each with a share of its time."""
    pieces = list(_pieces(spoken.text))
    weights = [len(piece) for piece in pieces]
    reading = max(SHORTEST * len(pieces), Fraction(sum(weights), READ))
    wanted = max(spoken.frames or 0, math.ceil(reading * rate))
    there = min(wanted, end - spoken.start)
    edges = [0, *(there * done // max(1, sum(weights)) for done in accumulate(weights))]
    for piece, (begin, stop) in zip(pieces, pairwise(edges), strict=True):
        if stop > begin:
            yield Cue(spoken.start + begin, spoken.start + stop, in_lines(piece))


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces that two lines hold, broken at the ends of sentences where they come."""
    held = ""
    for sentence in _END_OF_SENTENCE.split(" ".join(text.split())):
        if len(f"{held} {sentence}".strip()) <= _LONGEST_TEXT:
            held = f"{held} {sentence}".strip()
            continue
        yield from textwrap.wrap(held, _LONGEST_TEXT)
        held = sentence
    yield from textwrap.wrap(held, _LONGEST_TEXT)


def in_lines(text: str) -> str:
    """A text in lines of at most 42 characters, about as long as one another.

    Lines of the author's own are kept where all of them are short enough.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if all(len(line) <= LINE for line in lines):
        return "\n".join(lines)
    whole = " ".join(lines)
    count = len(textwrap.wrap(whole, LINE))
    width = math.ceil(len(whole) / count)
    while len(broken := textwrap.wrap(whole, width)) > count:
        width += 1
    return "\n".join(broken)


def _apart(cues: Sequence[Cue], frames: int) -> tuple[Cue, ...]:
    """The same to be read at every frame, as cues that do not overlap."""
    edges = sorted({min(edge, frames) for cue in cues for edge in (cue.start, cue.end)})
    ordered = sorted(cues, key=lambda cue: (cue.start, cue.end))
    found: list[Cue] = []
    first = 0  # of the cues that may still be seen
    for start, end in pairwise(edges):
        while first < len(ordered) and ordered[first].end <= start:
            first += 1
        seen = [cue.text for cue in _until(ordered, first, end) if cue.end > start]
        if text := "\n".join(seen):
            found.append(Cue(start, end, text))
    return tuple(found)


def _until(cues: Sequence[Cue], first: int, end: int) -> Iterator[Cue]:
    for place in range(first, len(cues)):
        if cues[place].start >= end:
            return
        yield cues[place]


def srt_text(cues: Sequence[Cue], rate: Fraction) -> str:
    """The cues as SubRip."""
    blocks = (
        f"{number}\n{_clock(cue.start, rate, ',')} --> {_clock(cue.end, rate, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def vtt_text(cues: Sequence[Cue], rate: Fraction) -> str:
    """The cues as WebVTT, in which a text's own ``<`` and ``&`` are spelled."""
    blocks = (
        f"{_clock(cue.start, rate, '.')} --> {_clock(cue.end, rate, '.')}\n"
        f"{html.escape(cue.text, quote=False)}\n"
        for cue in cues
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _clock(frame: int, rate: Fraction, mark: str) -> str:
    """When a frame begins, rounded up: a player then shows the text on that frame, not before."""
    thousandths = math.ceil(frame / rate * 1000)
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"
