"""The film's sound, resolved: what is heard when, at which level; files known by digest.

Moments stay tied to shots here; where those lie in the film is known when it is cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, Protocol

from pipeline.ids import Digest
from pipeline.storyboard.anchors import Anchor, parse_anchor
from pipeline.storyboard.levels import Loudness, parse_level, parse_loudness
from pipeline.storyboard.model_sound import Music, SoundCue, SoundEntry, VoiceLine
from pipeline.timing import parse_length

ESPEAK = "espeak-ng"
Ducking = Literal["voice", "all", "never"]


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound file of the author's; ``digest`` is of its bytes, ``seconds`` its length.

    ``channels`` is how many it has.
    """

    path: Path
    digest: Digest
    seconds: Fraction
    channels: int = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """Music from one moment to another (none: the film's or the file's end), levels in dB."""

    file: SoundFile
    begins: Anchor
    until: Anchor | None
    level: float = 0.0
    skip: Fraction = Fraction(0)
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = Fraction(0)
    loop: bool = False
    duck: Ducking = "never"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line over the film: from its file, else by a scratch voice. ``line`` is in the board."""

    at: Anchor
    text: str | None
    file: SoundFile | None
    level: float = 0.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cue:
    """A sound at a moment."""

    at: Anchor
    file: SoundFile
    level: float = 0.0


@dataclass(frozen=True, slots=True)
class Sound:
    """All that the board says of the film's sound.

    ``voice`` is the language of the scratch voice (an empty text: its own), none where lines
    without a file are not heard.
    """

    music: tuple[Piece, ...] = ()
    voice_over: tuple[Spoken, ...] = ()
    cues: tuple[Cue, ...] = ()
    voice: str | None = ""
    loudness: Loudness | None = None
    level_shots: bool = False

    @property
    def plain(self) -> bool:
        """Whether the shots' own sound is all that is heard, as it is."""
        events = self.music or self.cues or self.loudness or self.level_shots
        return not events and not any(self.is_heard(line) for line in self.voice_over)

    def is_heard(self, line: Spoken) -> bool:
        """Whether a line is spoken at all."""
        return line.file is not None or self.voice is not None


class KnownSound(Protocol):
    """A sound file that was looked at."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def digest(self) -> Digest:
        """The digest of its bytes."""
        ...

    @property
    def facts(self) -> KnownLength:
        """What was measured of it."""
        ...


class KnownLength(Protocol):
    """How long a sound is, and how wide."""

    @property
    def seconds(self) -> Fraction:
        """In exact seconds."""
        ...

    @property
    def channels(self) -> int:
        """How many channels it has."""
        ...


def resolve_sound(
    entry: SoundEntry | None,
    shots: Sequence[str],
    rate: Fraction,
    sounds: Mapping[str, KnownSound],
    lines: Sequence[int] = (),
) -> Sound | None:
    """Resolve a checked board's ``sound:``; none where it says nothing.

    Args:
        entry: as written.
        shots: the ids there are.
        rate: of the film.
        sounds: the files, by path as written.
        lines: where each line of voice-over stands in the board.
    """
    if entry is None:
        return None
    resolving = _Resolving(frozenset(shots), rate, sounds)
    voices = entry.voice_over or ()
    at = [*lines, *[0] * (len(voices) - len(lines))]
    return Sound(
        music=tuple(resolving.piece(one) for one in entry.music),
        voice_over=tuple(resolving.spoken(one, at[n]) for n, one in enumerate(voices)),
        cues=tuple(resolving.cue(one) for one in entry.cues or ()),
        voice=voice_of(entry),
        loudness=parse_loudness(entry.loudness) if entry.loudness else None,
        level_shots=bool(entry.level_shots),
    )


def voice_of(entry: SoundEntry) -> str | None:
    """The language of the scratch voice, none where there is to be none."""
    written = entry.voice or ESPEAK
    return None if written == "none" else written.removeprefix(ESPEAK).strip()


@dataclass(frozen=True, slots=True)
class _Resolving:
    shots: frozenset[str]
    rate: Fraction
    sounds: Mapping[str, KnownSound]

    def piece(self, entry: Music) -> Piece:
        return Piece(
            file=self._file(entry.file),
            begins=self._anchor(entry.begins or "0s"),
            until=self._anchor(entry.until) if entry.until else None,
            level=level_of(entry.level),
            skip=self._seconds(entry.skip),
            fade_in=self._seconds(entry.fade_in),
            fade_out=self._seconds(entry.fade_out),
            loop=bool(entry.loop),
            duck=entry.duck,
        )

    def spoken(self, entry: VoiceLine, line: int) -> Spoken:
        file = self._file(entry.file) if entry.file else None
        return Spoken(self._anchor(entry.at), entry.text, file, level_of(entry.level), line)

    def cue(self, entry: SoundCue) -> Cue:
        return Cue(self._anchor(entry.at), self._file(entry.file), level_of(entry.level))

    def _anchor(self, written: str) -> Anchor:
        return parse_anchor(written, self.shots)

    def _seconds(self, written: str | None) -> Fraction:
        return parse_length(written).at(self.rate) if written is not None else Fraction(0)

    def _file(self, written: str) -> SoundFile:
        known = self.sounds[written]
        return SoundFile(known.path, known.digest, known.facts.seconds, known.facts.channels)


def level_of(written: str | None) -> float:
    """A level in dB; 0 where nothing is said."""
    return parse_level(written) if written is not None else 0.0
