"""Takes jobs for any vendor: the money first, a way for each, what failed given back or kept."""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.desk.accounts import Account
from pipeline.desk.amounts import spelled
from pipeline.desk.drawing import Recipe
from pipeline.desk.faults import Rule
from pipeline.desk.jobs import Job
from pipeline.desk.ledger import Entry, What
from pipeline.desk.parts import Parts
from pipeline.desk.pictures import Picture

_INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Words:
    """What a vendor says of a job that failed, and of one that moderation refused."""

    failed: str
    refused: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a valid body asks, in no vendor's words.

    ``price`` is in the vendor's unit; ``digest`` is of the body as it came, ``asked`` of what it
    asks, ``input`` what is told of it again. ``name`` tells the job from every other: the same
    again is another job.
    """

    model: str
    prompt: str
    seed: int | None
    seconds: int
    resolution: str
    aspect: str
    price: Fraction
    pictures: tuple[Picture, ...]
    references: bool
    digest: str
    asked: str
    name: str
    key: str | None
    input: Mapping[str, Any]


def digest_of_asked(told: tuple[Any, ...], pictures: tuple[Picture, ...]) -> str:
    """A digest of what is asked, whatever links it is asked with."""
    seen = [one.known for one in pictures]
    return hashlib.sha256(repr((told, seen)).encode()).hexdigest()


class Bench:
    """The jobs of a desk, in the order they were taken; ``unit`` is what they are paid in."""

    def __init__(self, parts: Parts, unit: str, words: Words) -> None:
        self._parts = parts
        self._unit = unit
        self._words = words
        self.by_id: dict[str, Job] = {}
        self.by_link: dict[str, Job] = {}
        self._due: list[tuple[float, str]] = []

    def take(self, order: Order, account: Account) -> Job:
        """Charge and keep the job; the ledger stands before anything else does."""
        job = self._drafted(order, account)
        self._decide(job, [one.wrong for one in order.pictures if one.wrong])
        self.write("charge", job, account)
        account.money -= job.price
        account.occupy(job.end)
        self.by_id[job.id] = self.by_link[job.link] = job
        if job.refund:
            heapq.heappush(self._due, (job.end, job.id))
        if job.ending == "COMPLETED" and job.end != _INFINITE:
            self._parts.clips.clip(job.recipe, job.spoil)
        return job

    def _drafted(self, order: Order, account: Account) -> Job:
        options, now = self._parts.options, self._parts.clock.now()
        name = f"{options.seed}|{account.key}|{order.name}"
        while str(uuid.uuid5(uuid.NAMESPACE_URL, name)) in self.by_id:
            name += "|again"
        known = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        start = account.start_of(now, options.most_jobs)
        return Job(
            id=known,
            account=account.key,
            model=order.model,
            prompt=order.prompt,
            seed=order.seed,
            input=order.input,
            recipe=_recipe(order, known, options.size, plain=options.plain),
            digest=order.digest,
            asked=order.asked,
            key=order.key,
            price=order.price,
            link=str(uuid.uuid5(uuid.NAMESPACE_URL, f"link|{name}")),
            taken=now,
            start=start,
            end=start + options.time.of(options.seed, order.asked, order.seconds),
            created=time.time(),
        )

    def _decide(self, job: Job, wrong: list[str]) -> None:
        """What will become of it: rules first, then what its pictures deserve."""
        rule = self._parts.faults.meet("job", job.subject)
        job.spoil = self._parts.faults.meet("clip", job.subject)
        if rule:
            self._follow(rule, job)
        elif wrong:
            job.ending, job.error, job.refund = "FAILED", wrong[0], self._parts.options.refunds

    def _follow(self, rule: Rule, job: Job) -> None:
        """Let a rule decide what becomes of a job."""
        if rule.seconds is not None:
            job.end = job.start + rule.seconds
        gives_back = self._parts.options.refunds if rule.refund is None else rule.refund
        job.refund = gives_back and rule.do in ("fail", "refuse", "cancel")
        match rule.do:
            case "fail":
                job.ending, job.error = "FAILED", rule.text or self._words.failed
            case "refuse":
                job.ending, job.error = "FAILED", rule.text or self._words.refused
            case "cancel":
                job.ending = "CANCELLED"
            case "never":
                job.end = _INFINITE
            case "lose":
                job.lost = True
            case _:  # "long": its seconds were all
                pass

    def settle(self) -> None:
        """Give back, in full, what failed by now and is not kept."""
        now = self._parts.clock.now()
        while self._due and self._due[0][0] <= now:
            job = self.by_id[heapq.heappop(self._due)[1]]
            account = self._parts.accounts.by_key[job.account]
            job.refunded = True
            self.write("refund", job, account)
            account.money += job.price

    def job_of(self, account: Account, name: str) -> Job | None:
        """A job this account may hear of, while its state is kept."""
        job = self.by_id.get(name)
        if job is None or job.account != account.key or job.lost:
            return None
        forgotten = self._parts.clock.now() > job.end + self._parts.options.job_life
        return None if forgotten else job

    def note_end(self, job: Job) -> None:
        """Fix when it was over, the first time anybody looks."""
        clock = self._parts.clock
        self.settle()
        if job.completed is None and job.end <= clock.now():
            job.completed = min(time.time(), job.created + clock.real(job.end - job.taken))

    def is_purged(self, job: Job) -> bool:
        """Whether its clip is not kept any more."""
        kept = job.end + self._parts.options.link_life
        return job.expired or job.lost or self._parts.clock.now() > kept

    async def clip_of(self, job: Job) -> bytes:
        """The clip's bytes, once they are made.

        Raises:
            StoryreelError: it could not be made.
        """
        made = self._parts.clips.clip(job.recipe, job.spoil)
        return await asyncio.to_thread(lambda: made.result().read_bytes())

    def write(self, what: What, job: Job, account: Account) -> None:
        """A line in the book."""
        moved = spelled(job.price) if what in ("charge", "refund") else "0"
        self._parts.ledger.write(Entry(
            what, account.key, moved, self._unit, job.id, job.key, job.digest, job.asked,
            job.prompt, job.seed, time.time(),
        ))  # fmt: skip

    def noted(self, job: Job) -> str:
        """A job in the desk's own log."""
        return f"{job.id[:8]} {spelled(job.price)} {self._unit}, {job.prompt[:40]!r}"


def _recipe(order: Order, job: str, size: int | None, *, plain: bool) -> Recipe:
    """[guess] Without a seed every job has one of its own."""
    seed = random.Random(job).randrange(2**31) if order.seed is None else order.seed  # noqa: S311
    small, seconds = size, order.seconds
    if plain:
        return Recipe("plain", 0, seconds, order.resolution, order.aspect, (), small)
    return Recipe(
        order.prompt,
        seed,
        seconds,
        order.resolution,
        order.aspect,
        tuple(one.data for one in order.pictures),
        small,
        as_references=order.references and len(order.pictures) == 1,
    )
