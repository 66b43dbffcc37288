"""What something is like without what it says: answers, links and headers fit to be shown. Pure.

Kept are the names of fields, numbers, and words that a vendor chooses from a list of its own
(``status: COMPLETED``); every other text becomes ``<string of n>``, or the shape of a link, a time,
a UUID. So a report shows how a vendor speaks, and nothing of whom it spoke with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

_DEEPEST = 12  # levels of an answer
_MOST = 3  # elements of a list
_WORD = re.compile(r"(?!\d+$)[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,39}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}(?:\d{1,2}[A-Za-z_-]{0,20})?")
_SEGMENT = re.compile(r"v\d{1,2}|[a-z][a-z_-]{0,15}")
_KIND = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_HEX = re.compile(r"[0-9a-f]{8,}", re.IGNORECASE)

_CHOSEN = re.compile(
    r"(?:.*_)?(?:status|state|type|kind|code|model|mode|resolution|object|unit|currency|format"
    r"|event|aspect_?ratio|ratio|content_?type|phase|stage|reason_code)",
    re.IGNORECASE,
)
"""Fields whose values come from a list of the vendor's."""

_OWN = re.compile(
    r"(?:.*_)?ids?|.*Id|.*(?:balance|available|remaining|phone|user|customer|account).*"
    r"|credits|amount",
    re.IGNORECASE,
)
"""Fields whose numbers are somebody's own."""

_HARMLESS = re.compile(
    r"content-(?:type|length|encoding)|accept-ranges|retry-after|server|cache-control|accept.*"
    r"|transfer-encoding|connection|(?:x-)?ratelimit-(?:limit|remaining|reset).*|user-agent"
)
"""Headers whose values are nobody's secret."""

_SECRET = re.compile(r"auth|key|cookie|token|signature")


def shape(
    value: object, clean: Callable[[str], str] = str, name: str = "", *, left: int = _DEEPEST
) -> Any:
    """A JSON value as its shape.

    Args:
        value: as ``json`` reads it.
        clean: takes a key out of a text that is kept.
        name: the field it stands in.
        left: how many levels are looked at.
    """
    if left == 0:
        return "<deeper>"
    if isinstance(value, Mapping):
        inner = ((str(key), one) for key, one in value.items())
        return {field_name(key): shape(one, clean, key, left=left - 1) for key, one in inner}
    if isinstance(value, list):
        shown = [shape(one, clean, name, left=left - 1) for one in value[:_MOST]]
        return [*shown, f"<{len(value) - _MOST} more>"] if len(value) > _MOST else shown
    if isinstance(value, str):
        chosen = _CHOSEN.fullmatch(name) and _is_word(value)
        return clean(value) if chosen else text_shape(value)
    if isinstance(value, bool) or value is None:
        return value
    return f"<number of {len(str(value))}>" if _OWN.fullmatch(name) else value


def text_shape(text: str) -> str:
    """A text that may be anybody's, as its kind and length."""
    if _UUID.fullmatch(text):
        return "<uuid>"
    if _TIME.fullmatch(text):
        return f"<time as {re.sub('[0-9]', '9', text)}>"
    if text.isascii() and text.isdigit():
        return f"<digits, {len(text)}>"
    if _HEX.fullmatch(text):
        return f"<hex of {len(text)}>"
    return link_shape(text) or f"<string of {len(text)}>"


def link_shape(text: str) -> str | None:
    """A link by its host, the shape of its path, and the names of what follows; else nothing."""
    if re.match(r"data:[a-z]+/", text):
        return f"<data URI of {len(text)}>"
    try:
        parts = urlsplit(text)
        named = parts.hostname and f"{parts.scheme}://{parts.hostname}{_port(parts)}"
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "oss", "s3") or not named:
        return None
    asked = parse_qsl(parts.query, keep_blank_values=True)
    names = [field_name(name) if told else f"<name of {len(name)}>" for name, told in asked]
    return f"{named}{path_shape(parts.path)}{'?' if names else ''}{'&'.join(names)}"


def _port(parts: SplitResult) -> str:
    return f":{parts.port}" if parts.port else ""


def path_shape(path: str) -> str:
    """``/videos/2b0c…-….mp4`` as ``/videos/<uuid>.mp4``: words stay, all else is a length."""
    return "/".join(_segment(part) for part in path.split("/"))


def _segment(part: str) -> str:
    kind = found[0] if (found := _KIND.search(part)) else ""
    stem = part.removesuffix(kind)
    if not stem or _SEGMENT.fullmatch(stem):
        return part
    return f"<uuid>{kind}" if _UUID.fullmatch(stem) else f"<{len(stem)}>{kind}"


def header_shapes(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by name, with the values that say nothing of anybody."""
    return {field_name(name.lower()): _header(name.lower(), told) for name, told in headers.items()}


def _header(name: str, told: str) -> str:
    if _SECRET.search(name):
        return "<secret>"
    return told[:100] if _HARMLESS.fullmatch(name) else text_shape(told)


def field_name(name: str) -> str:
    """A field's name; one that is an id or an address is none that a vendor chose."""
    return name if _NAME.fullmatch(name) else f"<name of {len(name)}>"


def _is_word(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and not (_UUID.fullmatch(text) or _HEX.fullmatch(text))
