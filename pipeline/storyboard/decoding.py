"""Bytes -> text: what is no text, too large or not UTF-8 is told before anything is parsed."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass

from pipeline.storyboard.fault import Fault, Source, Span

MOST_BYTES = 5_000_000
"""A board of 10,000 shots is half of it."""

_BOM = "\ufeff"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What YAML forbids, and the line breaks of its old version that no editor shows as such.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MOST_TOLD = 5
_TOP = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A board's text, and what is wrong with it as text."""

    source: Source
    faults: tuple[Fault, ...] = ()


def decode(data: bytes | str) -> Decoded:
    """The text of a board; with faults, it is not to be parsed."""
    if len(data) > MOST_BYTES:
        return _refused(_too_large(len(data)))
    return _as_text(data) if isinstance(data, str) else _from_bytes(data)


def _from_bytes(data: bytes) -> Decoded:
    if _looks_like_utf_16(data):
        return _refused(_utf_16())
    try:
        return _as_text(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _undecodable(data, error)


def _as_text(text: str) -> Decoded:
    source = Source(text.removeprefix(_BOM))
    return Decoded(source, _forbidden(source))


def _refused(fault: Fault) -> Decoded:
    return Decoded(Source(""), (fault,))


def _looks_like_utf_16(data: bytes) -> bool:
    """By its mark, or by a zero in every other byte of its first letters."""
    start = data[:8]
    evens, odds = start[::2], start[1::2]
    return data.startswith(_UTF_16) or (len(start) == 8 and not (any(evens) and any(odds)))


def _undecodable(data: bytes, error: UnicodeDecodeError) -> Decoded:
    if b"\0" in data:
        return _refused(_binary(_TOP))
    source = Source(data.decode("utf-8", errors="replace").removeprefix(_BOM))
    before = data[: error.start].decode("utf-8").removeprefix(_BOM)
    fault = Fault(
        "encoding",
        f"this is not UTF-8 text: byte 0x{data[error.start]:02x} means nothing here",
        source.span(len(before), len(before) + 1),
        label="the first byte that cannot be read",
        help="save the file as UTF-8",
    )
    return Decoded(source, (fault,))


def _forbidden(source: Source) -> tuple[Fault, ...]:
    nul = source.text.find("\0")
    if nul >= 0:
        return (_binary(source.span(nul, nul + 1)),)
    found = itertools.islice(_FORBIDDEN.finditer(source.text), _MOST_TOLD)
    return tuple(_control(match[0], source.span(match.start(), match.end())) for match in found)


def _too_large(size: int) -> Fault:
    return Fault(
        "too-large",
        f"this file has {size:,} bytes; a board has at most {MOST_BYTES:,}",
        _TOP,
        help="is it a storyboard? Divide a very long film into several boards",
    )


def _utf_16() -> Fault:
    return Fault(
        "encoding", "this is UTF-16 text, a board is UTF-8", _TOP, help="save the file as UTF-8"
    )


def _binary(span: Span) -> Fault:
    return Fault(
        "binary",
        "this is no text: it has a NUL byte",
        span,
        help="a storyboard is a YAML text file; is this a picture or a clip?",
    )


def _control(character: str, span: Span) -> Fault:
    name = unicodedata.name(character, "a control character")
    return Fault(
        "control-character",
        f"an invisible character stands here: U+{ord(character):04X}, {name.lower()}",
        span,
        label="delete it",
        help="text pasted from elsewhere brings such characters along; type the place anew",
    )
