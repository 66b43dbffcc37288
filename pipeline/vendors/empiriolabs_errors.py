"""What EmpirioLabs' errors mean. Pure.

Its codes are documented, what they stand in is not ("OpenAI/Anthropic compatible"): an object or a
bare text named ``error``, or a body that is the error itself. A code speaks before the status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.vendors import moderation
from pipeline.vendors.answer import Answer
from pipeline.vendors.errors import UnreadableError, VendorError
from pipeline.vendors.statuses import Verb, Verdict, error_of, verdict

CODES: dict[str, Verdict] = {
    "missing_api_key": "key",
    "invalid_api_key": "key",
    "insufficient_credits": "money",
    "rate_limit_exceeded": "too many",
    "model_not_found": "wrong",
    "template_not_found": "wrong",
    "template_model_unsupported": "wrong",
    "model_unavailable": "down",  # "worker offline, retry shortly"
    "upstream_error": "down",
}
"""Every documented code, and what it means where nothing can have been charged."""

_ACCOUNT = ("key", "money", "too many", "down")  # said of anything but the job that is asked about
_CODE = re.compile(r"\b(" + "|".join(CODES) + r")\b", re.IGNORECASE)
_SAYS = ("message", "detail", "details", "description", "reason", "msg", "error")
_NAMES = ("code", "type")
_MOST_TEXTS = 100


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error says: one of the documented codes, if any, and its words."""

    code: str | None
    words: str


def complaint(told: object) -> Complaint:
    """Read an error, or a body that holds one, whatever its shape."""
    whole = told if isinstance(told, Mapping) else {}
    texts = list(_texts(whole.get("error") or told))
    named = [value for name, value in texts if name in _NAMES]
    bare = [found for name, value in texts if not name for found in _CODE.findall(value)]
    beside = [str(whole.get(name)) for name in _NAMES]
    code = next((one for one in map(str.lower, (*named, *bare, *beside)) if one in CODES), None)
    return Complaint(code, ": ".join(dict.fromkeys(value for _, value in texts)))


def _texts(error: object) -> Iterator[tuple[str, str]]:
    """What an error says, by name, its code and type first; a bare text has no name."""
    waiting: list[tuple[str, object]] = [("", error)]
    for name, value in waiting:  # it grows while it is read, and not for ever
        if isinstance(value, str) and value.strip():
            yield name, value.strip()
        elif isinstance(value, Mapping):
            waiting += [(inner, value[inner]) for inner in (*_NAMES, *_SAYS) if inner in value]
        elif isinstance(value, list):
            waiting += [(name, one) for one in value[:5]]
        if len(waiting) > _MOST_TEXTS:
            return


def peek(answer: Answer) -> dict[str, Any]:
    """The body's fields, or none: an error is told by its status, whatever the body is."""
    try:
        return answer.fields(charged=False)
    except UnreadableError:
        return {}


def meaning(verb: Verb, status: int, code: str | None) -> Verdict:
    """What an answer means to ``verb``; a posting that may have been taken is never "down"."""
    said = CODES.get(code or "")
    if said is None:
        by_status = verdict(verb, status)
        # 409 is not documented, and there are no idempotency keys that could be in conflict
        return "maybe" if by_status == "conflict" else by_status
    if verb == "submit" and said == "down":
        refused = code == "model_unavailable" and (400 <= status < 500 or status == 503)
        return "down" if refused else "maybe"
    return said


def is_gone(status: int, code: str | None) -> bool:
    """Whether an answer to a look says that the job is not known: 404, one hour after its end."""
    return status in (404, 410) and CODES.get(code or "") not in _ACCOUNT


def error_in(verb: Verb, answer: Answer, told: Complaint, said: str) -> VendorError | None:
    """The error an answer stands for; ``None`` where it is to be read.

    Args:
        verb: what was asked.
        answer: what came back.
        told: its complaint.
        said: the complaint's words, fit to be shown.
    """
    turned_down = verb == "submit" and _is_turned_down(answer.status, told.code)
    if turned_down and moderation.is_refusal(said):
        return moderation.refusal(answer.who, said, charged="no", request_id=answer.request_id)
    return error_of(meaning(verb, answer.status, told.code), verb, answer, said, unit="usd")


def _is_turned_down(status: int, code: str | None) -> bool:
    """Whether it was looked at and not taken, so that its words may be moderation's."""
    about_it = 400 <= status < 500 and status not in (401, 402, 408, 425, 429)
    return about_it and code in (None, "upstream_error")
