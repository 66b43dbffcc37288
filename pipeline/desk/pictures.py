"""Pictures given to a vendor: read behind their links, and what upstream would not take of them."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from http.client import HTTPException

from pipeline.desk.drawing import opened
from pipeline.desk.options import Options
from pipeline.desk.shelf import MEGABYTE

WIDEST = 2.5  # [doc-3p] upstream: 1:2.5 to 2.5:1
LEAST_SIDE = 300  # [doc-3p] upstream: each side of a first frame
LEAST_REFERENCE = 400  # [doc-3p] upstream: the short side of a reference


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture given: its bytes, what tells it from others, and why it is none, if so."""

    data: bytes
    known: str
    wrong: str | None = None


def least_side(options: Options, *, references: bool) -> int:
    """The shortest side of a picture: of a reference, or of a first frame."""
    least = options.least_side
    return LEAST_REFERENCE if references and least == LEAST_SIDE else least


def wrong_with(data: bytes, least: int, most_bytes: int) -> str | None:
    """Why upstream would not take it; ``least`` pixels a side, ``most_bytes`` in all."""
    if len(data) > most_bytes:
        return f"is larger than {most_bytes // MEGABYTE} MB"
    if data.startswith(b"GIF8"):
        return "has an unsupported format"
    try:
        width, height = opened(data).size
    except ValueError:
        return "cannot be read"
    if min(width, height) < least:
        return f"must be at least {least} pixels on each side, not {width}x{height}"
    if not 1 / WIDEST <= width / height <= WIDEST:
        return "has an aspect ratio outside 1:2.5 to 2.5:1"
    return None


def downloaded(url: str, most_bytes: int) -> bytes | str:
    """What lies behind a link of the web, or why it could not be had."""
    request = urllib.request.Request(url, headers={"user-agent": "desk"})  # noqa: S310 - http only
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            data: bytes = answer.read(most_bytes + 1)
    except (OSError, ValueError, HTTPException) as error:
        return str(error)
    return data
