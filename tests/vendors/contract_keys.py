"""The two kinds of vendors: with idempotency keys and a list of jobs, and with neither."""

from __future__ import annotations

import time

import pytest
from contract import LOST, VendorContract, done

from pipeline.desk.server import Desk
from pipeline.vendors.errors import ConflictError
from pipeline.vendors.interface import Submitted, Vendor


class KeyedContract(VendorContract):
    """A vendor with idempotency keys and a list of jobs: a lost answer can be had again."""

    def test_the_same_key_and_body_are_the_same_job(self, desk: Desk) -> None:
        """Charged once; another body under it is a conflict, another key another job."""
        first, second = self.submit(desk), self.submit(desk)
        assert first.handle == second.handle
        assert self.book(desk) == done(1)

        other = self.error(
            desk, lambda one: one.submit(one.body(self.asked()).replace(b"42", b"43"), "k1-one.1")
        )
        assert isinstance(other, ConflictError)
        assert self.submit(desk, "k1-one.2").handle != first.handle
        assert self.book(desk) == done(2)

    @pytest.mark.parametrize(("fault", "when"), LOST)
    def test_a_lost_answer_is_open_and_asking_again_charges_once(
        self, desk: Desk, fault: str, when: str
    ) -> None:
        """Whether it was taken or not: told as open, found if there, and the same key pays once."""
        since = self.lost(desk, fault, when)
        found = self.run(desk, lambda one: one.find(one.body(self.asked()), since, frozenset()))
        assert bool(found) == (when == "after")
        again = self.submit(desk)
        assert found is None or found.handle == again.handle
        assert self.book(desk) == done(1)

    def test_a_found_job_is_ours_alone_or_nobodys(self, desk: Desk) -> None:
        """One that another take has is passed over; of two alike none is guessed."""
        since = time.time()
        first, second = self.submit(desk, "k1-a.1"), self.submit(desk, "k1-b.1")

        def find(*claimed: Submitted) -> Submitted | None:
            async def found(one: Vendor) -> Submitted | None:
                ids = frozenset(one.job_id(job.handle) for job in claimed)
                return await one.find(one.body(self.asked()), since, ids)

            return self.run(desk, found)

        assert find() is None
        only = find(first)
        assert only
        assert only.handle == second.handle
        assert find(first, second) is None


class KeylessContract(VendorContract):
    """A vendor with neither: a lost answer is open for good, and a person has to look."""

    @pytest.mark.parametrize(("fault", "when"), LOST)
    def test_a_lost_answer_is_open_and_stays_so(self, desk: Desk, fault: str, when: str) -> None:
        """Charged once if it was taken; nothing is found, and nobody is asked for it."""
        since = self.lost(desk, fault, when)
        before = desk.traffic().requests
        found = self.run(desk, lambda one: one.find(one.body(self.asked()), since, frozenset()))

        assert found is None
        assert desk.traffic().requests == before
        assert self.book(desk) == done(int(when == "after"))

    def test_the_same_again_is_another_job_that_costs_again(self, desk: Desk) -> None:
        """Which is why the journal never lets a posting be repeated: here is what that saves."""
        first, second = self.submit(desk), self.submit(desk)

        assert first.handle != second.handle
        assert self.book(desk) == done(2)
