"""Lines of voice-over without a recording, spoken by a scratch voice and kept by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ToolMissingError
from pipeline.files import digest_of_file
from pipeline.film.segments import Segments, segment_key
from pipeline.media.sounds import look_at_sound
from pipeline.media.voice import Voice, find_voice
from pipeline.storyboard.soundtrack import ESPEAK, Sound, SoundFile, Spoken

if TYPE_CHECKING:
    from pipeline.ids import Digest

_SHOWN = 60


def unrecorded(sound: Sound) -> tuple[tuple[int, Spoken], ...]:
    """The lines that a scratch voice is to speak, with their places."""
    if sound.voice is None:
        return ()
    return tuple((n, line) for n, line in enumerate(sound.voice_over) if line.file is None)


def speak(
    sound: Sound, segments: Segments, find: Callable[[], Voice | None] = find_voice
) -> dict[int, SoundFile]:
    """Speak the lines that have no recording, unless that has been done before; by place.

    Raises:
        ToolMissingError: there is no espeak-ng here; the line is named.
        ToolFailedError: it does not know the language.
        OSError: the segments' folder cannot be written.
    """
    lines = unrecorded(sound)
    if not lines:
        return {}
    voice = find()
    if voice is None:
        raise _no_voice([line for _, line in lines])
    return {place: _spoken(line, sound.voice or "", voice, segments) for place, line in lines}


def _spoken(line: Spoken, language: str, voice: Voice, segments: Segments) -> SoundFile:
    text = line.text or ""

    def make(path: Path) -> None:
        voice.speak(text, language, path)

    made = segments.get(_key(text, language, voice), ".wav", make)
    return SoundFile(made.path, digest_of_file(made.path), look_at_sound(made.path).seconds)


def _key(text: str, language: str, voice: Voice) -> Digest:
    return segment_key(voice.version, (), (text, language))


def _no_voice(lines: Sequence[Spoken]) -> ToolMissingError:
    return ToolMissingError(
        "A line of voice-over has no file, and espeak-ng is not installed to speak it."
        if len(lines) == 1
        else f"{len(lines)} lines of voice-over have no file, and espeak-ng is not installed to "
        "speak them.",
        details="\n".join(_shown(line) for line in lines),
        hint=f"Install {ESPEAK}, give each line a `file:`, or leave them out of the film's sound "
        "with `voice: none` under `sound:`.",
    )


def _shown(line: Spoken) -> str:
    text = line.text or ""
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f"line {line.line}: {short}" if line.line else short


def voice_words(sound: Sound) -> Iterator[str]:
    """What is worth telling of the voices."""
    count = len(unrecorded(sound))
    if count:
        lines = "1 line" if count == 1 else f"{count} lines"
        yield f"{lines} of voice-over spoken by {ESPEAK}, a scratch voice"
