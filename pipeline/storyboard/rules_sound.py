"""Rules about the film's sound: files that can be heard, moments that are in the film."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipeline.ids import ShotId
from pipeline.storyboard.anchors import Anchor, parse_anchor
from pipeline.storyboard.beside import FileTrouble
from pipeline.storyboard.fault import Path
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.lengths import transition_of, use_of
from pipeline.storyboard.model_sound import Music, SoundCue, VoiceLine
from pipeline.storyboard.sounds import BoardSound
from pipeline.storyboard.soundtrack import voice_of
from pipeline.storyboard.spelling import did_you_mean
from pipeline.timing import parse_length, spell_seconds, whole_frames

Entry = Music | VoiceLine | SoundCue


def sounds_can_be_heard(ground: Ground) -> Iterator[Finding]:
    """Every sound file lies inside the project and holds sound."""
    for path, entry in _entries(ground):
        seen = ground.shelf.look(entry.file) if entry.file is not None else None
        if isinstance(seen, FileTrouble):
            yield Finding(seen.code, seen.message, Aim((*path, "file")), help=seen.help)


def lines_say_something(ground: Ground) -> Iterator[Finding]:
    """Every line of voice-over has a file, or a text that can be spoken or read."""
    for path, entry in _entries(ground):
        if isinstance(entry, VoiceLine) and entry.file is None and not (entry.text or "").strip():
            yield Finding(
                "voice-empty",
                "this line of voice-over has neither `text` nor `file`",
                Aim(path),
                label="says nothing",
                help='add `text: "..."`, or `file: vo/01.wav`',
            )


def moments_name_shots(ground: Ground) -> Iterator[Finding]:
    """Every moment belongs to a shot that there is."""
    known = list(ground.first_places)
    for path, written in _moments(ground):
        anchor = parse_anchor(written, frozenset(known))
        if anchor.shot is not None and anchor.shot not in ground.first_places:
            yield Finding(
                "unknown-shot",
                f"`{written}` speaks of shot `{anchor.shot}`, and there is none",
                Aim(path),
                label="no such shot",
                help=did_you_mean(anchor.shot, known, "name a shot of this board"),
            )


def sounds_are_in_the_film(ground: Ground) -> Iterator[Finding]:
    """No sound begins where the film has ended, no music ends before it begins."""
    film = _measured(ground)
    for path, entry in _entries(ground) if film else ():
        begin = film.at(_begin(entry)) if film else None
        if film is None or begin is None:
            continue
        if begin >= film.end:
            yield Finding(
                "sound-late",
                f"this begins at {spell_seconds(begin)}, and the film is "
                f"{spell_seconds(film.end)} long",
                Aim((*path, _begin_key(entry))),
                label="never heard",
                severity="warning",
                help="tie it to a shot: sh010.end-1s",
            )
        elif isinstance(entry, Music):
            yield from _music_lasts(ground, film, path, entry, begin)


def _music_lasts(
    ground: Ground, film: _Measured, path: Path, entry: Music, begin: Fraction
) -> Iterator[Finding]:
    until = film.at(entry.until) if entry.until else film.end
    if until is not None and until <= begin:
        yield Finding(
            "music-nothing",
            f"this music ends at {spell_seconds(until)} and begins at {spell_seconds(begin)}",
            Aim((*path, "until")),
            label="never heard",
            severity="warning",
            help="let `until` come after `from`",
        )
    seen = ground.shelf.look(entry.file)
    skip = parse_length(entry.skip).at(ground.rate) if entry.skip else Fraction(0)
    if isinstance(seen, BoardSound) and skip >= seen.facts.seconds:
        yield Finding(
            "music-nothing",
            f"this skips {spell_seconds(skip)} of a file of {spell_seconds(seen.facts.seconds)}",
            Aim((*path, "skip")),
            label="never heard",
            severity="warning",
            help="skip less of it",
        )


def voices_speak_one_by_one(ground: Ground) -> Iterator[Finding]:
    """No recorded line begins while the one before it is still being spoken."""
    film = _measured(ground)
    spoken = [
        (begin, begin + seconds, path)
        for path, entry in _entries(ground)
        if film and isinstance(entry, VoiceLine)
        and (begin := film.at(entry.at)) is not None
        and (seconds := _seconds(ground, entry)) is not None
    ]  # fmt: skip
    last: tuple[Fraction, Path] | None = None
    for begin, end, path in sorted(spoken):
        if last and begin < last[0]:
            yield Finding(
                "voice-overlap",
                f"this line begins {spell_seconds(last[0] - begin)} before another one ends",
                Aim((*path, "at")),
                label="both are heard at once",
                severity="warning",
                second=(Aim((*last[1], "at")), f"spoken until {spell_seconds(last[0])}"),
                help="move it, or shorten the recording",
            )
        last = max(last or (end, path), (end, path))


def voice_is_used(ground: Ground) -> Iterator[Finding]:
    """Ducking under the voice has a voice to make way for."""
    sound = ground.board.sound
    if sound is None:
        return
    spoken = voice_of(sound) is not None
    heard = [line for line in sound.voice_over or () if line.file is not None or spoken]
    for path, entry in _entries(ground):
        if isinstance(entry, Music) and entry.duck == "voice" and not heard:
            yield Finding(
                "duck-nothing",
                "this music makes way for the voice-over, and there is none",
                Aim((*path, "duck")),
                label="changes nothing",
                severity="warning",
                help="say `duck: all` to make way for the shots' sound, or delete the line",
            )


def _entries(ground: Ground) -> Iterator[tuple[Path, Entry]]:
    """All that is heard besides the shots, with where it is written."""
    sound = ground.board.sound
    if sound is None:
        return
    for place, piece in enumerate(sound.music):
        yield ("sound", "music", place), piece
    for place, line in enumerate(sound.voice_over or ()):
        yield ("sound", "voice_over", place), line
    for place, cue in enumerate(sound.cues or ()):
        yield ("sound", "cues", place), cue


def _moments(ground: Ground) -> Iterator[tuple[Path, str]]:
    for path, entry in _entries(ground):
        if not isinstance(entry, Music):
            yield (*path, "at"), entry.at
            continue
        if entry.begins is not None:
            yield (*path, "from"), entry.begins
        if entry.until is not None:
            yield (*path, "until"), entry.until


def _begin(entry: Entry) -> str:
    return (entry.begins or "0s") if isinstance(entry, Music) else entry.at


def _begin_key(entry: Entry) -> str:
    return "from" if isinstance(entry, Music) else "at"


def _seconds(ground: Ground, line: VoiceLine) -> Fraction | None:
    """How long a recorded line is; of one still to be spoken nobody knows."""
    seen = ground.shelf.look(line.file) if line.file is not None else None
    return seen.facts.seconds if isinstance(seen, BoardSound) else None


@dataclass(frozen=True, slots=True)
class _Measured:
    """Where the shots lie in the film, as the board has them; ``end`` is in seconds."""

    rate: Fraction
    spans: Mapping[ShotId, tuple[int, int]]
    end: Fraction

    def at(self, written: str) -> Fraction | None:
        """When a moment is; none, if its shot is not known."""
        anchor: Anchor = parse_anchor(written, frozenset(self.spans))
        if anchor.shot is not None and anchor.shot not in self.spans:
            return None
        return anchor.at(self.spans, self.rate)


def _measured(ground: Ground) -> _Measured | None:
    """The film as long as the board says; none where a length is not known.

    A clip that turns out short, or starts on a copy, moves what is behind it by a few frames:
    enough is known here for warnings, and the cut itself goes by the clips.
    """
    spans: dict[ShotId, tuple[int, int]] = {}
    end = 0
    tail = 0  # handles of the shot before that its successor's transition shows
    for place, shot in ground.shots():
        wanted = ground.wanted(shot)
        if wanted is None:
            return None
        frames = whole_frames(wanted, ground.rate)
        transition = transition_of(ground.board, shot, ground.rate) if place else None
        overlap = transition.frames if transition else 0
        head = min(use_of(ground.board, shot, ground.rate).before, overlap - overlap // 2)
        begin = max(0, end + min(tail, overlap // 2) - overlap)
        end = begin + head + frames
        spans.setdefault(ShotId(shot.id), (begin, end))
        tail = use_of(ground.board, shot, ground.rate).after
    return _Measured(ground.rate, spans, end / ground.rate)
