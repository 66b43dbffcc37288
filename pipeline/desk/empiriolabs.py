"""EmpirioLabs on your desk: who may call what, how a job is taken, and where its clip is.

Sources, as of 2026-11: docs.empiriolabs.ai and the schemas of its MCP tools. They leave much open:
[doc] marks what they say, [guess] what we concluded, with our reason. Their order of checks is told
nowhere [guess]: key, rate, form, pictures, money. There are no uploads, no list of jobs, no
idempotency keys and no way to cancel that is documented, so there are none here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.bench import Bench, Order, Words, digest_of_asked
from pipeline.desk.cdn import fetched, job_behind
from pipeline.desk.empiriolabs_body import Wish, Wrong, data_of, read_wish
from pipeline.desk.empiriolabs_told import (
    SAID,
    refused,
    signature_of,
    told,
    told_error,
    told_models,
    told_taken,
    told_usage,
)
from pipeline.desk.faults import NOBODY, Subject
from pipeline.desk.jobs import Job
from pipeline.desk.lots import Lots, Shape
from pipeline.desk.options import DAY
from pipeline.desk.parts import Parts
from pipeline.desk.pictures import Picture, downloaded, least_side, wrong_with
from pipeline.desk.shelf import MEGABYTE
from pipeline.desk.wire import Answer, Request, json_answer, loads_strictly, prompt_in
from pipeline.files import digest_of_bytes

MOST_PICTURE = 10 * MEGABYTE  # [doc-3p] upstream's; its newer pages say 20: the smaller counts
# [guess] the words; moderation's are upstream's [doc-3p]
_WORDS = Words(
    failed="Video generation failed",
    refused="DataInspectionFailed: input data may contain inappropriate content",
)
_POINTS = {
    ("POST", "/v1/videos/generations"): "submit",
    ("GET", "/v1/models"): "models",
    ("GET", "/api/v1/account/usage"): "me",  # [doc] on platform.empiriolabs.ai; here on one host
}


class EmpirioLabs:
    """The API. Every answer but a clip is JSON."""

    name = "empiriolabs"
    unit = "usd"
    port = 8788
    variables = {  # noqa: RUF012 - read, never written
        "STORYREEL_EMPIRIOLABS_URL": "{url}",
        "STORYREEL_EMPIRIOLABS_KEY_VARIABLE": "DESK_EMPIRIOLABS_KEY",
        "DESK_EMPIRIOLABS_KEY": "{key}",
    }
    usual: Mapping[str, Any] = MappingProxyType({
        "accounts": {"sk-empiriolabs-desk": 1000},
        "inactive": ("sk-empiriolabs-off",),
        "most_requests": 50,  # [doc] a minute, an account; [guess] of whatever kind
        "job_life": 3600.0,  # [doc] "one hour after completion"
        "link_life": 7 * DAY,  # [doc] links are signed for so long
        "refunds": False,  # [unknown] whether failed jobs cost: the dearer answer
    })  # fmt: skip
    ended = frozenset({
        "completed", "succeeded", "failed", "error", "expired", "cancelled", "canceled",
    })  # fmt: skip

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.reset()

    def reset(self) -> None:
        """Forget every job."""
        options = self._parts.options
        self._bench = Bench(self._parts, self.unit, _WORDS)
        self._lots = Lots(self._parts.faults, options.seed, variety=options.variety)

    def jobs(self) -> Iterable[Job]:
        """Every job, in the order they were taken."""
        return self._bench.by_id.values()

    def settle(self) -> None:
        """Give back what is due by now."""
        self._bench.settle()

    def point(self, request: Request) -> str:
        """Which verb this is."""
        if request.method == "GET" and request.path.startswith("/v1/jobs/"):
            return "poll"
        if request.path.startswith("/cdn/"):
            return "fetch"
        return _POINTS.get((request.method, request.path), "")

    def subject(self, request: Request, point: str) -> Subject:
        """Which shot it is about, as far as it says."""
        if point == "submit":
            return Subject(prompt_in(request.body), digest_of_bytes(request.body))
        if point == "fetch":
            job = job_behind(request, self._bench)
        else:
            job = self._bench.by_id.get(request.path.rpartition("/")[2])
        return job.subject if job else NOBODY

    def refusal(self, status: int, said: str | None, subject: Subject) -> Answer:
        """A call that fails whatever it asked."""
        return _no(refused(status, said), self._lots.of_call("refusal", subject))

    async def answer(self, request: Request, point: str) -> Answer:
        """What EmpirioLabs does and says on a good day."""
        if point == "fetch":
            return await self._fetch(request)
        subject = self.subject(request, point)
        known = point == "poll" and subject is not NOBODY
        shape = self._lots.of_job(subject) if known else self._lots.of_call(point, subject)
        account = self._admitted(request)
        if isinstance(account, Wrong):
            return _no(account, shape)
        said = await self._called(request, point, account, shape)
        return _no(said, shape) if isinstance(said, Wrong) else said

    def _admitted(self, request: Request) -> Account | Wrong:
        """[doc] 401 for a key missing or wrong, 429; [unknown] ``Retry-After``, so there is none.

        [guess] A key that was switched off is as good as a wrong one: no 403 is documented.
        """
        key = _key_in(request)
        if not key:
            return Wrong(401, "missing_api_key", SAID["missing_api_key"])
        account = self._parts.accounts.by_key.get(key)
        if account is None or not account.active:
            return Wrong(401, "invalid_api_key", SAID["invalid_api_key"])
        if self._parts.accounts.wait(account):
            return Wrong(429, "rate_limit_exceeded", SAID["rate_limit_exceeded"])
        return account

    async def _called(
        self, request: Request, point: str, account: Account, shape: Shape
    ) -> Answer | Wrong:
        match point:
            case "submit":
                return await self._submit(request, account, shape)
            case "poll":
                return self._poll(request, account, shape)
            case "me":
                return self._usage(account, shape)
            case "models":
                return json_answer(200, told_models())
            case _:
                return Wrong(404, "not_found", "Not found")  # [guess]

    async def _submit(self, request: Request, account: Account, shape: Shape) -> Answer | Wrong:
        wish = self._read(request)
        if isinstance(wish, Wrong):
            return wish
        pictures = [
            await self._picture(link, number, references=wish.mode == "r2v")
            for number, link in enumerate(wish.pictures, 1)
        ]
        bad = next((one.wrong for one in pictures if one.wrong), None)
        if bad and shape["bad_picture"] == "refused":  # [unknown] now, or later by a job that fails
            return Wrong(400, "invalid_request", bad)
        # from here to the answer nothing is awaited: what is left is what was looked at
        self.settle()
        if wish.price > account.money:
            return Wrong(402, "insufficient_credits", SAID["insufficient_credits"])
        job = self._bench.take(self._order(wish, tuple(pictures), request), account)
        return json_answer(shape["taken"], told_taken(job, shape), self._bench.noted(job))

    def _read(self, request: Request) -> Wish | Wrong:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return Wrong(400, "invalid_request", "The content type must be application/json")
        try:
            body = loads_strictly(request.body)
        except ValueError:
            return Wrong(400, "invalid_request", "The body is not valid JSON")
        return read_wish(body, data_uris=self._parts.options.data_uris)

    def _order(self, wish: Wish, pictures: tuple[Picture, ...], request: Request) -> Order:
        told = (
            wish.model,
            wish.mode,
            wish.prompt,
            wish.resolution,
            "" if wish.mode == "i2v" else wish.aspect,  # [doc] ignored there
            wish.seconds,
            wish.seed,
        )
        asked = digest_of_asked(told, pictures)
        return Order(
            model=wish.model,
            prompt=wish.prompt,
            seed=wish.seed,
            seconds=wish.seconds,
            resolution=wish.resolution,
            aspect=wish.aspect,
            price=wish.price,
            pictures=pictures,
            references=wish.mode == "r2v",
            digest=digest_of_bytes(request.body),
            asked=asked,
            name=asked,
            key=None,
            input={},
        )

    async def _picture(self, link: str, number: int, *, references: bool) -> Picture:
        """What lies behind a link; read by the vendor itself, at once [guess]."""
        data = data_of(link) or await self._downloaded(link)
        if isinstance(data, str):
            return Picture(b"", link, f"Failed to download image {number}: {data}")
        least = least_side(self._parts.options, references=references)
        wrong = await asyncio.to_thread(wrong_with, data, least, MOST_PICTURE)
        return Picture(data, digest_of_bytes(data), f"image {number} {wrong}" if wrong else None)

    async def _downloaded(self, link: str) -> bytes | str:
        self._parts.traffic.pictures.append(link)
        return await asyncio.to_thread(downloaded, link, MOST_PICTURE)

    def _poll(self, request: Request, account: Account, shape: Shape) -> Answer | Wrong:
        """[doc] 404 one hour after its end; [guess] its code, and another account's job."""
        job = self._bench.job_of(account, request.path.rpartition("/")[2])
        if job is None:
            return Wrong(404, "job_not_found", "The job does not exist or has expired")
        self._bench.note_end(job)
        done = job.status(self._parts.clock.now()) == "COMPLETED"
        rule = self._parts.faults.meet("link", job.subject) if done else None
        if rule and rule.do == "expired":  # forgotten before its hour is over
            job.lost = True
            return self._poll(request, account, shape)
        return json_answer(200, told(job, self._parts, request.base, shape, rule), job.id[:8])

    def _usage(self, account: Account, shape: Shape) -> Answer:
        self.settle()
        jobs = [job for job in self.jobs() if job.account == account.key]
        return json_answer(200, told_usage(account, jobs, shape))

    async def _fetch(self, request: Request) -> Answer:
        """[doc] Links are signed for seven days; [guess] one unsigned or late is a 403."""
        job = job_behind(request, self._bench)
        late = job and self._parts.clock.now() > job.end + self._parts.options.link_life
        if job and (late or request.query.get("signature") != signature_of(job)):
            return Answer(403, b"Access denied", "text/plain")
        return await fetched(request, self._bench, self._parts)


def _no(wrong: Wrong, shape: Shape) -> Answer:
    return json_answer(wrong.status, told_error(wrong, shape), wrong.code)


def _key_in(request: Request) -> str:
    """[doc] ``Authorization: Bearer …``, or ``x-api-key``; [guess] the first where both are."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return request.headers.get("x-api-key", "")
