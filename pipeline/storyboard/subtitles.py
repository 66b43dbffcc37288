"""Reads an .srt: what is to be read in a film, and when. Every fault names its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.errors import StoryreelError
from pipeline.files import read_regular
from pipeline.media.pictures import PicturePathError, resolve_inside

_MOST_BYTES = 5_000_000
_TIME = r"(\d{1,3}):([0-5]?\d):([0-5]?\d)[,.](\d{1,3})"
_SPAN = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(\s.*)?", re.ASCII)
_BREAK = re.compile(r"\r\n|\r|\n")
_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)
_TAGS = re.compile(r"</?(?:[biu]|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimedText:
    """A text from ``start`` up to ``end``, in exact seconds of the film."""

    start: Fraction
    end: Fraction
    text: str


class SubtitlesError(StoryreelError):
    """A file of subtitles that cannot be used; ``kind`` is ``missing``, ``path`` or ``text``."""

    code = "subtitles"

    def __init__(self, kind: str, why: str, hint: str) -> None:
        super().__init__(f"{why[:1].upper()}{why[1:]}.", hint=hint)
        self.kind = kind
        self.why = why


def subtitles_path(root: Path, folder: Path, written: str) -> Path:
    """Where a file of subtitles lies that a board in ``folder`` names.

    Raises:
        SubtitlesError: the path leads elsewhere than into the project.
    """
    try:
        return resolve_inside(root, folder, written)
    except PicturePathError as error:
        beside = "save the file beside this board and write its path: subs/film.srt"
        raise SubtitlesError("path", f"`{written}` leads out of the project", beside) from error


def read_subtitles(root: Path, folder: Path, written: str) -> tuple[TimedText, ...]:
    """What a board's .srt says, in the order of time.

    Raises:
        SubtitlesError: it is not there, or a line of it cannot be read.
    """
    path = subtitles_path(root, folder, written)
    try:
        data = read_regular(path, _MOST_BYTES + 1)
    except OSError as error:
        if path.is_file():
            why = f"`{written}` cannot be read: {error.strerror or error}"
            raise SubtitlesError("text", why, "see that you may read it") from error
        hint = "write a path beside this board: subs/film.srt"
        raise SubtitlesError("missing", f"there are no subtitles `{written}`", hint) from error
    return tuple(sorted(_texts(data, written), key=lambda text: (text.start, text.end)))


def _texts(data: bytes, written: str) -> Iterator[TimedText]:
    if len(data) > _MOST_BYTES:
        raise SubtitlesError("text", f"`{written}` is larger than 5 MB", "it is no .srt of a film")
    try:
        lines = _BREAK.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        why = f"`{written}`, line {line}: this is not UTF-8 text"
        raise SubtitlesError("text", why, "save it as UTF-8") from error
    place = 0
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        place, text = _block(lines, place, written)
        if text.text:
            yield text


def _block(lines: list[str], place: int, written: str) -> tuple[int, TimedText]:
    """The block that begins at ``place``, and where the next may begin."""
    numbered = _NUMBER.fullmatch(lines[place]) and place + 1 < len(lines)
    at = place + 1 if numbered else place
    start, end = _span(lines[at], at + 1, written)
    stop = at + 1
    while stop < len(lines) and lines[stop].strip():
        stop += 1
    said = "\n".join(_TAGS.sub("", line).strip() for line in lines[at + 1 : stop])
    return stop, TimedText(start, end, said.strip())


def _span(line: str, number: int, written: str) -> tuple[Fraction, Fraction]:
    match = _SPAN.fullmatch(line)
    if match is None:
        why = f"`{written}`, line {number}: a time is expected here, not `{_shown(line)}`"
        raise SubtitlesError("text", why, "times are written 00:00:01,000 --> 00:00:02,500")
    parts = match.groups()
    start, end = _seconds(parts[:4]), _seconds(parts[4:8])
    if end <= start:
        why = f"`{written}`, line {number}: it ends before it begins"
        raise SubtitlesError("text", why, "the second time is the later one")
    return start, end


def _seconds(parts: tuple[str, ...]) -> Fraction:
    hours, minutes, seconds = (int(part) for part in parts[:3])
    return hours * 3600 + minutes * 60 + seconds + Fraction(int(parts[3].ljust(3, "0")), 1000)


def _shown(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
