"""Why a job made no clip, read from the words a vendor gives for it. Pure.

Vendors that front others hand their words through, so the words of several are known here. What is
not recognised is a plain failure, and is never repeated by itself.
"""

from __future__ import annotations

import re

from pipeline.vendors.errors import Charged, JobFailedError, Refusable, RefusedError

_REFUSED = re.compile(
    r"content[ _-]?polic|moderat|nsfw|safety|sensitive|inappropriate|prohibited|offensive|sexual"
    r"|violen(?:t|ce)\b|guideline|terms of (?:use|service)|usage polic|data ?inspection|flagged"
    r"|ip ?infring|copyright|likeness|public figure|celebrit|risk control|not allowed content"
    r"|policy violation|violat\w+ .{0,30}polic|polic\w+ .{0,30}violat|unsafe",
    re.IGNORECASE,
)
_UNREAD_PICTURE = re.compile(
    r"(?:fail\w*|unable|could ?n[o']t|cannot|can't|error)[^.]{0,60}"
    r"(?:download|fetch|access|load|retriev|read)[^.]{0,60}(?:image|picture|url|file|media|input)"
    r"|(?:image|url|file|media)[^.]{0,40}(?:not accessible|unreachable|expired|not found)"
    r"|invalid ?url",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"\b(?:image|picture|photo|reference|first[ _-]frame)s?\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"\b(?:image|picture|photo|reference)s?\s*(?:no\.?|number)?\s*[#\[(]?\s*(\d)\b", re.IGNORECASE
)
_PROMPT = re.compile(r"\b(?:prompt|input text|text input)\b", re.IGNORECASE)
_RESULT = re.compile(
    r"\b(?:output|result|generated|generation result|produced video)\b", re.IGNORECASE
)


def is_refusal(said: str) -> bool:
    """Whether words speak of moderation."""
    return bool(_REFUSED.search(said))


def what_was_refused(said: str) -> tuple[Refusable | None, int | None]:
    """Which input, or the result, the words name, and which picture; often they do not say."""
    if _RESULT.search(said):
        return "result", None
    if _PROMPT.search(said) and not _PICTURE.search(said):
        return "prompt", None
    if _PICTURE.search(said) and not _PROMPT.search(said):
        number = _NUMBER.search(said)
        return "picture", int(number[1]) if number and number[1] != "0" else None
    return None, None


def refusal(
    who: str, said: str, *, charged: Charged, request_id: str | None = None
) -> RefusedError:
    """The error for a job that moderation refused."""
    refused, picture = what_was_refused(said)
    what = {
        "prompt": "the prompt",
        "picture": f"picture {picture}" if picture else "a picture",
        "result": "the clip it had made",
        None: "the shot",
    }[refused]
    change = "the pictures" if refused == "picture" else "the prompt"
    return RefusedError(
        f"{who} refused {what}: {said.rstrip('.') or 'it does not say why'}.",
        refused=refused,
        picture=picture,
        details=MONEY[charged],
        hint=f"Change {change}; the same again would be refused again.",
        charged=charged,
        request_id=request_id,
    )


def failure(who: str, said: str, *, charged: Charged) -> RefusedError | JobFailedError:
    """The error for a job that ended without a clip, by the vendor's own words."""
    if is_refusal(said):
        return refusal(who, said, charged=charged)
    again = (
        "A new attempt sends the pictures anew: --retry-failed 1."
        if _UNREAD_PICTURE.search(said)
        else "A new attempt is a new job: --retry-failed 1."
    )
    return JobFailedError(
        f"{who} made no clip: {said.rstrip('.') or 'it does not say why'}.",
        details=MONEY[charged],
        hint=again,
        charged=charged,
    )


MONEY: dict[Charged, str] = {
    "no": "Nothing was charged.",
    "refunded": "What was charged is given back.",
    "maybe": "It may have been charged.",
    "yes": "It was charged.",
}
"""Whether money went, in words."""
