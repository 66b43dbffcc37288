"""Shots that are sent at the same time connect once: a look costs one of the account's requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from waiting import Clock

from pipeline.desk.server import Desk
from pipeline.errors import StoryreelError
from pipeline.journal.journal import Journal
from pipeline.models.catalog import routes
from pipeline.run.errands import Counter, Errands
from pipeline.run.pacer import Pacer
from pipeline.run.submitting import _connect
from pipeline.store.store import Store
from pipeline.vendors.errors import KeyRefusedError, VendorDownError
from pipeline.vendors.registry import vendor_for

ROUTE = routes()["empiriolabs"]


def with_counter(
    folder: Path, desk: Desk, act: Callable[[Errands, Counter], Awaitable[list[object]]],
    key: str | None = None,
) -> list[object]:  # fmt: skip
    """What an act with a route in use comes to."""

    async def run() -> list[object]:
        clock = Clock()
        with Journal(folder / "journal.sqlite") as journal:
            errands = Errands(journal, Store(folder / "store"), clock, threading.Event())
            vendor = vendor_for(ROUTE, key or desk.key, desk.url)
            try:
                return await act(errands, Counter(ROUTE, vendor, Pacer(clock, gap=1.2)))
            finally:
                await vendor.close()

    return asyncio.run(run())


async def five(errands: Errands, counter: Counter) -> list[object]:
    return list(
        await asyncio.gather(
            *(_connect(errands, counter) for _ in range(5)), return_exceptions=True
        )
    )


def test_five_at_once_ask_once_and_later_ones_not_at_all(tmp_path: Path) -> None:
    """One request for all of them; a warm connection needs none."""

    async def twice(errands: Errands, counter: Counter) -> list[object]:
        return [*await five(errands, counter), *await five(errands, counter)]

    with Desk("empiriolabs", size=64) as desk:
        assert with_counter(tmp_path, desk, twice) == [None] * 10
        assert desk.traffic().requests["models"] == 1


def test_a_refusal_is_told_to_all_of_them(tmp_path: Path) -> None:
    """A wrong key, heard once; a vendor that is down, asked as often as for one."""
    with Desk("empiriolabs", size=64) as desk:
        refused = with_counter(tmp_path, desk, five, key="sk-empiriolabs-wrong")
        asked = desk.traffic().requests["models"]
        desk.fault(on="models", do="status", status=503)
        down = with_counter(tmp_path, desk, five)

        assert {type(one) for one in refused} == {KeyRefusedError}
        assert asked == 1
        assert {type(one) for one in down} == {VendorDownError}
        assert desk.traffic().requests["models"] == asked + 4
        assert all(isinstance(one, StoryreelError) for one in (*refused, *down))


def test_who_leaves_does_not_take_the_connection_along(tmp_path: Path) -> None:
    """One of them is cancelled while they wait: the others connect all the same."""

    async def one_leaves(errands: Errands, counter: Counter) -> list[object]:
        tasks = [asyncio.ensure_future(_connect(errands, counter)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        return [type(one) for one in ended]

    with Desk("empiriolabs", size=64) as desk:
        ended = with_counter(tmp_path, desk, one_leaves)
        assert ended == [asyncio.CancelledError, type(None), type(None)]
        assert desk.traffic().requests["models"] == 1
