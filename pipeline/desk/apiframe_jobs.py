"""Takes jobs as Apiframe does: once for each idempotency key, pictures from its own shelf."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.amounts import as_number
from pipeline.desk.apiframe_body import Wish, read_wish
from pipeline.desk.bench import Bench, Order, Words, digest_of_asked
from pipeline.desk.jobs import Job
from pipeline.desk.options import DAY
from pipeline.desk.parts import Parts
from pipeline.desk.pictures import Picture, downloaded, least_side, wrong_with
from pipeline.desk.shelf import MEGABYTE, Shelf
from pipeline.desk.wire import Answer, Request, json_answer, loads_strictly
from pipeline.files import digest_of_bytes

# [doc] free text, no code; the second is the page's own example
WORDS = Words(
    failed="Provider returned an error: generation failed, please try again",
    refused="Provider returned an error: content policy violation",
)
CANNOT_READ = "Provider returned an error: failed to download input image"  # [guess] the words

MOST_PICTURE = 20 * MEGABYTE  # [doc-3p] upstream's limit for a first frame


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an idempotency key was used for, and when."""

    digest: str
    job: Job
    at: float


class Submissions:
    """What comes to ``POST /v2/videos/generate``."""

    def __init__(self, parts: Parts, shelf: Shelf, bench: Bench) -> None:
        self._parts = parts
        self._shelf = shelf
        self._bench = bench
        self._keys: dict[tuple[str, str], Remembered] = {}

    async def submit(self, request: Request, account: Account) -> Answer:
        """[doc] 202, 400 with details, 402 with figures, 409."""
        key = request.headers.get("idempotency-key")
        if key is not None and not 1 <= len(key) <= 255:
            return json_answer(400, {"error": "Idempotency-Key must be at most 255 characters"})
        wish = _read(request)
        if isinstance(wish, Answer):
            return wish
        pictures = [
            await self._picture(url, number, len(wish.images))
            for number, url in enumerate(wish.images, 1)
        ]
        # from here to the answer nothing is awaited: two posts at once cannot both be first
        if seen := self._remembered(account, key):
            return self._again(seen, request, account)
        self._bench.settle()
        if wish.credits > account.money:
            return json_answer(402, {
                "error": "Insufficient credits",
                "creditsRequired": wish.credits,
                "creditsAvailable": as_number(account.money),
            })  # fmt: skip
        job = self._bench.take(self._order(wish, tuple(pictures), request), account)
        if job.key:
            self._keys[account.key, job.key] = Remembered(job.digest, job, job.taken)
        # [doc] "almost always QUEUED"
        return json_answer(202, {"jobId": job.id, "status": "QUEUED"}, self._bench.noted(job))

    def _remembered(self, account: Account, key: str | None) -> Remembered | None:
        """[doc] A key is good for 24 hours; after that it makes a new job, and costs again."""
        seen = self._keys.get((account.key, key or ""))
        return seen if seen and self._parts.clock.now() - seen.at < DAY else None

    def _again(self, seen: Remembered, request: Request, account: Account) -> Answer:
        """[doc] The original job, or 409 for another body [guess: another byte is another body]."""
        job, same = seen.job, seen.digest == digest_of_bytes(request.body)
        self._bench.write("replay" if same else "conflict", job, account)
        if not same:
            return json_answer(409, {"error": "Idempotency-Key was used with another request body"})
        now = self._parts.clock.now()
        return json_answer(202, {"jobId": job.id, "status": job.status(now)}, f"again {job.id[:8]}")

    def _order(self, wish: Wish, pictures: tuple[Picture, ...], request: Request) -> Order:
        key, now = request.headers.get("idempotency-key"), self._parts.clock.now()
        told = (wish.model.name, wish.prompt, wish.resolution, wish.aspect, wish.seconds, wish.seed)
        asked = digest_of_asked(told, pictures)
        return Order(
            model=wish.model.name,
            prompt=wish.prompt,
            seed=wish.seed,
            seconds=wish.seconds,
            resolution=wish.resolution,
            aspect=wish.aspect,
            price=Fraction(wish.credits),
            pictures=pictures,
            references=len(pictures) > 1,
            digest=digest_of_bytes(request.body),
            asked=asked,
            name=f"{key}|{asked}|{now if key is None else ''}",
            key=key,
            input=_input(request),
        )

    async def _picture(self, url: str, number: int, of: int) -> Picture:
        """What lies behind a link.

        [guess] A picture that cannot be had or used does not stop the submission: upstream finds
        out, and the job fails later.
        """
        path = "/" + url.split("//", 1)[1].partition("/")[2].partition("?")[0]
        if path.startswith("/uploads/"):
            one = self._shelf.get(path, self._parts.clock.now())
            data = one.data if one else "404"
        else:
            self._parts.traffic.pictures.append(url)
            data = await asyncio.to_thread(downloaded, url, MOST_PICTURE)
        if isinstance(data, str):
            return Picture(b"", url, f"{CANNOT_READ} ({data})")
        least = least_side(self._parts.options, references=of > 1)
        wrong = await asyncio.to_thread(wrong_with, data, least, MOST_PICTURE)
        said = f"Provider returned an error: InvalidParameter: image {number} {wrong}"
        return Picture(data, digest_of_bytes(data), said if wrong else None)


def _read(request: Request) -> Wish | Answer:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = loads_strictly(request.body) if kind == "application/json" else None
    except ValueError:
        return json_answer(400, {"error": "Request body is not valid JSON"})
    wish = read_wish(body)
    if isinstance(wish, dict):
        return json_answer(400, {"error": "Validation failed", "details": wish})
    return wish


def _input(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.body)
    return {name: value for name, value in body.items() if name != "model"}
