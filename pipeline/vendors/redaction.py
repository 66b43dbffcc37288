"""What a vendor says, made fit to be shown: one short line, no key, no signed link. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINK = re.compile(r"(https?://)(?:[^\s/\"'<>@]*@)?([^\s/\"'<>?#]+)[^\s\"'<>]*", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_\-]{6,}")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)

SHOWN = "<key>"


def redact(text: str, secrets: Iterable[str], *, most: int = 300) -> str:
    """``text`` as one line of at most ``most`` characters.

    Every secret, and any piece of one of six characters or more, is shown as ``<key>``; of a link
    only its host is left, for what follows may be a signature. Control characters go.
    """
    text = text[: most * 20]  # an answer may be megabytes; nobody reads them
    for secret in secrets:
        text = text.replace(secret, SHOWN)
        text = _TOKEN.sub(lambda m, secret=secret: SHOWN if m[0] in secret else m[0], text)  # type: ignore[misc]
    text = _LINK.sub(r"\1\2/…", text)
    text = _UNSEEN.sub(" ", text).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def without_tags(text: str) -> str:
    """What a page of HTML says, roughly; other text as it is."""
    return _TAGS.sub(" ", text) if "<" in text else text
