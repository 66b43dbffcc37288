"""What every vendor on a desk is built from, and the form a vendor has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipeline.desk.accounts import Accounts
from pipeline.desk.clips import ClipMaker
from pipeline.desk.clock import Clock
from pipeline.desk.faults import Faults, Subject
from pipeline.desk.jobs import Job
from pipeline.desk.ledger import Ledger
from pipeline.desk.options import Options
from pipeline.desk.traffic import Traffic
from pipeline.desk.wire import Answer, Request


@dataclass(slots=True)
class Parts:
    """The shared parts of one desk; ``elsewhere`` is its other host, for links that lead astray."""

    options: Options
    clock: Clock
    faults: Faults
    ledger: Ledger
    accounts: Accounts
    clips: ClipMaker
    elsewhere: str = ""
    traffic: Traffic = field(default_factory=Traffic)


class VendorOnDesk(Protocol):
    """One vendor's API. A second vendor is a second file with one of these."""

    name: str
    unit: str
    """What it is paid in."""

    port: int
    """Where it listens unless told: another for each, so that several can be used at once."""

    variables: dict[str, str]
    """What a user exports to point the route here; ``{url}`` and ``{key}`` are filled in."""

    usual: Mapping[str, Any]
    """Options that are its own."""

    ended: frozenset[str]
    """Its words for a job that is over."""

    def __init__(self, parts: Parts) -> None: ...

    def refusal(self, status: int, said: str | None, subject: Subject, /) -> Answer:
        """How it says that it failed at a call, in ``said`` words if given."""
        ...

    def point(self, request: Request) -> str:
        """Which verb this is, for rules; empty if none of ours."""
        ...

    def subject(self, request: Request, point: str) -> Subject:
        """Which shot it is about, as far as it says."""
        ...

    async def answer(self, request: Request, point: str) -> Answer:
        """What the vendor does and says on a good day."""
        ...

    def jobs(self) -> Iterable[Job]:
        """Every job, in the order they were taken."""
        ...

    def settle(self) -> None:
        """Give back what is due by now."""
        ...

    def reset(self) -> None:
        """Forget every job and upload."""
        ...
