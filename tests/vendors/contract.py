"""What every vendor's adapter has to do, shown against a vendor on the desk over real sockets.

A vendor's own test file derives from one of the two kinds in ``contract_keys.py`` and says how the
vendor is reached and asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from PIL import Image

from pipeline.desk.server import Desk
from pipeline.media.probe import check_decodable
from pipeline.vendors.errors import (
    Charged,
    JobFailedError,
    KeyRefusedError,
    LinkError,
    MaybeSentError,
    NoMoneyError,
    NotSentError,
    RefusedError,
    TooManyError,
    UnreadableError,
    VendorDownError,
    VendorError,
)
from pipeline.vendors.interface import (
    Asked,
    Cancelled,
    Failed,
    JobState,
    Lost,
    Published,
    Submitted,
    Succeeded,
    Vendor,
    Waiting,
)
from pipeline.vendors.patience import Patience

T = TypeVar("T")

HASTY = Patience(connect=2, read=0.5, write=2, whole=3)
UNDONE: dict[str, dict[str, Any]] = {
    # name -> a fault of a submission by which its answer is lost
    "dropped": {"do": "drop", "how": "reset"},
    "closed": {"do": "drop", "how": "close"},
    "half": {"do": "half"},
    "a page": {"do": "html"},
    "garbage": {"do": "garbage"},
    "a list": {"do": "not-an-object"},
    "silent": {"do": "hang", "seconds": 1.5},
    "500": {"do": "status", "status": 500},
    "503": {"do": "status", "status": 503},
}


_ANSWERED = ("half", "html", "garbage", "not-an-object")  # they come once it was taken
LOST = [
    (name, when)
    for name, rule in UNDONE.items()
    for when in ("before", "after")
    if when == "after" or rule["do"] not in _ANSWERED
]


def done(charges: int, refunds: int = 0) -> dict[str, int]:
    return {"charge": charges, "refund": refunds}


class VendorContract:
    """Derive, and say how the vendor is reached and asked.

    ``wrong_key`` is one that nobody has; an account with ``little`` money cannot pay a job;
    ``tells_figures`` says whether it is told what is lacking, ``tells_cost`` what a job cost;
    ``failed_money`` is what is known of the money of a job without a clip.
    """

    desk_options: ClassVar[dict[str, Any]] = {}
    wrong_key: ClassVar[str]
    little: ClassVar[Any] = 7
    tells_figures: ClassVar[bool] = True
    tells_cost: ClassVar[bool] = True
    failed_money: ClassVar[Charged] = "refunded"

    @abstractmethod
    def made(self, url: str, key: str) -> Vendor:
        """The adapter, for a vendor at ``url``."""

    @abstractmethod
    def asked(self, pictures: tuple[str, ...] = ()) -> Asked:
        """A small job: without pictures in text mode, with two as references."""

    @contextlib.contextmanager
    def links(self, desk: Desk, pictures: list[Path]) -> Iterator[tuple[str, ...]]:
        """Links under which the vendor can read pictures, while the block lasts."""

        async def published(vendor: Vendor) -> list[Published]:
            return [await vendor.publish(path) for path in pictures]

        links = self.run(desk, published)
        assert all(one.expires and one.expires > time.time() + 60 for one in links)
        yield tuple(one.url for one in links)

    @pytest.fixture
    def desk(self, tmp_path_factory: pytest.TempPathFactory) -> Any:
        """The vendor's desk."""
        clips = tmp_path_factory.getbasetemp() / "contract-clips"
        with Desk(size=64, clips=clips, **self.desk_options) as one:
            yield one

    def run(self, desk: Desk, act: Callable[[Vendor], Awaitable[T]], key: str | None = None) -> T:
        """One act with a new adapter."""

        async def acted() -> T:
            vendor = self.made(desk.url, key or desk.key)
            try:
                return await act(vendor)
            finally:
                await vendor.close()

        return asyncio.run(acted())

    def error(
        self, desk: Desk, act: Callable[[Vendor], Awaitable[object]], key: str | None = None
    ) -> VendorError:
        """The error it ends with; it never has the key in it."""
        with pytest.raises(VendorError) as caught:
            self.run(desk, act, key)
        assert (key or desk.key) not in f"{caught.value} {caught.value!r}"
        return caught.value

    def submit(self, desk: Desk, key: str = "k1-one.1") -> Submitted:
        return self.run(desk, lambda one: one.submit(one.body(self.asked()), key))

    def ended(self, desk: Desk, handle: Any) -> JobState:
        """The job's state once it is no longer waiting."""

        async def polled(vendor: Vendor) -> JobState:
            until = time.monotonic() + 20
            while isinstance(state := await vendor.poll(handle), Waiting):
                assert time.monotonic() < until
                await asyncio.sleep(0.02)
            return state

        return self.run(desk, polled)

    def book(self, desk: Desk) -> dict[str, int]:
        moves = [entry.what for entry in desk.ledger()]
        return {what: moves.count(what) for what in ("charge", "refund")}

    def fetched(self, desk: Desk, link: str, target: Path) -> None:
        self.run(desk, lambda one: one.fetch(link, target, lambda *_: None))

    # a good day

    def test_from_pictures_to_a_clip_charged_once(self, desk: Desk, tmp_path: Path) -> None:
        """Publish, submit, poll, fetch: a clip that decodes, one charge, its cost, no leak."""
        pictures = [tmp_path / f"{name}.png" for name in ("fox", "gate")]
        for place, path in enumerate(pictures):
            Image.new("RGB", (480, 480), ("red", "blue")[place]).save(path)

        with self.links(desk, pictures) as links:
            submitted = self.run(
                desk, lambda one: one.submit(one.body(self.asked(links)), "k1-one.1")
            )
        state = self.ended(desk, submitted.handle)
        assert isinstance(state, Succeeded)
        target = tmp_path / "clip.part"
        self.fetched(desk, state.links[0], target)

        check_decodable(target)
        assert state.cost == (desk.spent() if self.tells_cost else None)
        assert self.book(desk) == done(1)
        assert desk.traffic().leaks == 0
        assert desk.key not in repr(submitted.handle)

    def test_the_balance_is_what_is_left(self, desk: Desk) -> None:
        """And goes down by what a job costs."""
        before = self.run(desk, lambda one: one.balance())
        self.submit(desk)
        after = self.run(desk, lambda one: one.balance())

        assert before.amount is not None
        assert after.amount == before.amount - desk.spent() == desk.left()

    # a lost answer

    def lost(self, desk: Desk, fault: str, when: str) -> float:
        """A submission whose answer is lost, told as open; when it began."""
        desk.fault(on="submit", times=1, when=when, **UNDONE[fault])
        since = time.time()
        error = self.error(desk, lambda one: one.submit(one.body(self.asked()), "k1-one.1"))

        assert isinstance(error, (MaybeSentError, UnreadableError))
        assert error.charged == "maybe"
        assert self.book(desk) == done(int(when == "after"))
        return since

    def test_nothing_leaves_before_the_caller_has_written_it_down(self, desk: Desk) -> None:
        """What the caller raises at that moment goes through, and nothing is charged."""

        class DiskFullError(Exception):
            pass

        async def sending() -> None:
            assert desk.traffic().requests["submit"] == 0
            raise DiskFullError

        with pytest.raises(DiskFullError):
            self.run(desk, lambda one: one.submit(one.body(self.asked()), "k", sending))
        assert self.book(desk) == done(0)

    def test_what_was_not_sent_is_known_as_that(self, desk: Desk) -> None:
        """A vendor whose door is closed has taken nothing."""

        async def knock(_: Vendor) -> Submitted:
            closed = self.made("http://127.0.0.1:9", desk.key)
            try:
                return await closed.submit(closed.body(self.asked()), "k1-one.1")
            finally:
                await closed.close()

        assert isinstance(self.error(desk, knock), NotSentError)

    # a clear no

    def test_a_wrong_key_an_inactive_one_and_an_empty_account_are_told(self, desk: Desk) -> None:
        """Nothing is charged; what an empty account lacks is told if the vendor tells it."""
        submit = lambda one: one.submit(one.body(self.asked()), "k1-one.1")  # noqa: E731 - thrice
        for key in (self.wrong_key, desk.options.inactive[0]):
            assert isinstance(self.error(desk, submit, key), KeyRefusedError)
        with Desk(accounts={desk.key: self.little}, size=64, **self.desk_options) as poor:
            broke = self.error(poor, submit)
        assert isinstance(broke, NoMoneyError)
        assert broke.available == (self.little if self.tells_figures else None)
        assert (broke.required is not None) == self.tells_figures
        assert broke.charged == "no"

    @pytest.mark.parametrize("wait", [7, None, "date"])
    def test_too_many_requests_say_when_to_come_back(self, desk: Desk, wait: Any) -> None:
        """In seconds, as a date, or not at all; nothing was taken."""
        desk.fault(on="submit", do="too-many", retry_after=wait, times=1)
        error = self.error(desk, lambda one: one.submit(one.body(self.asked()), "k1-one.1"))

        assert isinstance(error, TooManyError)
        assert error.charged == "no"
        assert (error.retry_after is None) == (wait is None)
        assert error.retry_after is None or 0 <= error.retry_after <= 60
        assert self.book(desk) == done(0)

    # a job's life

    @pytest.mark.parametrize(
        ("rule", "kind"),
        [
            ({"do": "fail", "text": "Upstream error"}, JobFailedError),
            ({"do": "refuse", "text": "Prompt violates content policy"}, RefusedError),
        ],
    )
    def test_a_job_that_made_no_clip_says_why(
        self, desk: Desk, rule: dict[str, Any], kind: type[VendorError]
    ) -> None:
        """Whether moderation or anything else, in its own words, and what is known of the money."""
        desk.fault(on="job", **rule)
        state = self.ended(desk, self.submit(desk).handle)

        assert isinstance(state, Failed)
        assert type(state.error) is kind
        assert rule["text"] in str(state.error)
        assert state.error.charged == self.failed_money
        assert self.book(desk) == done(1, int(self.failed_money == "refunded"))

    def test_cancelled_and_lost_jobs_are_no_failures(self, desk: Desk) -> None:
        """Ended by somebody; or charged and never heard of again."""
        desk.fault(on="job", do="cancel", times=1)
        cancelled = self.ended(desk, self.submit(desk, "a").handle)
        assert isinstance(cancelled, Cancelled)
        assert cancelled.charged == self.failed_money
        desk.fault(on="job", do="lose", times=1)
        assert isinstance(self.ended(desk, self.submit(desk, "b").handle), Lost)
        desk.fault(on="link", do="expired", times=1)
        assert isinstance(self.ended(desk, self.submit(desk, "c").handle), Lost)

    def test_a_word_nobody_knows_is_waited_for(self, desk: Desk) -> None:
        """With a mark, so that it can be told once."""
        desk.fault(on="job", do="long", seconds=100, times=1)
        submitted = self.submit(desk)
        desk.fault(on="poll", do="word", text="UPSCALING", times=1)
        desk.fault(on="poll", do="progress", times=1)
        state = self.run(desk, lambda one: one.poll(submitted.handle))
        silent = self.run(desk, lambda one: one.poll(submitted.handle))
        desk.advance(101)

        assert isinstance(state, Waiting)
        assert (state.word, state.known) == ("UPSCALING", False)
        assert isinstance(silent, Waiting)
        assert silent.progress is None
        assert silent.known
        assert isinstance(self.ended(desk, submitted.handle), Succeeded)

    @pytest.mark.parametrize(
        ("rule", "kind"),
        [
            ({"do": "too-many", "retry_after": 3}, TooManyError),
            ({"do": "status", "status": 500}, VendorDownError),
            ({"do": "drop"}, MaybeSentError),
            ({"do": "hang", "seconds": 1.5}, MaybeSentError),
            ({"do": "half"}, UnreadableError),
            ({"do": "html"}, UnreadableError),
            ({"do": "garbage"}, UnreadableError),
            ({"do": "not-an-object"}, UnreadableError),
        ],
    )
    def test_a_look_that_fails_is_translated_and_can_be_repeated(
        self, desk: Desk, rule: dict[str, Any], kind: type[VendorError]
    ) -> None:
        """No charge hangs on it, and the next look sees the job."""
        submitted = self.submit(desk)
        desk.fault(on="poll", times=1, **rule)
        error = self.error(desk, lambda one: one.poll(submitted.handle))

        assert type(error) is kind
        assert error.charged == "no"
        assert isinstance(self.ended(desk, submitted.handle), Succeeded)

    # the clip

    def link(self, desk: Desk, **rule: Any) -> str:
        if rule:
            desk.fault(**rule)
        state = self.ended(desk, self.submit(desk).handle)
        assert isinstance(state, Succeeded)
        return state.links[0]

    @pytest.mark.parametrize(
        "rule",
        [
            {"do": "cut", "bytes": 500},
            {"do": "lie", "bytes": 100},
            {"do": "half"},
            {"do": "drop"},
            {"do": "html"},
            {"do": "gone"},
            {"do": "status", "status": 503},
            {"do": "too-many", "retry_after": 1},
        ],
        ids=lambda rule: rule["do"],
    )
    def test_a_download_that_fails_is_told_and_the_next_makes_it_whole(
        self, desk: Desk, tmp_path: Path, rule: dict[str, Any]
    ) -> None:
        """Cut, announced too long, refused: the second try ends with the very clip."""
        link, target = self.link(desk), tmp_path / "clip.part"
        self.fetched(desk, link, tmp_path / "whole")
        desk.fault(on="fetch", times=1, **rule)
        error = self.error(desk, lambda one: one.fetch(link, target, lambda *_: None))
        self.fetched(desk, link, target)

        assert isinstance(error, LinkError)
        assert error.again is (rule["do"] != "gone")
        assert link not in str(error)
        assert target.read_bytes() == (tmp_path / "whole").read_bytes()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.part", "whole"]

    @pytest.mark.parametrize("do", ["dead", "elsewhere", "away", "to", "private"])
    def test_a_link_that_leads_astray_is_refused(self, desk: Desk, tmp_path: Path, do: str) -> None:
        """Another host, a file, a private network: nothing is fetched, and no key goes there."""
        link = self.link(desk, on="link", do=do)
        error = self.error(desk, lambda one: one.fetch(link, tmp_path / "c", lambda *_: None))

        assert isinstance(error, LinkError)
        assert not error.again
        assert desk.traffic().strangers == []
        assert desk.traffic().leaks == 0
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("do", ["empty", "text"])
    def test_what_is_no_clip_at_all_is_no_success(
        self, desk: Desk, tmp_path: Path, do: str
    ) -> None:
        """Nothing, or a page of text, where a clip should be."""
        link = self.link(desk, on="clip", do=do)
        error = self.error(desk, lambda one: one.fetch(link, tmp_path / "c", lambda *_: None))

        assert isinstance(error, LinkError)
        assert not (tmp_path / "c").exists()

    def test_done_without_a_link_is_no_end(self, desk: Desk) -> None:
        """It is looked at again: it was paid for, and a link may come."""
        submitted = self.submit(desk)
        desk.fault(on="link", do="no-link", times=1)

        assert isinstance(self.error(desk, lambda one: one.poll(submitted.handle)), UnreadableError)
        assert isinstance(self.ended(desk, submitted.handle), Succeeded)


SECONDS = Fraction(3)
