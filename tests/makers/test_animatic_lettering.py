"""Words, lines, pages, fonts, and the bands they stand in."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.makers import lettering
from pipeline.makers.animatic.burnin import Words, burn_in, wears_bands
from pipeline.makers.animatic.layout import layout_of
from pipeline.makers.animatic.planes import blank
from pipeline.media.typefaces import font_for, shipped

UNASSIGNED = "\u0378"  # no font can have a character that does not exist
AWKWARD = 'it\'s "50%" : {x} \\n \t\x00 日本 🚀 שלום مرحبا ก็ e\u0301 \ud800 \u202e end'
sides = st.integers(60, 1080).map(lambda half: 2 * half)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200), st.integers(1, 40))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    """Every line fits (or is a single letter), and together they say the whole text."""
    lines = lettering.wrapped(text, lambda line: len(line) <= width)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(0 < len(line) <= width for line in lines)


def test_words_are_kept_whole_and_other_scripts_break_anywhere() -> None:
    """Latin breaks between words, Chinese between characters."""
    assert lettering.wrapped("a bc def", lambda line: len(line) <= 4) == ["a bc", "def"]
    assert lettering.wrapped("日本語です", lambda line: len(line) <= 2) == ["日本", "語で", "す"]


def test_pages_hold_all_lines_or_say_that_they_do_not() -> None:
    """A text too long for its time ends in an ellipsis."""
    lines = [f"line {n}" for n in range(7)]
    assert lettering.paged(lines, 3, 9) == [lines[:3], lines[3:6], lines[6:]]
    assert lettering.paged(lines, 3, 2) == [lines[:3], [*lines[3:5], "line 5 …"]]
    assert lettering.paged([], 3, 2) == []


def test_the_shipped_font_has_latin_greek_and_cyrillic() -> None:
    """Those scripts never depend on the machine."""
    for text in ("Zażółć gęślą jaźń ÆØß", "Ξεσκεπάζω τὴν ψυχοφθόρα", "Съешь же ещё, Їжак", "…—“”·"):
        for bold in (False, True):
            assert {font_for(letter, bold=bold) for letter in lettering.plain(text)} == {
                shipped(bold=bold)
            }
    assert Path(shipped(bold=False)).with_name("OFL.txt").is_file()


def test_a_letter_no_font_has_is_named() -> None:
    """Letters that are shown as boxes are told, each once; invisible ones are left out."""
    assert lettering.missing_letters("plain text") == ""
    assert font_for(UNASSIGNED) is None
    assert UNASSIGNED not in lettering.plain(UNASSIGNED)
    assert lettering.plain("a\x00b\ud800\u200bc \n\t d") == "abc d"


def test_a_text_is_shortened_to_its_room() -> None:
    """What is too wide ends in an ellipsis and fits."""
    type_ = lettering.Lettering(20)
    room = type_.width("A shot with a")
    short = type_.shortened("A shot with a very long name", room)
    assert short.endswith("…")
    assert type_.width(short) <= room
    assert type_.shortened("A shot", room) == "A shot"


@settings(max_examples=40, deadline=None)
@given(sides, sides)
def test_a_layout_leaves_most_of_the_frame_to_the_picture(width: int, height: int) -> None:
    """At any size from 120 to 2160 the parts are even, ordered, and the type no smaller than 11."""
    layout = layout_of(width, height)
    window = layout.window

    assert all(side % 2 == 0 for side in window)
    assert window.top == layout.top
    assert window.height >= 0.55 * height
    assert layout.type_size >= 11
    assert layout.lines >= 1


@pytest.mark.parametrize(
    ("width", "height"),
    [(214, 120), (120, 214), (280, 120), (426, 240), (720, 1280), (720, 720), (3840, 2160)],
)
def test_any_words_are_burned_in_at_any_size(width: int, height: int) -> None:
    """No characters, and no length, break the burn-in; a frame that bears it is known by it."""
    layout = layout_of(width, height)
    words = Words(AWKWARD * 3, AWKWARD, AWKWARD, "wide · pan left · 35mm", AWKWARD * 40)
    burned = burn_in(words, layout, Fraction(24), 48)
    frame = blank(width, height, (120, 128, 128))
    burned.paint(frame, 47)

    assert frame.y.crop((0, 0, width, layout.top)).getextrema()[1] > 180
    middle = layout.top + int(layout.window.height) // 2
    assert frame.y.getpixel((width // 2, middle)) == 120
    assert wears_bands(frame.y.convert("RGB").point(_full_range), layout)


def _full_range(value: int) -> float:
    return (value - 16) * 255 / 219


def test_the_time_runs_and_the_prompt_turns_its_pages() -> None:
    """Each frame shows its own time; a long prompt goes on, a short one stands."""
    layout = layout_of(640, 360)

    def bands(prompt: str, frame: int) -> tuple[bytes, bytes]:
        picture = blank(640, 360)
        burn_in(Words("sh010", prompt=prompt), layout, Fraction(24), 120).paint(picture, frame)
        text = (0, 360 - layout.bottom + layout.rule, 640, 360)
        return picture.y.crop((0, 0, 640, layout.top)).tobytes(), picture.y.crop(text).tobytes()

    assert len({bands("short", frame)[0] for frame in range(6)}) == 6
    assert bands("short", 0)[1] == bands("short", 119)[1]
    assert bands("long words " * 60, 0)[1] != bands("long words " * 60, 119)[1]


def test_a_photograph_is_not_taken_for_a_frame_with_bands() -> None:
    """A picture with light at its sides bears none."""
    picture = blank(640, 360, (90, 128, 128)).y.convert("RGB")
    assert not wears_bands(picture, layout_of(640, 360))
