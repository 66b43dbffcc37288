"""Apiframe v2, each verb tried once.

Sources: Apiframe's OpenAPI v2.0.0 and its own client, apiframe-ai/apiframe-nodejs-sdk @9f9b464
(2026-07-16). Its paths, fields and statuses are documented; what is not is marked as ours below.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.errors import MediaError, UsageError
from pipeline.files import digest_of_bytes
from pipeline.models.abilities import Route, Served
from pipeline.vendors import apiframe_reading as reading
from pipeline.vendors import moderation
from pipeline.vendors.answer import Answer, number, text
from pipeline.vendors.http import Session
from pipeline.vendors.interface import (
    Asked,
    Balance,
    Handle,
    JobState,
    Lost,
    Published,
    Sending,
    Submitted,
    Waiting,
)
from pipeline.vendors.keyed import KeyedVendor, spelled
from pipeline.vendors.patience import Patience
from pipeline.vendors.sniffing import picture_kind
from pipeline.vendors.statuses import Verb, error_for

_CLOCKS_APART = 300.0  # ours: seconds a vendor's clock may be behind this machine's
_PAGES = 20  # ours: of 100 jobs each
_LOOKED_AT = 200  # ours: so many jobs of the right time and model are looked at one by one
_PICTURES = {"text": (0, 0), "first_frame": (1, 1), "references": (2, 9)}


class Apiframe(KeyedVendor):
    """Apiframe, spoken with one key.

    Args:
        route: its data.
        key: the key.
        base_url: where it is; the vendor's own, or one the user configured.
        patience: how long to wait.
    """

    name = "apiframe"

    def __init__(
        self, route: Route, key: str, base_url: str, patience: Patience | None = None
    ) -> None:
        session = Session(route.title, base_url, key_header="X-API-Key", key=key, patience=patience)
        super().__init__(route, session, base_url, patience)

    async def publish(self, picture: Path) -> Published:
        """Upload a picture; its file's name stays here."""
        try:
            data = await asyncio.to_thread(picture.read_bytes)
        except OSError as error:
            raise MediaError(picture, "it cannot be read") from error
        kind, limits = picture_kind(data), self._route.upload
        if limits is None or kind not in limits.formats or len(data) > limits.most_bytes:
            raise self._cannot(f"a picture of {len(data):,} bytes as {kind or 'no known kind'}")
        name = f"{digest_of_bytes(data)[:16]}.{kind.lower()}"
        answer = await self._session.ask(
            "POST", "/v2/uploads", files={"file": (name, data, f"image/{kind.lower()}")}
        )
        fields = self._read("publish", answer)
        if not (url := text(fields.get("url"))):
            raise answer.unreadable("it names no link", charged=False)
        expires = reading.epoch(fields.get("expiresAt"))
        return Published(url, time.time() + limits.life if expires is None else expires)

    def body(self, asked: Asked) -> bytes:
        """One spelling for equal requests; only documented keys, for others are a 400."""
        wire = self._served(asked.model).wire
        least, most = _PICTURES.get(asked.mode, (1, 0))
        if not least <= len(asked.pictures) <= most or wire is None or wire.block is None:
            raise self._cannot(f"{asked.mode} with {len(asked.pictures)} pictures")
        if asked.seconds.denominator != 1:
            raise self._cannot(f"{float(asked.seconds):g} seconds, where whole ones are asked")
        settings = {
            "images": list(asked.pictures) or None,
            "resolution": asked.resolution,
            "aspect_ratio": asked.aspect,
            "duration": int(asked.seconds),
            "seed": asked.seed,
        }
        document = {
            "model": wire.model,
            "prompt": asked.prompt,
            wire.block: {k: v for k, v in settings.items() if v is not None},
        }
        return spelled(document)

    async def connect(self) -> None:
        """Ask who we are."""
        self._read("connect", await self._session.ask("GET", "/v2/me"))

    async def submit(
        self, body: bytes, idempotency_key: str, sending: Sending | None = None
    ) -> Submitted:
        """Post the job; under the same key within 24 hours the same job is answered."""
        answer = await self._session.ask(
            "POST",
            "/v2/videos/generate",
            pays=True,
            headers={"Content-Type": "application/json", "Idempotency-Key": idempotency_key},
            content=body,
            sending=sending,
        )
        fields = self._read("submit", answer)
        job = text(fields.get("jobId"))
        if job is None or len(job) > 200:
            raise answer.unreadable("it names no job", charged=True)
        # on a replay the status may be a later one, but without its result: poll asks for that
        word = text(fields.get("status")) or "?"
        return Submitted({"job": job}, Waiting(None, self._session.clean(word)))

    async def poll(self, handle: Handle) -> JobState:
        """Ask for the job."""
        answer = await self._session.ask("GET", self._path(handle))
        if answer.status in (404, 410):
            return Lost(f"{answer.who} does not know the job under this key")
        return reading.state(self._read("poll", answer), answer, self._session.clean)

    async def find(self, body: bytes, since: float, claimed: frozenset[str]) -> Submitted | None:
        """Look through the jobs of this key's user for the one that ``body`` made."""
        wanted, back_to = json.loads(body), since - _CLOCKS_APART
        candidates = [
            job
            async for job in self._jobs(wanted["model"], back_to)
            if reading.may_be(job, wanted["model"], back_to) and job["id"] not in claimed
        ]
        if len(candidates) > _LOOKED_AT:
            return None
        found = {job["id"] for job in candidates if await self._is_made_by(wanted, job)}
        if len(found) != 1:
            return None
        handle = {"job": found.pop()}
        return Submitted(handle, await self.poll(handle))

    async def balance(self) -> Balance:
        """The team's credits."""
        team = self._read("balance", await self._session.ask("GET", "/v2/me")).get("team")
        team = team if isinstance(team, dict) else {}
        most = team.get("maxConcurrentJobs")  # on one page of the documentation only
        account = text(team.get("name"))
        return Balance(
            number(team.get("credits")),
            "credits",
            self._session.clean(account) if account else None,
            most if type(most) is int and most > 0 else None,
        )

    def _served(self, model: str) -> Served:
        if served := self._route.serves.get(model):
            return served
        raise self._cannot(f"the model {model}")

    def _read(self, verb: Verb, answer: Answer) -> dict[str, Any]:
        """The fields of a good answer; the error of any other."""
        if 200 <= answer.status < 300:
            return answer.fields(charged=verb == "submit")
        said = self._session.clean(reading.words(answer))
        if verb == "submit" and 400 <= answer.status < 500 and moderation.is_refusal(said):
            raise moderation.refusal(answer.who, said, charged="no", request_id=answer.request_id)
        error = error_for(verb, answer, said, reading.figures(answer))
        assert error is not None  # noqa: S101 - only a 2xx has none
        raise error

    async def _is_made_by(self, wanted: Mapping[str, Any], job: Mapping[str, Any]) -> bool:
        """Whether a listed job was made by ``wanted``; a list does not tell what was asked."""
        if job.get("input") is None:
            answer = await self._session.ask("GET", self._path({"job": job["id"]}))
            if answer.status == 404:
                return False
            job = self._read("find", answer)
        return reading.is_made_by(wanted, job)

    def _path(self, handle: Handle) -> str:
        return f"/v2/jobs/{quote(self.job_id(handle), safe='')}"

    async def _jobs(self, model: str, back_to: float) -> AsyncIterator[Mapping[str, Any]]:
        """The user's jobs, page by page, while they may be as young as ``back_to``."""
        query = {"limit": "100", "scope": "user", "model": model}
        for _ in range(_PAGES):
            answer = await self._session.ask("GET", "/v2/jobs", query=query)
            fields = self._read("find", answer)
            jobs = fields.get("jobs")
            if not isinstance(jobs, list):
                raise answer.unreadable("it lists no jobs", charged=False)
            page = [job for job in jobs if isinstance(job, dict)]
            for job in page:
                yield job
            cursor = text(fields.get("nextCursor"))
            if not fields.get("hasMore") or cursor is None or reading.ends_before(page, back_to):
                return
            query["cursor"] = cursor


def handle_of_job(job: str) -> Handle:
    """The handle of a job by its number, a UUID [doc].

    Raises:
        UsageError: it is none.
    """
    try:
        return {"job": str(uuid.UUID(job.strip()))}
    except ValueError:
        raise UsageError(
            f"`{job}` is no job's number at Apiframe.", hint="It is a UUID, such as 2b0c…-…-…."
        ) from None
