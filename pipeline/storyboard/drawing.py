"""A fault drawn as rustc would: the source line, carets under the right characters, the way out.

The text is readable without colour; colour is added only when asked for. Columns on the screen are
terminal cells, so that carets stand under wide and combining characters too.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.storyboard.fault import Fault, Severity, Source, Span

_TAB = 4
_CUT = "..."
_CARET = "^"
_LEAST_WIDTH = 40
_NEAR = 1000  # characters looked at on either side of the carets; a line may have millions
_LABEL_ROOM = 24  # cells kept free behind the carets of a cut line
_BOLD, _FRAME, _PLAIN = "\x1b[1m", "\x1b[1;34m", "\x1b[0m"
_ACCENT: dict[Severity, str] = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m"}
_UNSEEN = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp", "Cn"})
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


@dataclass(frozen=True, slots=True)
class _Marked:
    """A span to be underlined."""

    span: Span
    label: str
    caret: str
    colour: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """One character on the screen."""

    text: str
    width: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all lines of one drawing share; ``gutter`` is the width of the line numbers."""

    source: Source
    gutter: int
    width: int
    colour: bool

    def paint(self, code: str, text: str) -> str:
        return f"{code}{text}{_PLAIN}" if self.colour and text else text

    def row(self, number: str, text: str) -> str:
        rule = self.paint(_FRAME, f"{number:>{self.gutter}} |")
        return f"{rule} {text}".rstrip()


def render_fault(
    fault: Fault, source: Source, file: str, width: int = 100, *, colour: bool = False
) -> str:
    """A fault as a person reads it, as rustc would show it.

    Args:
        fault: what is wrong.
        source: the board's text.
        file: how the board is named to people.
        width: of the terminal, in cells; longer source lines are cut around the carets.
        colour: whether to add terminal colours.
    """
    marks = _marks(fault, source)
    gutter = len(str(marks[-1].span.line))
    sheet = _Sheet(source, gutter, max(width, _LEAST_WIDTH) - gutter - 3, colour)
    title = sheet.paint(_ACCENT[fault.severity], f"{fault.severity}[{fault.code}]")
    place = harmless(f"{file}:{fault.span.line}:{fault.span.column}")
    lines = [
        title + sheet.paint(_BOLD, f": {harmless(fault.message)}"),
        f"{' ' * gutter}{sheet.paint(_FRAME, '-->')} {place}",
        sheet.row("", ""),
        *_underlined(marks, sheet),
    ]
    if fault.help:
        lines += [sheet.row("", ""), _help(sheet, fault.help)]
    return "\n".join(lines)


def harmless(text: str) -> str:
    """``text`` with control characters shown as symbols, so that no terminal obeys them."""
    return text if text.isprintable() else "".join(_symbol(character) for character in text)


def _marks(fault: Fault, source: Source) -> list[_Marked]:
    marks = [_Marked(fault.span, fault.label, _CARET, _ACCENT[fault.severity])]
    if fault.related and fault.related.span.line <= source.lines:
        marks.append(_Marked(fault.related.span, fault.related.label, "-", _FRAME))
    return sorted(marks, key=lambda mark: mark.span)


def _help(sheet: _Sheet, words: str) -> str:
    lead = f"{' ' * sheet.gutter} {sheet.paint(_FRAME, '=')} {sheet.paint(_BOLD, 'help')}: "
    return lead + harmless(words)


def _underlined(marks: Sequence[_Marked], sheet: _Sheet) -> Iterator[str]:
    """Each marked line once, what it says under it, ``...`` for what lies between."""
    last = None
    for number, here in itertools.groupby(marks, key=lambda mark: mark.span.line):
        if last is not None and number > last + 1:
            yield sheet.paint(_FRAME, "...")
        yield from _one_line(number, list(here), sheet)
        last = number


def _one_line(number: int, marks: Sequence[_Marked], sheet: _Sheet) -> Iterator[str]:
    """A source line as far as it fits, cut around its chief mark, and the carets under it."""
    line = sheet.source.line(number)
    chief = min(marks, key=lambda mark: mark.caret != _CARET)
    middle, _ = _columns(chief.span, len(line))
    near = max(0, middle - _NEAR)
    cells = [_cell(character) for character in line[near : middle + _NEAR]]
    start, end = _window(cells, middle - near, sheet.width)
    lead, tail = _CUT if near + start else "", _CUT if near + end < len(line) else ""
    yield sheet.row(str(number), lead + "".join(cell.text for cell in cells[start:end]) + tail)
    for mark in marks:
        first, behind = (column - near for column in _columns(mark.span, len(line)))
        if start <= first <= end:
            indent = len(lead) + sum(cell.width for cell in cells[start:first])
            carets = sum(cell.width for cell in cells[first : min(behind, end)])
            words = f"{mark.caret * max(1, carets)} {harmless(mark.label)}".rstrip()
            yield sheet.row("", " " * indent + sheet.paint(mark.colour, words))


def _columns(span: Span, length: int) -> tuple[int, int]:
    """From and to which character, from 0; a span over several lines ends with its first."""
    first = min(span.column - 1, length)
    behind = span.end_column - 1 if span.end_line == span.line else length
    return first, min(behind, length)


def _window(cells: Sequence[_Cell], first: int, width: int) -> tuple[int, int]:
    """Which characters of a line to show so that the one at ``first`` is among them."""
    if sum(cell.width for cell in cells) <= width:
        return 0, len(cells)
    room = width - 2 * len(_CUT)
    start = _steps_back(cells, first, room - _LABEL_ROOM)
    end, taken = start, 0
    while end < len(cells) and taken + cells[end].width <= room:
        taken += cells[end].width
        end += 1
    return start, end


def _steps_back(cells: Sequence[_Cell], first: int, room: int) -> int:
    """The earliest start from which ``first`` is less than ``room`` cells away."""
    start, taken = first, 0
    while start and taken + cells[start - 1].width < room:
        start -= 1
        taken += cells[start].width
    return start


def _cell(character: str) -> _Cell:
    if character == "\t":
        return _Cell(" " * _TAB, _TAB)
    shown = _symbol(character)
    if unicodedata.category(shown) in _NO_WIDTH:
        return _Cell(shown, 0)
    return _Cell(shown, 2 if unicodedata.east_asian_width(shown) in "WF" else 1)


def _symbol(character: str) -> str:
    """The character, or what stands for it where a terminal would obey it."""
    if character < " ":
        return chr(0x2400 + ord(character))
    if character in _UNSEEN or unicodedata.category(character) in _UNSAFE:
        return "\N{REPLACEMENT CHARACTER}"
    return character
