from __future__ import annotations

import pytest

from pipeline.storyboard.decoding import MOST_BYTES, decode

BOARD = "storyboard: 1\ntitle: Füchse 🦊\n"


def codes(data: bytes | str) -> list[str]:
    return [fault.code for fault in decode(data).faults]


@pytest.mark.parametrize("data", [BOARD, BOARD.encode(), BOARD.encode("utf-8-sig")])
def test_utf_8_is_read_with_and_without_a_mark(data: bytes | str) -> None:
    """A byte-order mark at the beginning is no part of the text."""
    assert decode(data).source.text == BOARD
    assert codes(data) == []


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wider_encodings_are_named(name: str) -> None:
    """UTF-16 and UTF-32 are told as an encoding, not as a binary file."""
    assert codes(BOARD.encode(name)) == ["encoding"]


def test_a_byte_that_is_not_utf_8_is_pointed_at() -> None:
    """The fault stands at the first bad byte, counted in characters."""
    (fault,) = decode("title: Füchse 🦊 ".encode() + b"\xe9t\xe9\n").faults

    assert fault.code == "encoding"
    assert "0xe9" in fault.message
    assert (fault.span.line, fault.span.column) == (1, 17)


def test_a_picture_is_no_board() -> None:
    """The first bytes of a PNG are told as no text."""
    assert codes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") == ["binary"]


def test_a_nul_is_pointed_at() -> None:
    """The fault stands at the NUL itself."""
    (fault,) = decode("a: b\nc: d\0e\n").faults

    assert (fault.code, fault.span.line, fault.span.column) == ("binary", 2, 5)


def test_too_much_is_told_by_its_size() -> None:
    """Fifty megabytes are refused unread; five are read."""
    assert codes(b"#" * (10 * MOST_BYTES)) == ["too-large"]
    assert codes(b"#" * MOST_BYTES) == []


@pytest.mark.parametrize(
    "character", ["\x07", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff", "\ud800"]
)
def test_invisible_characters_are_pointed_at(character: str) -> None:
    """What YAML forbids, and line breaks that no editor shows, are faults at their places."""
    (fault,) = decode(f"a: b\nc: d{character}e\n").faults

    assert (fault.code, fault.span.line, fault.span.column) == ("control-character", 2, 5)


def test_a_page_of_invisible_characters_is_not_told_one_by_one() -> None:
    """At most five of them are told."""
    assert len(decode("\x07" * 1000).faults) == 5
