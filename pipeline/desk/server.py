"""A desk for tests and programs: a server in a thread of its own, quiet, on a free port."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pipeline.desk.faults import Rule, parse_rule
from pipeline.desk.jobs import Job
from pipeline.desk.ledger import Entry, total
from pipeline.desk.listener import VENDORS, Server, Tell
from pipeline.desk.options import JobTime, Options, parse_time
from pipeline.desk.traffic import Traffic

T = TypeVar("T")


class Desk:
    """A vendor's desk while the ``with`` block lasts.

    ``time`` may be a number of seconds or as ``parse_time`` reads it; ``rules`` a list of rules
    or of JSON objects as ``faults`` has them; everything else is a field of ``Options``::

        with Desk(size=64, time="2-20", rules=[{"do": "refuse", "prompt": "axe"}]) as desk:
            desk.url, desk.key, desk.ledger()
    """

    def __init__(
        self,
        vendor: str = "apiframe",
        *,
        port: int = 0,
        tell: Tell | None = None,
        **options: Any,
    ) -> None:
        self._vendor = vendor
        self._port = port
        self._tell = tell
        self.options = _options(vendor, options)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failed: BaseException | None = None
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failed:
            self._thread.join()
            raise self._failed
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._loop is not None  # noqa: S101 - it was entered
        assert self._stop is not None  # noqa: S101 - as above
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def server(self) -> Server:
        """The server; only its own thread may touch what moves in it."""
        assert self._server is not None  # noqa: S101 - it was entered
        return self._server

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return self.server.url

    @property
    def elsewhere(self) -> str:
        """The desk's other host."""
        return self.server.parts.elsewhere

    @property
    def key(self) -> str:
        """The first account's key."""
        return next(iter(self.options.accounts))

    @property
    def environment(self) -> dict[str, str]:
        """What to put into the environment so that the route comes here."""
        variables = self.server.vendor.variables
        return {name: value.format(url=self.url, key=self.key) for name, value in variables.items()}

    def fault(self, **rule: Any) -> None:
        """Add a rule: ``desk.fault(on="submit", do="drop", when="after", nth=2)``."""
        one = parse_rule(rule)
        self._asked(lambda server: server.parts.faults.add([one]))

    def clear_faults(self) -> None:
        """Forget all rules."""
        self._asked(lambda server: server.parts.faults.clear())

    def fired(self) -> list[int]:
        """How often each rule was carried out, in order."""
        return self._asked(lambda server: server.parts.faults.fired())

    def ledger(self) -> list[Entry]:
        """The book up to now."""
        return self._asked(lambda server: server.private.entries())

    def spent(self) -> Fraction:
        """What it kept up to now, in the vendor's unit."""
        return total(self.ledger())

    def left(self, key: str | None = None) -> Fraction:
        """What an account has left, in the vendor's unit."""

        def left(server: Server) -> Fraction:
            server.vendor.settle()
            return server.parts.accounts.by_key[key or self.key].money

        return self._asked(left)

    def jobs(self) -> list[Job]:
        """Every job, in the order they were taken; to look at only."""
        return self._asked(lambda server: list(server.vendor.jobs()))

    def traffic(self) -> Traffic:
        """What came in so far: requests by verb, leaked keys, the other host's visitors."""
        return self._asked(lambda server: replace(server.traffic))

    def advance(self, seconds: float) -> None:
        """Put the desk's clock forward."""
        self._asked(lambda server: server.parts.clock.advance(seconds))

    def reset(self) -> None:
        """As on the first day."""
        self._asked(lambda server: server.private.reset())

    def _asked(self, question: Callable[[Server], T]) -> T:
        """Ask in the server's own thread, between two requests; or here, once that has ended."""
        if not self._thread.is_alive():
            return question(self.server)
        assert self._loop is not None  # noqa: S101 - it was entered

        async def asked() -> T:
            return question(self.server)

        return asyncio.run_coroutine_threadsafe(asked(), self._loop).result()

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            self._server = Server(self._vendor, self.options, self._tell)
            await self._server.start(self._port)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._failed = error
            if self._server:
                await self._server.stop()
            return
        finally:
            self._ready.set()
        await self._stop.wait()
        await self._server.stop()


def _options(vendor: str, given: dict[str, Any]) -> Options:
    """Options from what is handy to write, and what is usual for the vendor.

    Raises:
        ValueError, TypeError: a vendor, an option or a rule is unknown.
    """
    if vendor not in VENDORS:
        raise ValueError(f"no desk speaks {vendor}; there are {', '.join(VENDORS)}")
    given = {**VENDORS[vendor].usual, **given}
    given["accounts"] = {key: Fraction(amount) for key, amount in given["accounts"].items()}
    if "rules" in given:
        rules = (one if isinstance(one, Rule) else parse_rule(one) for one in given["rules"])
        given["rules"] = tuple(rules)
    if (time := given.get("time")) is not None and not isinstance(time, JobTime):
        given["time"] = parse_time(str(time))
    for name in ("ledger", "clips", "ffmpeg"):
        if given.get(name) is not None:
            given[name] = Path(given[name])
    if unknown := sorted(set(given) - {one.name for one in fields(Options)}):
        raise TypeError(f"a desk has no {', '.join(unknown)}")
    return Options(**given)
