"""EmpirioLabs, each verb tried once.

Sources: docs.empiriolabs.ai (2026-11-20) and the tool schemas of EmpirioLabs-AI/mcp. Its documents
leave much open: what must be guessed to ask is a setting of the route, with the reason
(``models/data/routes/empiriolabs.toml``); answers are read as widely as they may be meant.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from pipeline.errors import UsageError
from pipeline.models.abilities import Mode, Route
from pipeline.vendors import empiriolabs_errors as errors
from pipeline.vendors import empiriolabs_reading as reading
from pipeline.vendors.answer import Answer, text
from pipeline.vendors.errors import BadRequestError, Charged, VendorError
from pipeline.vendors.http import Session, read_link
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
from pipeline.vendors.statuses import Verb

_MODES: dict[Mode, tuple[str, int, int]] = {
    # never the default, "auto": its word, and how many pictures it has
    "text": ("t2v", 0, 0),
    "first_frame": ("i2v", 1, 1),
    "references": ("r2v", 1, 9),
}
_KEY_MARK = "sk-empiriolabs-"
_JOB = re.compile(r"[\w.:~-]{1,200}", re.ASCII)


class EmpirioLabs(KeyedVendor):
    """EmpirioLabs, spoken with one key.

    Args:
        route: its data, with the user's settings.
        key: the key.
        base_url: where it is; the vendor's own, or one the user configured.
        patience: how long to wait.
    """

    name = "empiriolabs"

    def __init__(
        self, route: Route, key: str, base_url: str, patience: Patience | None = None
    ) -> None:
        super().__init__(route, _session(route, key, base_url, patience), base_url, patience)
        account, self._account_path = account_address(route, base_url)
        self._account = _session(route, key, account, patience)

    async def publish(self, picture: Path) -> Published:
        """Never: no upload is documented.

        Raises:
            BadRequestError: always.
        """
        raise BadRequestError(
            f"{self._route.title} takes no uploads.",
            details=f"{picture.name} cannot be put where it can read it.",
            hint="Publish pictures through another route, a bucket or a command of yours.",
        )

    def body(self, asked: Asked) -> bytes:
        """One spelling for equal requests; everything is sent, for its defaults differ."""
        served = self._route.serves.get(asked.model)
        if served is None or served.wire is None:
            raise self._cannot(f"the model {asked.model}")
        if asked.seconds.denominator != 1:
            raise self._cannot(f"{float(asked.seconds):g} seconds, where whole ones are asked")
        document = {
            "model": served.wire.model,
            "prompt": asked.prompt,
            "mode": self._mode(asked),
            **self._pictures(asked),
            "resolution": asked.resolution,
            "aspect_ratio": None if asked.mode == "first_frame" else asked.aspect,
            "duration": int(asked.seconds),
            "seed": asked.seed,
            "watermark": False,
        }
        return spelled({name: value for name, value in document.items() if value is not None})

    async def connect(self) -> None:
        """Read the list of models: it costs nothing and wants the key."""
        self._no_error("connect", await self._session.ask("GET", "/v1/models"))

    async def submit(
        self, body: bytes, idempotency_key: str, sending: Sending | None = None
    ) -> Submitted:
        """Post the job, once: there are no idempotency keys, so ours stays here."""
        del idempotency_key
        answer = await self._session.ask(
            "POST",
            "/v1/videos/generations",
            pays=True,
            headers={"Content-Type": "application/json"},
            content=body,
            sending=sending,
        )
        fields = self._read("submit", answer)
        job = reading.job_id(fields)
        if job is None:
            raise self._instead("submit", answer, fields, "it names no job")
        word = text(fields.get("status")) or "queued"
        return Submitted({"job": job}, Waiting(None, self._session.clean(word)))

    async def poll(self, handle: Handle) -> JobState:
        """Ask for the job; one hour after its end it is forgotten."""
        job = self.job_id(handle)
        answer = await self._session.ask("GET", f"/v1/jobs/{quote(job, safe='')}")
        told = errors.complaint(errors.peek(answer))
        if errors.is_gone(answer.status, told.code):
            return Lost(self._forgotten(self._session.clean(job)))
        fields = self._read("poll", answer)
        if text(fields.get("status")) is None:
            raise self._instead("poll", answer, fields, "it has no status")
        charged = cast("Charged", self._route.setting("charged_on_failure"))
        return reading.state(fields, answer, self._session.clean, charged)

    async def find(self, body: bytes, since: float, claimed: frozenset[str]) -> Submitted | None:
        """Never: no list of jobs is documented; a person has to look."""
        del body, since, claimed
        return None

    async def balance(self) -> Balance:
        """The account's dollars, from the vendor's other host."""
        answer = await self._account.ask("GET", self._account_path)
        return Balance(reading.balance(self._no_error("balance", answer)), "usd", None)

    async def close(self) -> None:
        """Close every connection."""
        await self._account.close()
        await super().close()

    def _mode(self, asked: Asked) -> str:
        word, least, most = _MODES.get(asked.mode, ("", 1, 0))
        if not least <= len(asked.pictures) <= most:
            raise self._cannot(f"{asked.mode} with {len(asked.pictures)} pictures")
        return word

    def _pictures(self, asked: Asked) -> dict[str, str | list[str]]:
        """The pictures in the field that the route's settings name."""
        inline = any(link.lower().startswith("data:") for link in asked.pictures)
        if inline and not self._route.setting("data_uris"):
            raise self._cannot("pictures inside the request (its setting `data_uris` is off)")
        if asked.mode == "first_frame":
            return {str(self._route.setting("first_frame_field")): asked.pictures[0]}
        field = str(self._route.setting("references_field"))
        if field == "images" and len(asked.pictures) == 1:
            raise self._cannot("one reference as `images`, where it would be the first frame")
        return {field: list(asked.pictures)} if asked.pictures else {}

    def _forgotten(self, job: str) -> str:
        kept = (self._route.job_state_seconds or 0) / 60
        return (
            f"{self._route.title} does not know job {job} under this key; "
            f"it forgets a job {kept:g} minutes after its end"
        )

    def _read(self, verb: Verb, answer: Answer) -> dict[str, Any]:
        """The fields of a good answer; the error of any other."""
        if 200 <= answer.status < 300:
            return answer.fields(charged=verb == "submit")
        told = errors.complaint(errors.peek(answer))
        said = self._session.clean(told.words or answer.said)
        error = errors.error_in(verb, answer, told, said)
        assert error is not None  # noqa: S101 - only a 2xx has none
        raise error

    def _no_error(self, verb: Verb, answer: Answer) -> dict[str, Any]:
        """The fields of a good answer that does not say one of the codes all the same."""
        fields = self._read(verb, answer)
        if errors.complaint(fields).code:
            raise self._instead(verb, answer, fields, "it is an error")
        return fields

    def _instead(self, verb: Verb, answer: Answer, fields: dict[str, Any], why: str) -> VendorError:
        """The error for a good status without what was asked: its own, if it is one of the codes.

        A job that may have been taken is never told as refused for words alone.
        """
        told = errors.complaint(fields)
        said = self._session.clean(told.words)
        error = errors.error_in(verb, answer, told, said) if told.code else None
        return error or answer.unreadable(why, charged=verb == "submit")


