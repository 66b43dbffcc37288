from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ids import ShotId
from pipeline.storyboard.diagnostics import fault_as_json, render_fault, short_form
from pipeline.storyboard.fault import Fault, Related, Source, Span

LINE = "ab 雪🦊 e\u0301\tcd"


def fault_at(line: int, start: int, end: int, **more: object) -> Fault:
    return Fault("a-code", "a message", Span(line, start, line, end), **more)  # type: ignore[arg-type]


def caret_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if "^" in line]


@pytest.mark.parametrize(
    ("column", "before", "carets"),
    [(1, 0, 1), (4, 3, 2), (5, 5, 2), (7, 8, 1), (8, 9, 1), (9, 9, 4), (10, 13, 1)],
)
def test_carets_stand_under_the_character(column: int, before: int, carets: int) -> None:
    """Wide, combining and tab characters take their cells on the screen."""
    (line,) = caret_lines(render_fault(fault_at(1, column, column + 1), Source(LINE), "f"))

    assert line == "  | " + " " * before + "^" * carets


def test_a_fault_is_drawn_whole() -> None:
    """Head, place, both spans, label and help stand as rustc sets them."""
    source = Source("one: 1\ntwo: 2\nthree: 3\nfour: 4\n")
    related = Related(Span(1, 1, 1, 4), "the first")
    fault = fault_at(4, 7, 8, label="here", help="do this", related=related)

    assert render_fault(fault, source, "film.yaml").splitlines() == [
        "error[a-code]: a message",
        " --> film.yaml:4:7",
        "  |",
        "1 | one: 1",
        "  | --- the first",
        "...",
        "4 | four: 4",
        "  |       ^ here",
        "  |",
        "  = help: do this",
    ]


def test_a_span_over_lines_is_underlined_to_the_end_of_its_first() -> None:
    """A value of several lines is marked on the line it begins on."""
    fault = Fault("a-code", "a message", Span(1, 4, 3, 2))

    assert caret_lines(render_fault(fault, Source("a: [1,\n 2,\n]\n"), "f")) == ["  |    ^^^"]


def test_colour_comes_only_when_asked() -> None:
    """Without colour no escape is written; with it the same text is."""
    fault = fault_at(1, 1, 3, help="do this", severity="warning")
    plain = render_fault(fault, Source(LINE), "f")
    painted = render_fault(fault, Source(LINE), "f", colour=True)

    assert "\x1b" not in plain
    assert "\x1b[1;33mwarning[a-code]\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_a_terminal_obeys_nothing_of_the_source() -> None:
    """Escapes and turned text are shown as symbols, in source, words and file name."""
    fault = Fault("a-code", "m\x1b[2J", Span(1, 1, 1, 2), "l\u202e", "h\x07")
    text = render_fault(fault, Source("\x1b[31mred\u202e\x9b"), "f\x1b[0m")

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "␛[31mred" in text


def test_a_long_line_is_cut_around_the_carets() -> None:
    """The line fits the width, and the carets stand under the same word as before."""
    source = Source("word " * 100 + "HERE " + "word " * 100)
    text = render_fault(fault_at(1, 501, 505, label="this"), source, "f", width=80)
    shown, carets = text.splitlines()[3:5]

    assert len(shown) <= 80
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "HERE"
    assert shown.startswith("1 | ...")
    assert shown.endswith("...")


def test_json_has_every_field() -> None:
    """The JSON form has places, words and the second span."""
    related = Related(Span(1, 2, 1, 3), "the first")
    fault = fault_at(4, 7, 8, label="here", help="do this", related=related, shot=ShotId("sh010"))

    assert fault_as_json(fault, "film.yaml") == {
        "file": "film.yaml", "line": 4, "column": 7, "end_line": 4, "end_column": 8,
        "code": "a-code", "severity": "error", "message": "a message",
        "hint": "do this", "help": "do this", "shot": "sh010",
        "related": [{"line": 1, "column": 2, "end_line": 1, "end_column": 3, "label": "the first"}],
    }  # fmt: skip


def test_the_short_form_is_one_line() -> None:
    """``file:line:column: code message``, for editors."""
    assert short_form(fault_at(4, 7, 8), "film.yaml") == "film.yaml:4:7: a-code a message"


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.data())
def test_any_span_of_any_text_can_be_drawn(text: str, data: st.DataObject) -> None:
    """Drawing never fails, and its carets never stand beyond the source line."""
    source = Source(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    width = data.draw(st.integers(0, 120))
    fault = Fault("a-code", "a message", source.span(start, end))
    drawn = render_fault(fault, source, "f", width)

    assert 1 <= fault.span.line <= fault.span.end_line <= source.lines
    assert len(caret_lines(drawn)) >= 1
