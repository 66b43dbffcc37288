"""Serves a file as a CDN does: whole, or the range asked for."""

from __future__ import annotations

import re

from pipeline.desk.wire import Answer, Request
from pipeline.files import digest_of_bytes

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def served(request: Request, data: bytes, kind: str, note: str = "") -> Answer:
    """The file, or the part of it the ``Range`` header wants (RFC 9110, section 14)."""
    tag = f'"{digest_of_bytes(data)[:32]}"'
    headers = (("accept-ranges", "bytes"), ("etag", tag))
    wanted = _wanted(request, tag, len(data))
    if wanted is None:
        return Answer(200, data, kind, headers, note)
    first, last = wanted
    if not 0 <= first <= last:
        return Answer(416, b"", "", (*headers, ("content-range", f"bytes */{len(data)}")), note)
    told = ("content-range", f"bytes {first}-{last}/{len(data)}")
    return Answer(206, data[first : last + 1], kind, (*headers, told), note)


def _wanted(request: Request, tag: str, length: int) -> tuple[int, int] | None:
    """First and last byte; ``None`` for the whole; an empty range where there is nothing."""
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if not match or request.headers.get("if-range", tag) != tag or not (match[1] or match[2]):
        return None
    if not match[1]:
        return (max(0, length - int(match[2])), length - 1)
    last = min(length - 1, int(match[2])) if match[2] else length - 1
    return int(match[1]), last
