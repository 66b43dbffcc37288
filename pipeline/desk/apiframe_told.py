"""What Apiframe tells, as JSON; the shapes are its OpenAPI's. Pure."""

from __future__ import annotations

import uuid
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.amounts import as_number
from pipeline.desk.apiframe_body import MODELS
from pipeline.desk.cdn import astray, link_of
from pipeline.desk.clock import stamp
from pipeline.desk.faults import Rule
from pipeline.desk.jobs import Job
from pipeline.desk.parts import Parts
from pipeline.desk.shelf import Upload


def told(job: Job, parts: Parts, base: str) -> dict[str, Any]:
    """[doc] The schema ``Job``: as listed, and ``input``, an object or null.

    [guess] what stands in ``input``: the prompt and the parameters, as they were sent.
    """
    misled: dict[str, Any] = {}
    if job.status(parts.clock.now()) == "COMPLETED":
        rule = parts.faults.meet("link", job.subject)
        misled = _misled(rule, job, base, parts.elsewhere) if rule else {}
    return {**listed(job, parts, base), **misled, "input": job.input}


def listed(job: Job, parts: Parts, base: str) -> dict[str, Any]:
    """[doc] A job in a list has no ``input``."""
    now = parts.clock.now()
    status = job.status(now)
    done = status == "COMPLETED"
    purged = done and (job.expired or now > job.end + parts.options.link_life)
    return {
        "id": job.id,
        "status": status,
        "model": job.model,
        "progress": job.progress(now) if parts.options.progress else None,
        # [doc] purged: "`result` URLs may 404", so the link is still told
        "result": {"videoUrl": link_of(job, base)} if done else None,
        "error": job.error if status == "FAILED" else None,
        # [doc] debited when taken, 0 in the example of a failed job
        "creditCost": 0 if job.refunded else as_number(job.price),
        "webhookStatus": None,
        "createdAt": stamp(job.created),
        "completedAt": stamp(job.completed) if job.completed else None,
        "expired": purged,
    }


def _misled(rule: Rule, job: Job, base: str, elsewhere: str) -> dict[str, Any]:
    """What is told in place of the link."""
    if rule.do == "expired":
        job.expired = True
        return {"expired": True}
    if rule.do == "no-link":
        return {"result": None}
    return {"result": {"videoUrl": astray(rule, job, base, elsewhere)}}


def told_upload(one: Upload, base: str, expires: str) -> dict[str, Any]:
    """[doc] The schema ``Upload``."""
    return {
        "id": one.id,
        "url": f"{base}/uploads/{one.id}.{one.suffix}",
        "kind": one.kind,
        "contentType": one.content_type,
        "byteSize": len(one.data),
        "expiresAt": expires,
    }


def told_me(account: Account, most_jobs: int | None) -> dict[str, Any]:
    """[doc] The schema ``Me``; ``maxConcurrentJobs`` is on a page and not in the schema [doc]."""
    team: dict[str, Any] = {
        "id": _id("team", account.key),
        "name": "A desk",
        "plan": "desk",
        "credits": as_number(account.money),
        "customerId": None,
    }
    if most_jobs:
        team["maxConcurrentJobs"] = most_jobs
    return {
        "user": {"id": _id("user", account.key), "email": "desk@example.org", "role": "MEMBER"},
        "team": team,
        "apiKey": {"id": _id("key", account.key), "name": "desk", "prefix": account.key[:8]},
    }


def models_told() -> list[dict[str, Any]]:
    """[doc] The schema ``ModelCatalogEntry``, of the models this desk makes."""
    return [
        {
            "id": model.name,
            "label": model.name.replace("happyhorse-", "Happy Horse "),
            "modality": "video",
            "pricingMode": "per-second",
            "costMin": min(model.price.values()),
            "costMax": max(model.price.values()),
        }
        for model in MODELS.values()
    ]


def _id(what: str, key: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{what}|{key}"))
