"""What each HTTP status means for each verb: one table, so that none is left undecided. Pure.

Whether a job may have been taken decides: a status that says "no" (4xx) is not charged; one that
says "something broke" (5xx) after a paid request leaves it open, for a gateway can lose the answer
of a job that was taken.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pipeline.vendors.answer import Answer
from pipeline.vendors.errors import (
    BadRequestError,
    ConflictError,
    JobUnknownError,
    KeyRefusedError,
    MaybeSentError,
    NoMoneyError,
    TooManyError,
    VendorDownError,
    VendorError,
)

Verb = Literal["publish", "connect", "submit", "poll", "find", "balance"]

Verdict = Literal[
    "read", "key", "money", "wrong", "conflict", "unknown", "too many", "down", "maybe",
    "unreadable",
]  # fmt: skip

_ALWAYS: dict[int, Verdict] = {401: "key", 402: "money", 403: "key", 425: "too many",
                               429: "too many"}  # fmt: skip

_BY_VERB: dict[tuple[Verb, int], Verdict] = {
    ("submit", 408): "maybe",
    ("submit", 409): "conflict",
    ("poll", 404): "unknown",
    ("poll", 410): "unknown",
}

_GETS_BETTER = frozenset({408, 409, 421, 423})  # for a verb that costs nothing


def verdict(verb: Verb, status: int) -> Verdict:
    """What ``status`` means when it answers ``verb``; total over all numbers."""
    if status in _ALWAYS:
        return _ALWAYS[status]
    if (verb, status) in _BY_VERB:
        return _BY_VERB[verb, status]
    if 200 <= status < 300:
        return "read"
    if 400 <= status < 500:
        return "down" if verb != "submit" and status in _GETS_BETTER else "wrong"
    if 500 <= status < 600:
        return "maybe" if verb == "submit" else "down"
    return "unreadable"  # 1xx and 3xx: nobody follows where a key might be wanted


_ERRORS: dict[Verdict, tuple[type[VendorError], str]] = {
    "key": (KeyRefusedError, "{who} refuses the key, or what it may do."),
    "wrong": (BadRequestError, "{who} does not accept what was asked."),
    "conflict": (ConflictError, "{who} has had another request under this idempotency key."),
    "unknown": (JobUnknownError, "{who} does not know the job."),
    "too many": (TooManyError, "{who} is asked too often."),
    "down": (VendorDownError, "{who} cannot answer now."),
    "maybe": (MaybeSentError, "{who} failed while it took the job."),
}

_HINTS: dict[Verdict, str] = {
    "key": "Look at the vendor's whether the key is active, and what it may do.",
}


def error_for(
    verb: Verb,
    answer: Answer,
    said: str,
    figures: tuple[Fraction | None, Fraction | None] = (None, None),
) -> VendorError | None:
    """The error an answer stands for by its status; ``None`` where it is to be read.

    Args:
        verb: what was asked.
        answer: what came back.
        said: the vendor's own words, fit to be shown.
        figures: what a 402 says is required, and what there is.
    """
    return error_of(verdict(verb, answer.status), verb, answer, said, figures=figures)


def error_of(
    meaning: Verdict,
    verb: Verb,
    answer: Answer,
    said: str,
    *,
    figures: tuple[Fraction | None, Fraction | None] = (None, None),
    unit: str = "credits",
) -> VendorError | None:
    """The error for what an answer means, where a vendor's own code may say more than its status.

    ``unit`` is that of ``figures``; everything else is as ``error_for`` has it.
    """
    if meaning == "read":
        return None
    if meaning == "unreadable":
        return answer.unreadable("the status means nothing here", charged=verb == "submit")
    if meaning == "money":
        required, available = figures
        return NoMoneyError(
            answer.who,
            required=required,
            available=available,
            unit=unit,
            request_id=answer.request_id,
        )
    kind, sentence = _ERRORS[meaning]
    return kind(
        sentence.format(who=answer.who),
        details=f"HTTP {answer.status}: {said}" if said else f"HTTP {answer.status}",
        hint=_HINTS.get(meaning),
        retry_after=answer.retry_after,
        request_id=answer.request_id,
    )
