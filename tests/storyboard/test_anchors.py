"""Moments of the film: as written, and where they are."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ids import ShotId
from pipeline.storyboard.anchors import PATTERN, Anchor, parse_anchor
from pipeline.storyboard.levels import PRESETS, Loudness, parse_level, parse_loudness
from pipeline.timing import Length

RATE = Fraction(24)
SPANS = {ShotId("sh010"): (0, 48), ShotId("sh020"): (40, 96)}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("sh020", Fraction(40, 24)),
        ("sh020+1s", Fraction(64, 24)),
        ("sh020 + 12f", Fraction(52, 24)),
        ("sh020-12f", Fraction(28, 24)),
        ("sh010.end", Fraction(2)),
        ("sh020.end-1.5s", Fraction(5, 2)),
        ("sh010.start+00:00:01:12", Fraction(3, 2)),
        ("sh010-4s", Fraction(0)),
        ("4s", Fraction(4)),
        ("12f", Fraction(1, 2)),
        (3, Fraction(3)),
    ],
)
def test_a_moment_is_where_its_shot_is(written: str | int, seconds: Fraction) -> None:
    """Shots, their ends, seconds and frames beside them, and lengths from the beginning."""
    assert parse_anchor(written).at(SPANS, RATE) == seconds


@pytest.mark.parametrize(
    "written", ["", "sh010+", "sh010++1s", "+1s", "-1s", "sh010.middle", "sh010@2s", "4 fish", "é"]
)
def test_what_is_no_moment_is_refused(written: str) -> None:
    """The author reads how a moment is written."""
    with pytest.raises(ValueError, match="a moment is written"):
        parse_anchor(written)
    assert not re.search(PATTERN, written)


def test_a_shots_own_hyphen_is_not_a_minus() -> None:
    """An id that ends like a length is that shot, if there is one; else a moment before another."""
    assert parse_anchor("a-1", frozenset({"a-1"})) == Anchor(ShotId("a-1"))
    assert parse_anchor("a-1", frozenset({"a"})) == Anchor(
        ShotId("a"), offset=Length(Fraction(1)), sign=-1
    )
    assert parse_anchor("a-1-2f", frozenset({"a-1"})) == Anchor(
        ShotId("a-1"), offset=Length(frames=2), sign=-1
    )
    assert parse_anchor("wide-shot") == Anchor(ShotId("wide-shot"))


@settings(max_examples=60, deadline=None)
@given(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,10}", fullmatch=True),
    st.sampled_from(["", ".start", ".end"]),
    st.sampled_from(["", "+1s", "-12f", " + 2.5s", "-00:00:01:00"]),
)
def test_editors_and_the_loader_agree(shot: str, edge: str, offset: str) -> None:
    """What the schema's pattern takes can be read, and names the shot."""
    written = f"{shot}{edge}{offset}"
    assert re.search(PATTERN, written)
    assert parse_anchor(written, frozenset({shot})).shot == shot


def test_levels_and_loudness() -> None:
    """Decibels, LUFS and presets; what is beyond all use is refused."""
    assert [parse_level(text) for text in ("-8dB", "+3 dB", "0dB", "-4.5dB")] == [-8, 3, 0, -4.5]
    assert parse_loudness("-16 LUFS") == Loudness(-16)
    assert parse_loudness("ebu-r128") == PRESETS["ebu-r128"] == Loudness(-23, -1)
    for level in ("8", "loud", "-61dB", "21dB", "--3dB", "٣dB"):
        with pytest.raises(ValueError, match="level"):
            parse_level(level)
    for loudness in ("16 LUFS", "-16", "-41 LUFS", "-4 LUFS", "radio"):
        with pytest.raises(ValueError, match="loudness"):
            parse_loudness(loudness)
