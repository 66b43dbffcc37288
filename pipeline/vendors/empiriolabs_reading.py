"""What EmpirioLabs' answers say. Pure; what is no known field is passed over.

Documented of a job: ``{job_id, status, progress, created_at, completed_at, result, error}``, with a
progress from 0 to 1. Its status words and what stands in ``result`` are not: every word and shape
that has been seen is read, and those of the same family.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.vendors import moderation
from pipeline.vendors.answer import Answer, number, text
from pipeline.vendors.empiriolabs_errors import complaint
from pipeline.vendors.errors import Charged
from pipeline.vendors.interface import Cancelled, Failed, JobState, Succeeded, Waiting

DONE = frozenset({"completed", "succeeded"})
FAILED = frozenset({"failed", "error", "expired"})
CANCELLED = frozenset({"cancelled", "canceled"})
RUNNING = frozenset({"queued", "pending", "processing", "running", "in_progress"})

# the surest first: only the first link is fetched
_PLACES = ("video_url", "videos", "video", "data", "output", "outputs", "urls", "url")
_NO_CLIP = ("image/", "audio/", "text/")
_BALANCES = ("balance_usd", "balance", "credit_balance", "available_balance", "credits", "amount")
_AMOUNT = re.compile(r"\$?\s*(-?\d{1,12}(?:\.\d{1,12})?)", re.ASCII)
_MOST_PARTS = 500
_MOST_ID = 200


def job_id(fields: Mapping[str, Any]) -> str | None:
    """The job a submission made: ``job_id``; else the end of the ``poll_url`` that was seen."""
    named = fields.get("job_id")
    if type(named) is int:
        return str(named)
    path = _path_of(text(fields.get("poll_url")) or "")
    found = text(named) or unquote(path.rstrip("/").rpartition("/")[2])
    return found.strip() if 0 < len(found) <= _MOST_ID else None


def _path_of(link: str) -> str:
    """The path of a link, or nothing where it is none."""
    try:
        return urlsplit(link).path
    except ValueError:
        return ""


def state(
    job: Mapping[str, Any], answer: Answer, clean: Callable[[str], str], charged: Charged
) -> JobState:
    """How a job is; ``charged`` is what is known of the money of one that failed.

    Raises:
        UnreadableError: it has no status, or is done and names no clip.
    """
    word = text(job.get("status"))
    if word is None:
        raise answer.unreadable("it has no status", charged=False)
    plain, found = word.strip().lower(), tuple(links(job.get("result")))
    if plain in DONE or (found and _has_ended(job, plain)):
        if not found:
            raise answer.unreadable(
                "the job is done and there is no link to its clip", charged=False
            )
        return Succeeded(found, None)  # what it cost is told nowhere
    if plain in FAILED:
        said = clean(complaint({"error": job.get("error")}).words)
        return Failed(moderation.failure(answer.who, said, charged=charged), None)
    if plain in CANCELLED:
        return Cancelled(plain, charged)
    return Waiting(progress(job.get("progress")), clean(word)[:40], known=plain in RUNNING)


def _has_ended(job: Mapping[str, Any], word: str) -> bool:
    """A word nobody knows, on a job with an end: its state is kept an hour, so its clip counts."""
    known = word in RUNNING | FAILED | CANCELLED
    return not known and text(job.get("completed_at")) is not None and not job.get("error")


def progress(value: object) -> float | None:
    """A fraction from 0 to 1, as documented; anything else is not believed."""
    fraction = number(value)
    return float(fraction) if fraction is not None and 0 <= fraction <= 1 else None


def links(result: object) -> Iterator[str]:
    """The links to the clip, whatever the shape of ``result``, each once, the surest first."""
    seen: set[str] = set()
    waiting = [result]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, Mapping) and not _is_no_clip(one):
            waiting += [one[name] for name in reversed(_PLACES) if name in one]
        elif isinstance(one, str) and "://" in one and one.strip() not in seen:
            seen.add(one.strip())
            yield one.strip()


def _is_no_clip(item: Mapping[str, Any]) -> bool:
    """Whether it says that it is a poster, a track or a text."""
    kind = text(item.get("content_type")) or text(item.get("mime_type")) or ""
    return kind.lower().startswith(_NO_CLIP)


def balance(fields: Mapping[str, Any]) -> Fraction | None:
    """Dollars left. That the answer has a balance is documented, where it stands is not."""
    level: list[Mapping[str, Any]] = [fields]
    while level:
        for name in _BALANCES:
            for one in level:
                if (found := amount(one.get(name))) is not None:
                    return found
        inner = [value for one in level for value in one.values() if isinstance(value, Mapping)]
        level = inner[:_MOST_PARTS]
    return None


def amount(value: object) -> Fraction | None:
    """An exact amount: a number, or a text such as ``$12.50``."""
    written = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    return Fraction(written[1]) if written else number(value)
