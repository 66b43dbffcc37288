"""How an answer goes over the wire, well or badly. Decides bytes; ``server.py`` sends them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any, Literal

from pipeline.desk.faults import Rule
from pipeline.desk.wire import Answer, spell_head

WEB_PAGE = b"<!doctype html><html><head><title>502</title></head><body>Bad gateway</body></html>"

End = Literal["keep", "close", "reset", "hang", "endless"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes to send, and how it ends.

    ``pace`` is bytes a second, ``hang`` the seconds of silence before the connection is closed;
    both in the desk's time.
    """

    data: bytes
    end: End = "keep"
    pace: int | None = None
    hang: float = 0.0


def plain(answer: Answer) -> Delivery:
    """The answer as it should be."""
    return Delivery(spell_head(answer) + answer.body)


Refusal = Callable[[int, str | None], Answer]
"""How a vendor says that it failed: a status, and words if they are given."""


def refused(rule: Rule, now: float, refusal: Refusal) -> Delivery:
    """What comes instead of an answer when the vendor does nothing, or has done it unsaid."""
    if rule.do == "hang":
        return Delivery(b"", "hang", hang=3600.0 if rule.seconds is None else rule.seconds)
    if rule.do == "too-many":
        return plain(_too_many(rule, now, refusal(429, rule.text)))
    if rule.do == "status":
        return plain(refusal(rule.status, rule.text))
    return Delivery(b"", rule.how)


def _too_many(rule: Rule, now: float, answer: Answer) -> Answer:
    if rule.retry_after is None:
        return answer
    wait = rule.retry_after
    # [doc: SDK] its client reads seconds and dates alike
    said = formatdate(now + 2, usegmt=True) if wait == "date" else str(wait)
    return replace(answer, headers=(("retry-after", said),))


def spoiled(rule: Rule, answer: Answer, ended: frozenset[str]) -> Delivery:
    """A good answer, spoiled on its way; ``ended`` are the vendor's words for a job that is over.

    An unknown word stands for work under way: a job that has ended is not brought back.
    """
    if rule.do == "word" and json.loads(answer.body).get("status") in ended:
        return plain(answer)
    return _SPOILERS[rule.do](rule, answer)


def _half(rule: Rule, answer: Answer) -> Delivery:
    data = spell_head(answer) + answer.body
    left = len(data) - (len(answer.body) + 1) // 2 if rule.bytes is None else rule.bytes
    return Delivery(data[:left], "close")


def _cut(rule: Rule, answer: Answer) -> Delivery:
    left = len(answer.body) // 2 if rule.bytes is None else rule.bytes
    return Delivery(spell_head(answer) + answer.body[:left], "close")


def _lie(rule: Rule, answer: Answer) -> Delivery:
    more = 1000 if rule.bytes is None else rule.bytes
    return Delivery(spell_head(answer, length=len(answer.body) + more) + answer.body, "close")


def _endless(_: Rule, answer: Answer) -> Delivery:
    head = spell_head(answer).replace(b"content-length: %d\r\n" % len(answer.body), b"")
    return Delivery(head.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), "endless")


def _drip(rule: Rule, answer: Answer) -> Delivery:
    return replace(plain(answer), pace=rule.bytes or 1000)


def _html(_: Rule, answer: Answer) -> Delivery:
    page = Answer(200, WEB_PAGE, "text/html; charset=utf-8", answer.headers)
    return plain(page)


def _garbage(_: Rule, answer: Answer) -> Delivery:
    return plain(replace(answer, body=answer.body[: len(answer.body) * 2 // 3]))


def _list(_: Rule, answer: Answer) -> Delivery:
    return plain(replace(answer, body=b"[" + answer.body + b"]"))


def _changed(
    fields: Callable[[Rule, Answer], dict[str, Any]],
) -> Callable[[Rule, Answer], Delivery]:
    def change(rule: Rule, answer: Answer) -> Delivery:
        content = json.loads(answer.body)
        if answer.status < 300:
            content.update(fields(rule, answer))
        return plain(replace(answer, body=json.dumps(content).encode()))

    return change


def _gone(_: Rule, answer: Answer) -> Delivery:
    return plain(replace(answer, status=404, body=b"Not found", kind="text/plain"))


def _redirect(rule: Rule, answer: Answer) -> Delivery:
    there = (*answer.headers, ("location", rule.to or "http://localhost:9/clip.mp4"))
    return plain(Answer(302, b"", "", there))


_SPOILERS: dict[str, Callable[[Rule, Answer], Delivery]] = {
    "half": _half,
    "html": _html,
    "garbage": _garbage,
    "not-an-object": _list,
    "set": _changed(lambda rule, _: dict(rule.set)),
    "word": _changed(lambda rule, _: {"status": rule.text or "UPSCALING"}),
    "progress": _changed(lambda rule, _: {"progress": rule.value}),
    "cut": _cut,
    "lie": _lie,
    "endless": _endless,
    "drip": _drip,
    "gone": _gone,
    "redirect": _redirect,
}

REFUSALS = frozenset({"too-many", "status", "drop", "hang", "unread"})
"""Faults whose answer does not depend on what the vendor would have said."""
