"""Who hears what goes over the wire: the debug log and the probe, and nobody else.

A listener is kept in a context variable, for between it and the wire lie vendors' adapters, which
have nothing to do with it; a task or a thread begun inside ``listening`` inherits it, any other
part of the process does not. An ``Exchange`` is private: what a listener tells of it is its own
business.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

Clean = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who asks, told with each request.

    ``api`` asks the vendor by its own paths; ``link`` follows an address that is itself a secret:
    whoever has it may read or write what lies there. ``clean`` makes a text fit to be shown.
    """

    who: str
    kind: Literal["api", "link"]
    clean: Clean


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is about: a shot, and the journal's number of the attempt at it."""

    shot: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it leaves.

    ``names`` are those of the query, its values are not kept; ``through`` is the proxy's address,
    without its name and password.
    """

    speaker: Speaker
    method: str
    host: str
    path: str = field(repr=False)
    names: tuple[str, ...]
    through: str | None
    headers: Mapping[str, str] = field(repr=False)
    size: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it.

    ``began`` is in seconds since the epoch, ``seconds`` how long it took. Without ``status`` no
    answer came; ``failed`` is the class of what cut it off. ``received`` counts the body's bytes,
    ``body`` is as much of its beginning as a listener wanted.
    """

    asked: Asked
    began: float
    seconds: float
    status: int | None
    headers: Mapping[str, str] = field(repr=False)
    received: int
    body: bytes = field(repr=False)
    failed: str | None
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run made of a failure: ``error`` is its class, ``then`` the decision in words."""

    verb: str
    tries: int
    error: str
    then: str
    subject: Subject | None


Hear = Callable[[Exchange | Decided], None]


@dataclass(frozen=True, slots=True)
class _Ear:
    hear: Hear
    bodies: int


_EARS: ContextVar[tuple[_Ear, ...]] = ContextVar("ears", default=())
_SUBJECT: ContextVar[Subject | None] = ContextVar("subject", default=None)


@contextlib.contextmanager
def listening(hear: Hear, *, bodies: int = 0) -> Iterator[None]:
    """Hear every exchange inside the block.

    Args:
        hear: called when an exchange has ended; it must not raise.
        bodies: how many bytes of each body are kept for it.
    """
    token = _EARS.set((*_EARS.get(), _Ear(hear, bodies)))
    try:
        yield
    finally:
        _EARS.reset(token)


def speak_of(shot: str, attempt: int) -> None:
    """Say what the requests of this task are about from here on."""
    _SUBJECT.set(Subject(shot, attempt))


def tell_decision(verb: str, tries: int, error: Exception, then: str) -> None:
    """Tell what was made of a failure, if anybody listens."""
    for ear in _EARS.get():
        ear.hear(Decided(verb, tries, type(error).__name__, then, _SUBJECT.get()))


def wanted() -> int | None:
    """How many bytes of a body are wanted; none where nobody listens."""
    return max((ear.bodies for ear in _EARS.get()), default=None)


class Hearing:
    """One exchange while it lasts; told once, however it ends."""

    def __init__(self, asked: Asked, bodies: int) -> None:
        self._asked, self._bodies = asked, bodies
        self._began, self._since = time.time(), time.monotonic()
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()
        self._received = 0
        self._told = False

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The head of an answer came."""
        self._status, self._headers = status, headers

    def came(self, piece: bytes) -> None:
        """A piece of its body came."""
        self._received += len(piece)
        self._body += piece[: max(0, self._bodies - len(self._body))]

    def ended(self, error: BaseException | None = None) -> None:
        """It is over, whole or cut off by ``error``."""
        if self._told:
            return
        self._told = True
        exchange = Exchange(
            self._asked,
            self._began,
            time.monotonic() - self._since,
            self._status,
            self._headers,
            self._received,
            bytes(self._body),
            type(error).__name__ if error else None,
            _SUBJECT.get(),
        )
        for ear in _EARS.get():
            ear.hear(exchange)
