"""What EmpirioLabs tells, as JSON, in every shape that its documents leave room for. Pure.

[doc], [guess] as in ``empiriolabs_body.py``; where ``SHAPES`` has several, each may be meant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.amounts import as_number, spelled
from pipeline.desk.cdn import astray, link_of
from pipeline.desk.clock import stamp
from pipeline.desk.empiriolabs_body import (
    ASPECTS,
    LONGEST,
    MODES,
    MOST_PROMPT,
    MOST_SEED,
    PRICES,
    RESOLUTIONS,
    SHORTEST,
    Wrong,
)
from pipeline.desk.faults import Rule
from pipeline.desk.jobs import Job
from pipeline.desk.lots import Shape
from pipeline.desk.parts import Parts

# [doc] the codes; [guess] the words
SAID = {
    "missing_api_key": "No API key was provided",
    "invalid_api_key": "The API key is not valid",
    "insufficient_credits": "Your account does not have enough credits for this request",
    "rate_limit_exceeded": "Too many requests, retry with exponential backoff",
    "model_unavailable": "The model's worker is offline, retry shortly",
    "upstream_error": "The upstream provider returned an error",
}
# [guess] what a failing call without a documented code says
_BY_STATUS = {
    401: "invalid_api_key",
    402: "insufficient_credits",
    429: "rate_limit_exceeded",
    502: "upstream_error",
}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    404: "not_found_error",
    429: "rate_limit_error",
}


def refused(status: int, said: str | None) -> Wrong:
    """A call that fails for no fault of its body; ``said`` may be one of the documented codes."""
    code = said if said in SAID else _BY_STATUS.get(status, "internal_error")
    words = None if said == code else said
    return Wrong(status, code, words or SAID.get(code, "Internal server error"))


def told_error(wrong: Wrong, shape: Shape) -> dict[str, Any]:
    """[doc] The code, in an envelope "OpenAI/Anthropic compatible", or a bare string [unknown]."""
    kind = _TYPES.get(wrong.status, "api_error")
    envelopes: dict[str, Any] = {
        "own": {"code": wrong.code, "type": kind, "message": wrong.said},
        "bare": wrong.said,
        "bare-code": wrong.code,
        "openai": {
            "message": wrong.said, "type": kind, "param": wrong.field, "code": wrong.code,
        },
        "anthropic": {"type": wrong.code, "message": wrong.said},
    }  # fmt: skip
    outside = {"type": "error"} if shape["envelope"] == "anthropic" else {}
    return {**outside, "error": envelopes[shape["envelope"]]}


def told_taken(job: Job, shape: Shape) -> dict[str, Any]:
    """[doc] ``job_id``; ``poll_url`` was seen [doc-3p], a status is [guess]."""
    beside = {
        "nothing": {},
        "status": {"status": "queued"},
        "poll_url": {"poll_url": f"/v1/jobs/{job.id}"},
    }
    return {"job_id": job.id, **beside[shape["beside"]]}


def told(job: Job, parts: Parts, base: str, shape: Shape, rule: Rule | None) -> dict[str, Any]:
    """[doc] A job's fields; what its words are and what stands in ``result`` is not told."""
    now = parts.clock.now()
    status = job.status(now)
    words = {
        "QUEUED": shape["queued"],
        "PROCESSING": shape["running"],
        "COMPLETED": shape["done"],
        "FAILED": shape["failed"],
        "CANCELLED": shape["cancelled"],
    }
    far = parts.options.progress and shape["progress"] == "fraction"
    return {
        "job_id": job.id,
        "status": words[status],
        "progress": job.progress(now) / 100 if far else None,  # [doc] a fraction
        "created_at": stamp(job.created),
        "completed_at": stamp(job.completed) if job.completed else None,
        "result": _result(job, parts, base, shape, rule) if status == "COMPLETED" else None,
        "error": _why(job.error or "", shape) if status == "FAILED" else None,
    }


def _result(
    job: Job, parts: Parts, base: str, shape: Shape, rule: Rule | None
) -> dict[str, Any] | None:
    if rule and rule.do == "no-link":
        return None
    query = signed(job, parts)
    link = astray(rule, job, base, parts.elsewhere, query) if rule else link_of(job, base, query)
    return _RESULTS[shape["result"]](link, job)


_RESULTS: dict[str, Callable[[str, Job], dict[str, Any]]] = {
    # [doc-3p] of a job of theirs that makes sound; all others [guess]
    "data": lambda link, job: {
        "data": [{"url": link, "content_type": "video/mp4"}],
        "usage": {"billable_units": job.recipe.seconds},
    },
    "url": lambda link, _: {"url": link},
    "video_url": lambda link, _: {"video_url": link},
    "videos": lambda link, _: {"videos": [{"url": link}]},
    "output": lambda link, _: {"output": [link]},
    "urls": lambda link, _: {"urls": [link]},
    "data-plain": lambda link, _: {"data": [link]},
    "videos-plain": lambda link, _: {"videos": [link]},
    "output-objects": lambda link, _: {"output": [{"url": link, "type": "video"}]},
    "urls-objects": lambda link, _: {"urls": [{"url": link}]},
}


def _why(said: str, shape: Shape) -> dict[str, Any]:
    """[doc] An object; [guess] what stands in it."""
    code = "upstream_error"
    objects: dict[str, dict[str, Any]] = {
        "code": {"code": code, "message": said},
        "type": {"type": code, "message": said},
        "message": {"message": said},
        "openai": {"message": said, "type": "api_error", "param": None, "code": code},
    }
    return objects[shape["why"]]


def signed(job: Job, parts: Parts) -> str:
    """The end of a link: [doc] signed for seven days; [guess] how."""
    until = int(parts.clock.world(job.end + parts.options.link_life))
    return f"?expires={until}&signature={signature_of(job)}"


def signature_of(job: Job) -> str:
    """What a link to the job's clip must be signed with."""
    return hashlib.sha256(f"signed|{job.link}".encode()).hexdigest()[:32]


def told_usage(account: Account, jobs: Iterable[Job], shape: Shape) -> dict[str, Any]:
    """[doc] "balance + events"; [guess] what they are called."""
    money = spelled(account.money) if shape["balance"] == "text" else as_number(account.money)
    return {"balance": money, "currency": "usd", "events": [_event(job) for job in jobs]}


def _event(job: Job) -> dict[str, Any]:
    """[guess] Without the job: nothing says that jobs can be found here."""
    return {
        "type": "usage",
        "model": job.model,
        "amount": 0 if job.refunded else as_number(job.price),
        "created_at": stamp(job.created),
    }


def told_models() -> dict[str, Any]:
    """[doc] Each model with a schema of its parameters; [guess] as OpenAI lists models."""
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "parameters": _PARAMETERS} for name in PRICES],
    }


_PARAMETERS: Mapping[str, Any] = {
    "prompt": {"type": "string", "maxLength": MOST_PROMPT, "required": True},
    "mode": {"type": "string", "enum": MODES, "default": "auto"},
    "image": {"type": "string"},
    "aspect_ratio": {"type": "string", "enum": ASPECTS},
    "resolution": {"type": "string", "enum": RESOLUTIONS, "default": "720p"},
    "duration": {"type": "integer", "minimum": SHORTEST, "maximum": LONGEST, "default": 5},
    "seed": {"type": "integer", "minimum": 0, "maximum": MOST_SEED},
    "watermark": {"type": "boolean", "default": False},
}
