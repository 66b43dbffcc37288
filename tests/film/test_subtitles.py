"""Subtitles: an .srt read and written again, texts broken into lines, cues that never overlap."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pipeline.film.subtitles import (
    LINE,
    Spoken,
    in_lines,
    spoken_cues,
    srt_text,
    timed_cues,
    vtt_text,
)
from pipeline.media.dressing import Cue
from pipeline.storyboard.subtitles import SubtitlesError, TimedText, read_subtitles

if TYPE_CHECKING:
    from pathlib import Path

RATE = Fraction(24)
ODD = '"Quotes": it\'s %{x} \\n <&> שלום 😀'
moments = some.fractions(min_value=0, max_value=20, max_denominator=1000)
texts = some.builds(
    lambda start, length, text: TimedText(start, start + length, text),
    moments,
    some.fractions(min_value=Fraction(1, 1000), max_value=9, max_denominator=1000),
    some.text("ab é", min_size=1, max_size=60).filter(str.strip),
)


def read(folder: Path, said: bytes) -> tuple[TimedText, ...]:
    (folder / "film.srt").write_bytes(said)
    return read_subtitles(folder, folder, "film.srt")


@settings(max_examples=30, deadline=None)
@given(some.lists(texts, max_size=6))
def test_cues_lie_one_after_another_within_the_film(said: list[TimedText]) -> None:
    """However an .srt's texts overlap, its cues do not, and none goes on behind the film's end."""
    cues = timed_cues(said, RATE, 240)

    assert all(0 <= cue.start < cue.end <= 240 for cue in cues)
    assert all(cue.end <= later.start for cue, later in pairwise(cues))
    for one in said:  # and nothing that begins in the film is lost
        start = round(one.start * RATE)
        assert start >= 240 or any(
            cue.start <= start < cue.end and in_lines(one.text) in cue.text for cue in cues
        )


@settings(max_examples=30, deadline=None)
@given(some.lists(some.builds(Spoken, some.integers(0, 300), some.text("ab .", min_size=1))))
def test_what_is_spoken_fits_two_lines(spoken: list[Spoken]) -> None:
    """A text of any length becomes cues of at most two lines of 42 characters, in order."""
    cues = spoken_cues(spoken, RATE, 240)

    assert all(cue.end <= later.start for cue, later in pairwise(cues))
    assert all(cue.end <= 240 for cue in cues)
    alone = spoken_cues(spoken[:1], RATE, 10_000)
    lines = [line for cue in alone for line in cue.text.split("\n")]
    assert all(len(line) <= LINE for line in lines)
    assert all(len(cue.text.split("\n")) <= 2 for cue in alone)


def test_a_text_is_seen_for_as_long_as_it_takes_to_read() -> None:
    """Seventeen characters a second; longer where heard for longer, shorter before another."""
    (cue,) = spoken_cues([Spoken(0, "x" * 34)], RATE, 1000)
    assert (cue.start, cue.end) == (0, 48)
    (cue,) = spoken_cues([Spoken(0, "Snow.", frames=100)], RATE, 1000)
    assert cue.end == 100
    first, _ = spoken_cues([Spoken(0, "x" * 34), Spoken(20, "Then.")], RATE, 1000)
    assert first.end == 20


def test_lines_are_about_as_long_as_one_another() -> None:
    """A line break comes in the middle, not after 42 characters; an author's own is kept."""
    assert in_lines("She had been alone since the thaw, and so had he.") == (
        "She had been alone since\nthe thaw, and so had he."
    )
    assert in_lines(" One.\n\n  Two. ") == "One.\nTwo."


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), Fraction(25)])
def test_an_srt_is_read_back_to_the_frame(tmp_path: Path, rate: Fraction) -> None:
    """What is written beside a film means the very frames it came from, whatever the text."""
    cues = tuple(Cue(n, n + 7, f"{n} {ODD}") for n in range(0, 4000, 371))

    again = read(tmp_path, srt_text(cues, rate).encode())

    assert timed_cues(again, rate, 5000)[0].text == f"0 {ODD}"
    assert [round(text.start * rate) for text in again] == [cue.start for cue in cues]
    assert [round(text.end * rate) for text in again] == [cue.end for cue in cues]


def test_webvtt_spells_what_would_be_a_tag() -> None:
    """``<`` and ``&`` of a text are shown, and ``-->`` ends no cue."""
    text = vtt_text((Cue(0, 24, "<b> & -->"),), RATE)

    assert text == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n&lt;b&gt; &amp; --&gt;\n"


def test_an_srt_as_others_write_it(tmp_path: Path) -> None:
    """A byte-order mark, Windows line ends, tags, no numbers, dots, text out of order."""
    said = (
        "\ufeff2\r\n00:00:03,000 --> 00:00:04,000 X1:40\r\n<i>Then</i> {\\an8}this\r\n\r\n"
        "00:00:01.5 --> 00:00:02.000\r\nFirst\r\nthat\r\n"
    )

    first, then = read(tmp_path, said.encode())

    assert first == TimedText(Fraction(3, 2), Fraction(2), "First\nthat")
    assert then == TimedText(Fraction(3), Fraction(4), "Then this")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"1\n00:00:01 --> 00:00:02\nNo thousandths\n", "line 2: a time is expected here"),
        (b"Just text.\n", "line 1: a time is expected here, not `Just text.`"),
        (b"1\n00:00:02,000 --> 00:00:01,000\nx\n", "line 2: it ends before it begins"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nSch\xf6n\n", "line 3: this is not UTF-8 text"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, said: bytes, why: str) -> None:
    """What cannot be read is told with its file and line."""
    with pytest.raises(SubtitlesError) as caught:
        read(tmp_path, said)

    assert f"`film.srt`, {why}" in caught.value.why
