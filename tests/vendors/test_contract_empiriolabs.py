"""EmpirioLabs' adapter does what every adapter must, against EmpirioLabs on the desk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest
from contract import HASTY, SECONDS, done
from contract_keys import KeylessContract

from pipeline.desk.server import Desk
from pipeline.models.catalog import routes
from pipeline.vendors.apiframe import Apiframe
from pipeline.vendors.empiriolabs import EmpirioLabs
from pipeline.vendors.errors import BadRequestError, KeyRefusedError, TooManyError
from pipeline.vendors.interface import Asked, Failed, Lost, Succeeded, Vendor, Waiting

# words that the documents have, for the contract looks at what an unknown one is told as
DOCUMENTED = {"do": "shape", "shape": {"queued": "queued", "running": "processing"}}


class TestEmpirioLabs(KeylessContract):
    """The contract, spoken to a desk that is as strict, and as vague, as the documentation."""

    desk_options: ClassVar[dict[str, Any]] = {
        "vendor": "empiriolabs",
        "most_requests": None,
        "rules": [DOCUMENTED],
    }
    wrong_key: ClassVar = "sk-empiriolabs-wrong"
    little: ClassVar = Fraction("0.41")  # 3 s cost 0.42
    tells_figures: ClassVar = False
    tells_cost: ClassVar = False
    failed_money: ClassVar = "maybe"

    def made(self, url: str, key: str) -> Vendor:
        return EmpirioLabs(routes()["empiriolabs"], key, url, HASTY)

    def asked(self, pictures: tuple[str, ...] = ()) -> Asked:
        return Asked(
            model="happyhorse-1.1",
            mode="references" if pictures else "text",
            prompt="character1 at character2" if pictures else "a fox at a gate",
            seed=42,
            seconds=SECONDS,
            resolution="720p",
            aspect="16:9",
            pictures=pictures,
        )

    @contextlib.contextmanager
    def links(self, desk: Desk, pictures: list[Path]) -> Iterator[tuple[str, ...]]:
        """It takes no uploads: the other route's are plain links."""
        assert isinstance(self.error(desk, lambda one: one.publish(pictures[0])), BadRequestError)

        async def published(url: str, key: str) -> list[str]:
            other = Apiframe(routes()["apiframe"], key, url, HASTY)
            try:
                return [(await other.publish(path)).url for path in pictures]
            finally:
                await other.close()

        with Desk("apiframe", size=64) as shelf:
            yield tuple(asyncio.run(published(shelf.url, shelf.key)))

    @pytest.mark.parametrize("seed", range(1, 13))
    def test_a_job_is_followed_to_its_end_however_it_is_told(self, seed: int) -> None:
        """Words, envelopes and results of every kind, drawn anew for each seed: all are read."""
        submit = lambda one: one.submit(one.body(self.asked()), "k")  # noqa: E731 - twice
        with Desk("empiriolabs", size=64, seed=seed, most_requests=None, time=10) as desk:
            first = self.submit(desk)
            going = self.run(desk, lambda one: one.poll(first.handle))
            desk.fault(on="job", do="fail", text="Upstream error", times=1)
            second = self.submit(desk)
            desk.advance(11)
            made, failed = (self.ended(desk, one.handle) for one in (first, second))
            left = self.run(desk, lambda one: one.balance())
            refused = self.error(desk, submit, self.wrong_key)
            desk.advance(3700)
            gone = self.run(desk, lambda one: one.poll(first.handle))

            assert isinstance(going, Waiting)
            assert isinstance(made, Succeeded)
            assert isinstance(failed, Failed)
            assert failed.error.charged == "maybe"
            assert left.amount == desk.left() == 1000 - desk.spent()
            assert isinstance(refused, KeyRefusedError)
            assert isinstance(gone, Lost)
            assert self.book(desk) == done(2)

    @pytest.mark.parametrize("seed", range(1, 7))
    def test_every_request_counts_among_fifty_a_minute(self, seed: int) -> None:
        """Whatever the envelope, the one too many is told as that; nothing is charged for it."""
        submit = lambda one: one.submit(one.body(self.asked()), "k")  # noqa: E731 - for a line
        with Desk("empiriolabs", size=64, seed=seed, most_requests=2) as desk:
            self.run(desk, lambda one: one.connect())
            self.run(desk, lambda one: one.balance())
            error = self.error(desk, submit)

            assert isinstance(error, TooManyError)
            assert error.charged == "no"
            assert self.book(desk) == done(0)
