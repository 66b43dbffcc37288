"""The port: five verbs that every vendor can be driven by. An adapter tries once.

Every failure leaves as one of ``vendors/errors.py``; nothing is retried, waited for or kept here.
That is ``run/``'s business, which has the clock, the journal and the money.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from pipeline.models.abilities import Mode
from pipeline.vendors.errors import Charged, VendorError

Handle = Mapping[str, Any]
"""A job as its vendor knows it: opaque, JSON, kept in the journal, never taken apart elsewhere."""


Sending = Callable[[], Awaitable[object]]
"""Awaited when the connection stands, just before the first byte of a paid request leaves."""


@dataclass(frozen=True, slots=True)
class Published:
    """A picture the vendor can reach; ``expires`` is seconds since the epoch, if it ever does."""

    url: str = field(repr=False)
    expires: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What one take asks, its pictures published.

    ``prompt`` is spelled for the route; ``pictures`` are links in the order of the slots (or the
    first frame alone); ``aspect`` is absent where the picture decides it.
    """

    model: str
    mode: Mode
    prompt: str
    seed: int | None
    seconds: Fraction
    resolution: str
    aspect: str | None
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The job goes on; ``progress`` from 0 to 1 if told, ``word`` the vendor's own status.

    ``known`` is false for a status word nobody documented: it counts as running.
    """

    progress: float | None
    word: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The clip can be fetched; ``cost`` in the route's unit, if the vendor tells it."""

    links: tuple[str, ...]
    cost: Fraction | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended without a clip; ``error`` says why, and whether it was charged.

    ``cost`` is what the vendor tells of it, before any refund.
    """

    error: VendorError
    cost: Fraction | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The job was cancelled, by whomever; ``charged`` as far as the vendor tells."""

    word: str
    charged: Charged = "refunded"


@dataclass(frozen=True, slots=True)
class Lost:
    """The vendor does not know the job any more, or has thrown its clip away; it was paid for."""

    why: str


JobState = Waiting | Succeeded | Failed | Cancelled | Lost


@dataclass(frozen=True, slots=True)
class Submitted:
    """The vendor took the job; ``state`` is what it said of it at once."""

    handle: Handle
    state: JobState


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has left, in ``unit``; ``most_jobs`` at once if the vendor tells it."""

    amount: Fraction | None
    unit: str
    account: str | None
    most_jobs: int | None = None


class Vendor(Protocol):
    """One vendor's API, spoken with one key. All verbs raise only ``VendorError``.

    Besides, ``publish`` raises ``MediaError`` where the picture cannot be read, ``fetch`` raises
    ``StoreError`` where the disk does not take the clip, and ``submit`` what ``sending`` raised.
    """

    name: str

    async def publish(self, picture: Path) -> Published:
        """Put a picture, fit for the route (``media/fitting.py``), where the vendor can read it."""
        ...

    def body(self, asked: Asked) -> bytes:
        """The exact bytes to post; pure. The journal keeps them, ``submit`` sends nothing else.

        Raises:
            BadRequestError: the route cannot be asked this; our check should have known.
        """
        ...

    @property
    def warm(self) -> bool:
        """Whether a connection was in use a moment ago: then ``connect`` has nothing to do."""
        ...

    async def connect(self) -> None:
        """Resolve, connect, shake hands and see the key accepted, so that ``submit`` seldom fails.

        It is a courtesy: another request may take the connection, or it may die. The moment before
        the first byte leaves is ``submit``'s ``sending``.
        """
        ...

    async def submit(
        self, body: bytes, idempotency_key: str, sending: Sending | None = None
    ) -> Submitted:
        """Post the job, once.

        ``sending`` is awaited once, when name, TCP and TLS are done and nothing has left yet: the
        place to write down that it may have been sent. What it raises stops the posting and goes
        through. It is not awaited where no connection came about.

        Raises:
            NotSentError, TooManyError, …: it was not taken (``charged`` is no).
            MaybeSentError, UnreadableError, ConflictError: it may have been (maybe).
        """
        ...

    async def poll(self, handle: Handle) -> JobState:
        """Ask how the job is; a job the vendor does not know is ``Lost``."""
        ...

    async def find(self, body: bytes, since: float, claimed: frozenset[str]) -> Submitted | None:
        """Look for a job posted with ``body`` after ``since`` (epoch seconds), its answer lost.

        ``claimed`` are ids that belong to other takes. Exactly one match is returned; none, or
        several, give ``None``.
        """
        ...

    async def fetch(self, link: str, target: Path, tell: Callable[[int, int | None], None]) -> None:
        """Download to ``target``, going on where a cut connection left it.

        ``tell`` hears the bytes that are there, and of how many if known. While it is not whole, a
        small file beside ``target`` (``<name>.resume``) remembers what the bytes are of.

        Raises:
            LinkError: ``again`` says whether the same link may work later.
        """
        ...

    async def balance(self) -> Balance:
        """What the account has left; costs nothing, proves the key."""
        ...

    def job_id(self, handle: Handle) -> str:
        """The job's id for people and for ``claimed``."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
