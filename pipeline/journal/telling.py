"""The journal told: lines for a person, a document for machines. Pure.

Nothing private leaves: links by their host, bodies by their digest, handles not at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pipeline.files import digest_of_bytes
from pipeline.journal.attempt import Attempt, Event
from pipeline.money import spell_amount

SCHEMA = 1
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_CHARGED = {
    "no": "not charged",
    "refunded": "refunded",
    "maybe": "perhaps charged",
    "yes": "charged",
}
NO_JOBS: Mapping[int, str] = {}


def journal_text(
    attempts: Iterable[Attempt], events: Iterable[Event], jobs: Mapping[int, str] = NO_JOBS
) -> str:
    """The attempts, each with its events below it, a line an event; times are local.

    Args:
        attempts: oldest first.
        events: of these attempts, oldest first.
        jobs: the job's id for people, by attempt (``Vendor.job_id`` reads it from a handle).
    """
    by_attempt = _by_attempt(events)
    blocks = (
        "\n".join([*_head(attempt, jobs), *map(_line, by_attempt.get(attempt.id, ()))])
        for attempt in attempts
    )
    return "\n\n".join(blocks) or "The journal is empty: nothing was ever posted."


def journal_document(
    attempts: Iterable[Attempt], events: Iterable[Event], jobs: Mapping[int, str] = NO_JOBS
) -> dict[str, Any]:
    """The same as JSON data; amounts and seconds are exact, as text; times are of the epoch."""
    by_attempt = _by_attempt(events)
    return {
        "schema": SCHEMA,
        "attempts": [
            {
                **_document(attempt),
                "job": jobs.get(attempt.id),
                "events": [_event(event) for event in by_attempt.get(attempt.id, ())],
            }
            for attempt in attempts
        ],
    }


def without_links(text: str) -> str:
    """A text with each link cut to its host, and nothing a terminal would obey."""
    shown = _LINK.sub(lambda match: host_of(match[0]), text)
    return "".join(c if c.isprintable() else " " for c in shown)


def host_of(link: str) -> str:
    """``cdn.example.com/…``: as much of a link as may be shown."""
    try:
        host = urlsplit(link).hostname
    except ValueError:
        host = None
    return f"{host or 'a link'}/…"


def _by_attempt(events: Iterable[Event]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for event in events:
        found.setdefault(event.attempt, []).append(event)
    return found


def _head(attempt: Attempt, jobs: Mapping[int, str]) -> list[str]:
    title = (
        f"{attempt.id}  {attempt.board} {attempt.shot}  {attempt.model} through {attempt.route}  "
        f"{attempt.state}, {_CHARGED[attempt.charged]}, {_price(attempt)}"
    )
    facts = {
        "key": f"{attempt.key}, attempt {attempt.number}",
        "job": jobs.get(attempt.id),
        "body": attempt.body and f"sha256 {digest_of_bytes(attempt.body)}",
        "links": ", ".join(map(host_of, attempt.links)),
        "clip": attempt.clip,
        "error": attempt.error,
    }
    told = [f"   {name}: {without_links(str(fact))}" for name, fact in facts.items() if fact]
    return [without_links(title), *told]


def _price(attempt: Attempt) -> str:
    if attempt.amount is None or attempt.unit is None:
        return "price unknown"
    price = spell_amount(attempt.amount, attempt.unit)
    return f"{price} estimated" if attempt.cost is None else price


def _line(event: Event) -> str:
    moment = dt.datetime.fromtimestamp(event.time).astimezone()
    detail = f"  {without_links(event.detail)}" if event.detail else ""
    return f"   {moment:%Y-%m-%d %H:%M:%S}  {event.state:<9}{detail}".rstrip()


def _document(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "run": attempt.run,
        "key": attempt.key,
        "number": attempt.number,
        "board": attempt.board,
        "shot": attempt.shot,
        "model": attempt.model,
        "route": attempt.route,
        "mode": attempt.mode,
        "seed": attempt.seed,
        "variation": attempt.variation,
        "fields": dict(attempt.fields),
        "seconds": str(attempt.seconds),
        "unit": attempt.unit,
        "estimate": None if attempt.estimate is None else str(attempt.estimate),
        "cost": None if attempt.cost is None else str(attempt.cost),
        "state": attempt.state,
        "live": attempt.live,
        "charged": attempt.charged,
        "body_sha256": attempt.body and digest_of_bytes(attempt.body),
        "links": [host_of(link) for link in attempt.links],
        "clip": attempt.clip,
        "error": attempt.error and without_links(attempt.error),
        "times": {
            "intent": attempt.t_intent,
            "sending": attempt.t_sending,
            "submitted": attempt.t_submitted,
            "done": attempt.t_done,
        },
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "state": event.state,
        "time": event.time,
        "detail": without_links(event.detail),
    }