def account_address(route: Route, base_url: str) -> tuple[str, str]:
    """Where the balance is asked: the address and the path on it.

    Where the user has pointed the route elsewhere, the key belongs there and to no other host.
    """
    own, base = read_link(route.account_url or ""), read_link(base_url)
    vendors = read_link(route.base_url or "")
    if own is None or vendors is None or base is None:
        raise ValueError(f"{route.name} has no address for its account")
    if base.origin != vendors.origin:
        return base_url, own.path
    return f"{own.origin.scheme}://{own.origin.host}:{own.origin.port}", own.path


def _session(route: Route, key: str, base_url: str, patience: Patience | None) -> Session:
    bearer = route.setting("auth") == "bearer"
    return Session(
        route.title,
        base_url,
        key_header="Authorization" if bearer else "x-api-key",
        key_form="Bearer {key}" if bearer else "{key}",
        key_mark=_KEY_MARK,
        key=key,
        patience=patience,
    )


def handle_of_job(job: str) -> Handle:
    """The handle of a job by its number, whose form is not documented.

    Raises:
        UsageError: it cannot be one.
    """
    if not _JOB.fullmatch(job.strip()):
        raise UsageError(
            f"`{job}` is no job's number at EmpirioLabs.",
            hint="It is one word, as the vendor's pages show it.",
        )
    return {"job": job.strip()}
