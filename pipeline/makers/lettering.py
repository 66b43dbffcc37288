"""Words into lines, lines into pages, and onto a picture: any script, any length."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, features

from pipeline.media.typefaces import characters, font_for, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipeline.makers.animatic.planes import Colour

_MOST_LETTERS = 6000  # of a text; nobody reads more in a shot
_JOINERS = "\u200c\u200d"
_ELLIPSIS = "…"


def plain(text: str) -> str:
    """A text fit for drawing: one line, composed, nothing invisible but what joins letters."""
    spaced = " ".join(unicodedata.normalize("NFC", text[:_MOST_LETTERS]).split())
    return "".join(letter for letter in spaced if _drawn(letter))


def _drawn(letter: str) -> bool:
    if letter in _JOINERS:
        return True
    if "\ufe00" <= letter <= "\ufe0f" or "\U000e0000" <= letter <= "\U000e01ef":
        return False  # variation selectors: what they vary is not ours to draw
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def missing_letters(text: str) -> str:
    """The characters of a text that no font here has, each once, in order."""
    letters = dict.fromkeys(letter for letter in plain(text) if letter not in _JOINERS)
    return "".join(letter for letter in letters if font_for(letter) is None)


def wrapped(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Break a text into lines that fit: between words, inside one only if it is too long.

    Pure; ``fits`` says whether a line is short enough. Scripts without spaces break anywhere.
    """
    lines: list[str] = []
    line = ""
    for gap, piece in pieces(text):
        joined = line + gap + piece if line else piece
        if fits(joined):
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _broken(piece, fits)
        lines += whole
    return [*lines, line] if line else lines


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """What may not be broken, each with the gap that goes before it."""
    for word in text.split():
        gap, run = " ", ""
        for letter in word:
            if unicodedata.east_asian_width(letter) == "W":
                if run:
                    yield gap, run
                    gap, run = "", ""
                # closing marks stay with what they close
                yield gap, letter
                gap = ""
            else:
                run += letter
        if run:
            yield gap, run


def _broken(piece: str, fits: Callable[[str], bool]) -> list[str]:
    lines, line = [], ""
    for letter in piece:
        if line and not fits(line + letter):
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line]


def paged(lines: list[str], each: int, most: int) -> list[list[str]]:
    """Lines as pages of ``each`` lines, at most ``most`` pages.

    What is left out shows as an ellipsis.
    """
    pages = [lines[start : start + each] for start in range(0, len(lines), each)]
    if len(pages) > most:
        pages = pages[:most]
        pages[-1][-1] = pages[-1][-1].rstrip(" .,;:") + " " + _ELLIPSIS
    return pages


@dataclass(frozen=True, slots=True)
class Lettering:
    """One size and weight of type; made anew for each clip, since fonts are not thread-safe.

    Given ``faces``, only these font files draw, in this order; without them the shipped one, and
    for what it lacks any font of this machine.
    """

    size: int
    bold: bool = False
    faces: tuple[Path, ...] = ()
    _fonts: dict[Path, ImageFont.FreeTypeFont] = field(default_factory=dict)

    @property
    def ascent(self) -> int:
        """Pixels from the top of a line to its baseline."""
        return self._font(self._ordinary).getmetrics()[0]

    @property
    def descent(self) -> int:
        """Pixels from the baseline to the bottom of a line."""
        return self._font(self._ordinary).getmetrics()[1]

    def width(self, text: str) -> float:
        """How many pixels a text takes across."""
        return sum(font.getlength(run) for font, run in self._runs(text))

    def shortened(self, text: str, room: float) -> str:
        """The text, cut with an ellipsis where it is wider than ``room`` pixels."""
        if self.width(text) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + _ELLIPSIS) <= room:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + _ELLIPSIS if low else ""

    def write(self, draw: ImageDraw.ImageDraw, x: float, baseline: int, text: str,
              colour: Colour | int) -> None:  # fmt: skip
        """Draw one line from ``x`` rightwards, its letters standing on ``baseline``."""
        runs = list(self._runs(text))
        for font, run in reversed(runs) if _leftward(text) else runs:
            draw.text((x, baseline), run, fill=colour, font=font, anchor="ls")
            x += font.getlength(run)

    def _runs(self, text: str) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """The text in pieces of one font each, in reading order."""
        run, now = "", None
        for letter in text:
            path = self._path(letter, now)
            if path != now and run and now:
                yield self._font(now), run
                run = ""
            run, now = run + letter, path
        if run and now:
            yield self._font(now), run

    def _path(self, letter: str, now: Path | None) -> Path:
        neutral = letter in _JOINERS or letter == " " or unicodedata.combining(letter)
        if now and neutral:
            return now  # spaces and accents go with what they stand by
        return self._face(letter) or self._ordinary

    def _face(self, letter: str) -> Path | None:
        if not self.faces:
            return font_for(letter, bold=self.bold)
        return next((face for face in self.faces if ord(letter) in characters(face)), None)

    @property
    def _ordinary(self) -> Path:
        return self.faces[0] if self.faces else shipped(bold=self.bold)

    def _font(self, path: Path) -> ImageFont.FreeTypeFont:
        if path not in self._fonts:
            self._fonts[path] = ImageFont.truetype(path, self.size, layout_engine=_engine())
        return self._fonts[path]


@functools.cache
def _engine() -> ImageFont.Layout:
    """Raqm shapes Arabic and Indic and orders right-to-left; not every Pillow has it."""
    return ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC


def shapes() -> bool:
    """Whether this Pillow can shape scripts whose letters join or run leftward."""
    return _engine() == ImageFont.Layout.RAQM


def leftward(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    return _leftward(text)


def _leftward(letters: Iterable[str]) -> bool:
    for letter in letters:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def canvas(width: int, height: int, ground: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An RGB picture of one colour, and a pen for it."""
    picture = Image.new("RGB", (width, height), ground)
    return picture, ImageDraw.Draw(picture)
