"""Apiframe v2 on your desk: who may call what, and what is told of a job.

Sources, as of 2026-11: OpenAPI 2.0.0 in Apiframe's own Node SDK, its documentation pages, its FAQ.
[doc] marks what they say, [guess] what they leave open, with our reason. Their order of checks is
told nowhere [guess]: key, rate, form, idempotency, money.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.apiframe_body import MODELS
from pipeline.desk.apiframe_jobs import WORDS, Submissions
from pipeline.desk.apiframe_told import listed, models_told, told, told_me, told_upload
from pipeline.desk.bench import Bench
from pipeline.desk.cdn import fetched, job_behind
from pipeline.desk.clock import stamp
from pipeline.desk.download import served
from pipeline.desk.faults import NOBODY, Subject
from pipeline.desk.jobs import Job
from pipeline.desk.parts import Parts
from pipeline.desk.shelf import MOST, Shelf, file_part, sniff
from pipeline.desk.wire import Answer, Request, json_answer, loads_strictly, prompt_in
from pipeline.files import digest_of_bytes

_STATUSES = ("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED")
_SAID = {
    429: "Rate limit exceeded",
    500: "Internal server error",
    502: "Upstream CDN upload failed",
    503: "Service temporarily unavailable",
    504: "Gateway timeout",
}
_POINTS = {
    ("POST", "/v2/videos/generate"): "submit",
    ("POST", "/v2/uploads"): "publish",
    ("GET", "/v2/jobs"): "list",
    ("GET", "/v2/me"): "me",
    ("GET", "/v2/models"): "models",
}


class Apiframe:
    """The API. Every answer but a clip is JSON; every error is ``{"error": "…"}`` [doc]."""

    name = "apiframe"
    unit = "credits"
    port = 8787
    usual: Mapping[str, Any] = MappingProxyType(
        {"accounts": {"afk_desk": 100_000}, "inactive": ("afk_off",)}
    )
    ended = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
    variables = {  # noqa: RUF012 - read, never written
        "STORYREEL_APIFRAME_URL": "{url}",
        "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY",
        "DESK_KEY": "{key}",
    }

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.reset()

    def reset(self) -> None:
        """Forget every job and upload."""
        self._shelf = Shelf(self._parts.options.seed)
        self._bench = Bench(self._parts, self.unit, WORDS)
        self._submissions = Submissions(self._parts, self._shelf, self._bench)

    def jobs(self) -> Iterable[Job]:
        """Every job, in the order they were taken."""
        return self._bench.by_id.values()

    def refusal(self, status: int, said: str | None, _: Subject) -> Answer:
        """``{"error": "…"}`` [doc]; the words are ours."""
        return json_answer(status, {"error": said or _SAID.get(status, "Error")})

    def settle(self) -> None:
        """Give back what is due by now."""
        self._bench.settle()

    def point(self, request: Request) -> str:
        """Which verb this is."""
        path = request.path
        if request.method == "GET" and path.startswith("/v2/jobs/"):
            return "poll"
        if path.startswith("/cdn/"):
            return "fetch"
        return _POINTS.get((request.method, path), "")

    def subject(self, request: Request, point: str) -> Subject:
        """Which shot it is about, as far as it says."""
        if point == "submit":
            key = request.headers.get("idempotency-key") or digest_of_bytes(request.body)
            return Subject(prompt_in(request.body), key)
        if point == "publish":
            name, data = _file_in(request) or ("", b"")
            return Subject(name, digest_of_bytes(data))
        job = self._job_named(request, point)
        return job.subject if job else NOBODY

    def _job_named(self, request: Request, point: str) -> Job | None:
        last = request.path.rpartition("/")[2]
        if point == "fetch":
            return job_behind(request, self._bench)
        return self._bench.by_id.get(last.lower())

    async def answer(self, request: Request, point: str) -> Answer:
        """What Apiframe does and says on a good day."""
        if point == "fetch":
            return await fetched(request, self._bench, self._parts)
        if request.path.startswith("/uploads/"):
            return self._upload_read(request)
        if point == "models":
            return self._models(request)  # [doc] public, no key needed
        if not request.path.startswith("/v2/"):
            return json_answer(404, {"error": "Not found"})
        return self._admitted(request) or await self._called(request, point)

    def _admitted(self, request: Request) -> Answer | None:
        """[doc] 401 for a key missing or wrong, 403 for one inactive, 429 with ``Retry-After``."""
        account = self._account(request)
        if account is None:
            return json_answer(401, {"error": "Invalid or missing API key"})
        if not account.active:
            return json_answer(403, {"error": "API key is inactive"})
        if wait := self._parts.accounts.wait(account):
            seconds = str(int(self._parts.clock.real(wait)) + 1)
            return json_answer(429, {"error": "Rate limit exceeded"}, retry_after=seconds)
        return None

    def _account(self, request: Request) -> Account | None:
        return self._parts.accounts.by_key.get(request.headers.get("x-api-key", ""))

    async def _called(self, request: Request, point: str) -> Answer:
        account = self._account(request)
        verbs: dict[str, Callable[[Request, Account], Awaitable[Answer]]] = {
            "submit": self._submissions.submit,
            "publish": self._publish,
            "poll": self._poll,
            "list": self._list,
            "me": self._me,
        }
        if point not in verbs or account is None:
            return json_answer(404, {"error": "Not found"})  # [guess]
        return await verbs[point](request, account)

    async def _poll(self, request: Request, account: Account) -> Answer:
        name = request.path.rpartition("/")[2]
        if not _is_uuid(name):
            return json_answer(400, {"error": "Invalid job id"})  # [doc] the status
        job = self._bench.job_of(account, name.lower())
        if job is None:
            return json_answer(404, {"error": "Job not found"})  # [doc] another's is not found
        self._bench.note_end(job)
        return json_answer(200, told(job, self._parts, request.base), f"{job.id[:8]}")

    async def _list(self, request: Request, account: Account) -> Answer:
        """[doc] Newest first, 20 at a time, at most 100; without ``input``; checked strictly."""
        asked = request.query
        if wrong := _wrong_in_query(asked):
            return json_answer(400, {"error": "Invalid query parameters", "details": wrong})
        if asked.get("scope") == "team":
            return json_answer(403, {"error": "Only admins may list the team's jobs"})
        jobs = self._matching(asked, account)
        after = _from_cursor(asked["cursor"]) if "cursor" in asked else None
        if after is not None:
            places = [place for place, job in enumerate(jobs) if job.id == after]
            jobs = jobs[places[0] + 1 :] if places else []
        page = jobs[: int(asked.get("limit", 20))]
        more = len(jobs) > len(page)
        return json_answer(200, {
            "jobs": [listed(job, self._parts, request.base) for job in page],
            "nextCursor": _cursor(page[-1].id) if more and page else None,
            "hasMore": more,
        })  # fmt: skip

    def _matching(self, asked: dict[str, str], account: Account) -> list[Job]:
        now = self._parts.clock.now()
        return [
            job
            for job in reversed(self._bench.by_id.values())
            if self._bench.job_of(account, job.id)
            and asked.get("model", job.model) == job.model
            and ("status" not in asked or asked["status"] == job.status(now))
            and asked.get("search", job.id).lower() == job.id
        ]

    async def _me(self, _: Request, account: Account) -> Answer:
        return json_answer(200, told_me(account, self._parts.options.most_jobs))

    def _models(self, request: Request) -> Answer:
        wanted = request.query.get("modality", "video")
        if wanted not in ("image", "video", "music"):
            return json_answer(400, {"error": "Invalid query parameters",
                                     "details": {"modality": ["Invalid enum value"]}})  # fmt: skip
        return json_answer(200, {"models": models_told() if wanted == "video" else []})

    async def _publish(self, request: Request, _: Account) -> Answer:
        """[doc] 400 for no file, too large, or an unknown type; what it is called is ignored."""
        found = _file_in(request)
        if found is None:
            return json_answer(400, {"error": "No file uploaded"})
        data = found[1]
        kind = sniff(data)
        if kind is None:
            return json_answer(400, {"error": "Unsupported file type"})
        if len(data) > MOST[kind[0]]:
            return json_answer(400, {"error": f"File exceeds {MOST[kind[0]]} bytes"})
        clock, life = self._parts.clock, self._parts.options.upload_life
        one = self._shelf.put(data, kind, clock.now() + life)
        until = stamp(clock.world(one.expires))
        return json_answer(201, told_upload(one, request.base, until), found[0])

    def _upload_read(self, request: Request) -> Answer:
        one = self._shelf.get(request.path, self._parts.clock.now())
        if one is None:
            return Answer(404, b"Not found", "text/plain")  # [guess] reaped, so not there
        return served(request, one.data, one.content_type)


def _file_in(request: Request) -> tuple[str, bytes] | None:
    return file_part(request.body, request.headers.get("content-type", ""))


def _is_uuid(word: str) -> bool:
    try:
        return str(uuid.UUID(word)) == word.lower()
    except ValueError:
        return False


def _wrong_in_query(asked: dict[str, str]) -> dict[str, list[str]]:
    limit = asked.get("limit", "20")
    fine: dict[str, Any] = {
        "status": asked.get("status", "QUEUED") in _STATUSES,
        "limit": limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 100,
        "scope": asked.get("scope", "user") in ("user", "team"),
        "search": _is_uuid(asked.get("search", str(uuid.NAMESPACE_URL))),
        "cursor": "cursor" not in asked or _from_cursor(asked["cursor"]) is not None,
        "model": asked.get("model", "happyhorse-1.1") in MODELS or bool(asked["model"]),
    }
    return {name: ["Invalid value"] for name, good in fine.items() if not good}


def _cursor(last: str) -> str:
    return base64.urlsafe_b64encode(f'{{"id":"{last}"}}'.encode()).decode()


def _from_cursor(cursor: str) -> str | None:
    try:
        return str(loads_strictly(base64.urlsafe_b64decode(cursor))["id"])
    except (ValueError, binascii.Error, KeyError, TypeError):
        return None
