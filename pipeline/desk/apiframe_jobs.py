"""Takes jobs as Apiframe does: once for each idempotency key, the money first, a way for each."""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import json
import random
import time
import urllib.request
import uuid
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.apiframe_body import Wish, read_wish
from pipeline.desk.drawing import Recipe, opened
from pipeline.desk.faults import Rule
from pipeline.desk.jobs import Job
from pipeline.desk.ledger import Entry, What
from pipeline.desk.options import DAY
from pipeline.desk.parts import Parts
from pipeline.desk.shelf import MEGABYTE, Shelf
from pipeline.desk.wire import Answer, Request, json_answer, loads_strictly
from pipeline.files import digest_of_bytes

# [doc] free text, no code; the first is the page's own example
REFUSED = "Provider returned an error: content policy violation"
FAILED = "Provider returned an error: generation failed, please try again"
CANNOT_READ = "Provider returned an error: failed to download input image"  # [guess] the words

MOST_PICTURE = 20 * MEGABYTE  # [doc-3p] upstream's limit for a first frame
WIDEST = 2.5  # [doc-3p] upstream: 1:2.5 to 2.5:1
LEAST_SIDE = 300  # [doc]
LEAST_REFERENCE = 400  # [doc-3p] upstream: the short side of a reference


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture given: its bytes, what tells it from others, and why it is none, if so."""

    data: bytes
    known: str
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an idempotency key was used for, and when."""

    digest: str
    job: Job
    at: float


class Bench:
    """The jobs of a desk, in the order they were taken."""

    def __init__(self, parts: Parts, shelf: Shelf) -> None:
        self._parts = parts
        self._shelf = shelf
        self.by_id: dict[str, Job] = {}
        self.by_link: dict[str, Job] = {}
        self._keys: dict[tuple[str, str], Remembered] = {}
        self._due: list[tuple[float, str]] = []

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
        self.settle()
        if wish.credits > account.credits:
            return json_answer(402, {
                "error": "Insufficient credits",
                "creditsRequired": wish.credits,
                "creditsAvailable": account.credits,
            })  # fmt: skip
        job = self._taken(wish, pictures, request, account)
        # [doc] "almost always QUEUED"
        return json_answer(202, {"jobId": job.id, "status": "QUEUED"}, _noted(job))

    def _remembered(self, account: Account, key: str | None) -> Remembered | None:
        """[doc] A key is good for 24 hours; after that it makes a new job, and costs again."""
        seen = self._keys.get((account.key, key or ""))
        return seen if seen and self._parts.clock.now() - seen.at < DAY else None

    def _again(self, seen: Remembered, request: Request, account: Account) -> Answer:
        """[doc] The original job, or 409 for another body [guess: another byte is another body]."""
        job, same = seen.job, seen.digest == digest_of_bytes(request.body)
        self._write("replay" if same else "conflict", job, account)
        if not same:
            return json_answer(409, {"error": "Idempotency-Key was used with another request body"})
        now = self._parts.clock.now()
        return json_answer(202, {"jobId": job.id, "status": job.status(now)}, f"again {job.id[:8]}")

    def _taken(
        self, wish: Wish, pictures: list[Picture], request: Request, account: Account
    ) -> Job:
        """Charge and keep the job; the ledger stands before anything else does."""
        job = self._drafted(wish, pictures, request, account)
        self._decide(job, [one.wrong for one in pictures if one.wrong])
        self._write("charge", job, account)
        account.credits -= job.credits
        account.occupy(job.end)
        self.by_id[job.id] = self.by_link[job.link] = job
        if job.key:
            self._keys[account.key, job.key] = Remembered(job.digest, job, job.taken)
        if job.refund:
            heapq.heappush(self._due, (job.end, job.id))
        if job.ending == "COMPLETED" and job.end != float("inf"):
            self._parts.clips.clip(job.recipe, job.spoil)
        return job

    def _drafted(
        self, wish: Wish, pictures: list[Picture], request: Request, account: Account
    ) -> Job:
        options, now = self._parts.options, self._parts.clock.now()
        whole = tuple(one.data for one in pictures)
        asked = _asked(wish, pictures)
        key = request.headers.get("idempotency-key")
        name = f"{options.seed}|{account.key}|{key}|{asked}|{now if key is None else ''}"
        while str(uuid.uuid5(uuid.NAMESPACE_URL, name)) in self.by_id:
            name += "|again"
        known = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        start = account.start_of(now, options.most_jobs)
        return Job(
            id=known,
            account=account.key,
            model=wish.model.name,
            prompt=wish.prompt,
            seed=wish.seed,
            input=_input(request),
            recipe=_recipe(wish, whole, known, options.size, plain=options.plain),
            digest=digest_of_bytes(request.body),
            asked=asked,
            key=key,
            credits=wish.credits,
            link=str(uuid.uuid5(uuid.NAMESPACE_URL, f"link|{name}")),
            taken=now,
            start=start,
            end=start + options.time.of(options.seed, asked, wish.seconds),
            created=time.time(),
        )

    def _decide(self, job: Job, wrong: list[str]) -> None:
        """What will become of it: rules first, then what its pictures deserve."""
        rule = self._parts.faults.meet("job", job.subject)
        job.spoil = self._parts.faults.meet("clip", job.subject)
        if rule:
            _follow(rule, job)
        elif wrong:
            job.ending, job.error, job.refund = "FAILED", wrong[0], True

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
            data = await asyncio.to_thread(_downloaded, url)
        if isinstance(data, str):
            return Picture(b"", url, f"{CANNOT_READ} ({data})")
        wrong = await asyncio.to_thread(_wrong, data, self._least_side(of))
        said = f"Provider returned an error: InvalidParameter: image {number} {wrong}"
        return Picture(data, digest_of_bytes(data), said if wrong else None)

    def _least_side(self, of: int) -> int:
        least = self._parts.options.least_side
        return LEAST_REFERENCE if of > 1 and least == LEAST_SIDE else least

    def settle(self) -> None:
        """Give back what failed by now. [doc] In full, whatever the reason."""
        now = self._parts.clock.now()
        while self._due and self._due[0][0] <= now:
            job = self.by_id[heapq.heappop(self._due)[1]]
            account = self._parts.accounts.by_key[job.account]
            job.refunded = True
            self._write("refund", job, account)
            account.credits += job.credits

    def note_end(self, job: Job) -> None:
        """Fix when it was over, the first time anybody looks."""
        clock = self._parts.clock
        self.settle()
        if job.completed is None and job.end <= clock.now():
            job.completed = min(time.time(), job.created + clock.real(job.end - job.taken))

    def is_purged(self, job: Job) -> bool:
        """[doc] Clips are kept for 24 hours by default."""
        kept = job.end + self._parts.options.link_life
        return job.expired or job.lost or self._parts.clock.now() > kept

    async def clip_of(self, job: Job) -> bytes:
        """The clip's bytes, once they are made.

        Raises:
            StoryreelError: it could not be made.
        """
        made = self._parts.clips.clip(job.recipe, job.spoil)
        return await asyncio.to_thread(lambda: made.result().read_bytes())

    def _write(self, what: What, job: Job, account: Account) -> None:
        moved = job.credits if what in ("charge", "refund") else 0
        self._parts.ledger.write(Entry(
            what, account.key, moved, job.id, job.key, job.digest, job.asked,
            job.prompt, job.seed, time.time(),
        ))  # fmt: skip


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


