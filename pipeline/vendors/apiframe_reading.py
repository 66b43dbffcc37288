"""What Apiframe's answers say. Pure; what is no documented field is passed over.

A job is ``{id, status, model, progress, result, error, creditCost, createdAt, input, expired, …}``
(OpenAPI v2.0.0). The shape of ``input``, what it echoes, is not documented: it is searched for the
names of our own request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pipeline.vendors import moderation
from pipeline.vendors.answer import Answer, number, text
from pipeline.vendors.errors import UnreadableError
from pipeline.vendors.interface import Cancelled, Failed, JobState, Lost, Succeeded, Waiting

_ECHOED = ("prompt", "seed", "duration", "resolution", "images")


def state(job: Mapping[str, Any], answer: Answer, clean: Callable[[str], str]) -> JobState:
    """How a job is.

    Raises:
        UnreadableError: it has no status, or is done and names no clip.
    """
    word, cost = text(job.get("status")), number(job.get("creditCost"))
    if word is None:
        raise answer.unreadable("it has no status", charged=False)
    match word.upper():
        case "QUEUED" | "PROCESSING":
            return Waiting(progress(job.get("progress")), word.upper())
        case "COMPLETED":
            return _completed(job, cost, answer)
        case "FAILED":
            said = clean(text(job.get("error")) or "")
            # the FAQ: credits are given back in full when a job fails, moderation included
            return Failed(moderation.failure(answer.who, said, charged="refunded"), cost)
        case "CANCELLED" | "CANCELED":
            return Cancelled(word.upper())
        case _:
            return Waiting(progress(job.get("progress")), clean(word)[:40], known=False)


def _completed(job: Mapping[str, Any], cost: Fraction | None, answer: Answer) -> Succeeded | Lost:
    if job.get("expired") is True:
        return Lost(f"{answer.who} has thrown the clip away")
    found = tuple(links(job.get("result")))
    if not found:
        raise answer.unreadable("the job is done and there is no link to its clip", charged=False)
    return Succeeded(found, cost)


def links(result: object) -> Iterator[str]:
    """The links to the clip: ``videoUrl``, else those in ``videos``."""
    if not isinstance(result, dict):
        return
    if single := text(result.get("videoUrl")):
        yield single
        return
    videos = result.get("videos")
    for video in videos if isinstance(videos, list) else ():
        link = text(video.get("url") if isinstance(video, dict) else video)
        if link:
            yield link


def progress(value: object) -> float | None:
    """From 0-100 to 0-1."""
    percent = number(value)
    return None if percent is None else float(min(max(percent / 100, Fraction(0)), Fraction(1)))


def epoch(value: object) -> float | None:
    """An ISO 8601 time as seconds since the epoch; without a zone it is UTC."""
    try:
        time = dt.datetime.fromisoformat(text(value) or "")
        return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def peek(answer: Answer) -> dict[str, Any]:
    """The body's fields, or none: an error is told by its status, whatever the body is."""
    try:
        return answer.fields(charged=False)
    except UnreadableError:
        return {}


def figures(answer: Answer) -> tuple[Fraction | None, Fraction | None]:
    """What a 402 says is required, and what there is."""
    told = peek(answer)
    return number(told.get("creditsRequired")), number(told.get("creditsAvailable"))


def words(answer: Answer) -> str:
    """``{"error": "…", "details": {"field": ["…"]}}`` in words, else how the body begins."""
    told = peek(answer)
    error, details = told.get("error"), told.get("details")
    if isinstance(error, dict):
        error = error.get("message")
    said = [error] if text(error) else []
    for name, problems in (details if isinstance(details, dict) else {}).items():
        listed = problems if isinstance(problems, list) else [problems]
        said.append(f"{name}: {', '.join(str(problem) for problem in listed)}")
    return "; ".join(str(part) for part in said) or answer.said


def may_be(job: Mapping[str, Any], model: str, back_to: float) -> bool:
    """Whether a listed job has the right model and was made no earlier than ``back_to``."""
    made = epoch(job.get("createdAt"))
    named = text(job.get("model")) in (None, model)
    return text(job.get("id")) is not None and made is not None and made >= back_to and named


def is_made_by(wanted: Mapping[str, Any], job: Mapping[str, Any]) -> bool:
    """Whether a job was made by the body ``wanted``.

    Its echo must have our prompt and seed, and contradict nothing else we sent.
    """
    ours, theirs = _leaves(wanted), _leaves(job.get("input"))
    if any(name in ours and name not in theirs for name in ("prompt", "seed")):
        return False
    if theirs.get("images") and not ours.get("images"):
        return False
    return all(_same(ours[n], theirs[n]) for n in _ECHOED if n in ours and n in theirs)


def _leaves(document: object) -> dict[str, Any]:
    """Every value that is no object, by its own name; the first of a name counts."""
    found: dict[str, Any] = {}
    waiting = [document]
    while waiting:
        one = waiting.pop(0)
        for name, value in (one if isinstance(one, dict) else {}).items():
            if isinstance(value, dict):
                waiting.append(value)
            else:
                found.setdefault(name, value)
    return found


def _same(ours: object, theirs: object) -> bool:
    if number(ours) is not None:
        told = theirs if number(theirs) is not None else None
        return number(ours) == number(told) or str(ours) == theirs
    return ours == theirs


def ends_before(page: Sequence[Mapping[str, Any]], back_to: float) -> bool:
    """Whether a page ends with a job older than ``back_to``: the list is newest first.

    So it is documented; where a page does not look like it, the next one is read too.
    """
    times = [epoch(job.get("createdAt")) for job in page]
    known = [time for time in times if time is not None]
    if not known or len(known) < len(times):
        return False
    return known == sorted(known, reverse=True) and known[-1] < back_to