def _asked(wish: Wish, pictures: list[Picture]) -> str:
    """A digest of what is asked, whatever links it is asked with."""
    seen = [one.known for one in pictures]
    told = (wish.model.name, wish.prompt, wish.resolution, wish.aspect, wish.seconds, wish.seed)
    return hashlib.sha256(repr((told, seen)).encode()).hexdigest()


def _recipe(
    wish: Wish, pictures: tuple[bytes, ...], job: str, size: int | None, *, plain: bool
) -> Recipe:
    """[guess] Without a seed every job has one of its own."""
    seed = random.Random(job).randrange(2**31) if wish.seed is None else wish.seed  # noqa: S311
    if plain:
        return Recipe("plain", 0, wish.seconds, wish.resolution, wish.aspect, (), size)
    return Recipe(wish.prompt, seed, wish.seconds, wish.resolution, wish.aspect, pictures, size)


def _follow(rule: Rule, job: Job) -> None:
    """Let a rule decide what becomes of a job."""
    if rule.seconds is not None:
        job.end = job.start + rule.seconds
    job.refund = rule.refund and rule.do in ("fail", "refuse", "cancel")
    match rule.do:
        case "fail":
            job.ending, job.error = "FAILED", rule.text or FAILED
        case "refuse":
            job.ending, job.error = "FAILED", rule.text or REFUSED
        case "cancel":
            job.ending = "CANCELLED"  # [doc] the status exists; [guess] the money comes back
        case "never":
            job.end = float("inf")
        case "lose":
            job.lost = True
        case _:  # "long": its seconds were all
            pass


def _wrong(data: bytes, least: int) -> str | None:
    if len(data) > MOST_PICTURE:
        return f"is larger than {MOST_PICTURE // MEGABYTE} MB"
    if data.startswith(b"GIF8"):
        return "has an unsupported format"
    try:
        width, height = opened(data).size
    except ValueError:
        return "cannot be read"
    if min(width, height) < least:
        return f"must be at least {least} pixels on each side, not {width}x{height}"
    if not 1 / WIDEST <= width / height <= WIDEST:
        return "has an aspect ratio outside 1:2.5 to 2.5:1"
    return None


def _downloaded(url: str) -> bytes | str:
    request = urllib.request.Request(url, headers={"user-agent": "desk"})  # noqa: S310 - http only
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            data: bytes = answer.read(MOST_PICTURE + 1)
    except (OSError, ValueError, HTTPException) as error:
        return str(error)
    return data


def _noted(job: Job) -> str:
    return f"{job.id[:8]} {job.credits} credits, {job.prompt[:40]!r}"
