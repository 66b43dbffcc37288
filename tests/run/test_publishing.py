"""Pictures get to a route by its own upload or the user's publishers: in order, and once a run."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from waiting import Clock

from pipeline.desk.server import Desk
from pipeline.errors import ToolStoppedError
from pipeline.models.abilities import Upload
from pipeline.models.catalog import models, routes
from pipeline.publishers.interface import PICTURES, Means, UnpublishedError
from pipeline.publishers.registry import recipes
from pipeline.run.breaker import Breaker
from pipeline.run.errands import Counter, Errands
from pipeline.run.outlets import Outlet, open_outlets
from pipeline.run.pacer import Pacer
from pipeline.run.publishing import READ_WITHIN, publish
from pipeline.settings import Settings
from pipeline.store.store import Store
from pipeline.vendors.apiframe import Apiframe
from pipeline.vendors.errors import KeyRefusedError, NotSentError, VendorDownError, VendorError
from pipeline.vendors.interface import Published

MODEL = models()["happyhorse-1.1"]
NEEDY = routes()["empiriolabs"]  # it takes no uploads
APIFRAME = routes()["apiframe"]
DOWN = VendorDownError("It is down.")
BROKEN = UnpublishedError("It is broken.", hint="Mend it.")


@dataclass
class Shelf:
    """A publisher that gives numbered links, and fails as it is told."""

    name: str
    clock: Clock
    fails: list[VendorError] = field(default_factory=list)
    life: float | None = 3600.0
    most_bytes: int = 10**8
    given: list[bytes] = field(default_factory=list)
    asked: int = 0

    def takes(self, _: Any) -> Upload:
        return Upload(formats=PICTURES, most_bytes=self.most_bytes, life=3600)

    async def publish(self, picture: Path) -> Published:
        self.asked += 1
        await asyncio.sleep(0)  # another shot may come meanwhile
        if self.fails:
            raise self.fails.pop(0)
        self.given.append(await asyncio.to_thread(picture.read_bytes))
        expires = None if self.life is None else self.clock.date() + self.life
        return Published(f"https://{self.name}.example/{len(self.given)}", expires)

    async def close(self) -> None:
        pass


@dataclass
class Stand:
    """A route without uploads, some publishers, and what was noted."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    stop: threading.Event = field(default_factory=threading.Event)
    shelves: dict[str, Shelf] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def shelf(self, name: str, **more: Any) -> Shelf:
        self.shelves[name] = Shelf(name, self.clock, **more)
        return self.shelves[name]

    def picture(self, name: str = "fox", size: int = 400) -> Path:
        path = self.folder / f"{name}.png"
        if not path.exists():
            noise = random.Random(name).randbytes(size * size * 3)
            Image.frombytes("RGB", (size, size), noise).save(path)
        return path

    def errands(self) -> Errands:
        store = Store(self.folder / "store")
        return Errands(None, store, self.clock, self.stop, random.Random(1))  # type: ignore[arg-type]

    def counter(self) -> Counter:
        counter = Counter(NEEDY, None, Pacer(self.clock, gap=1.2))  # type: ignore[arg-type]
        counter.outlets = tuple(
            Outlet(shelf, Pacer(self.clock, gap=0)) for shelf in self.shelves.values()
        )
        return counter

    def published(self, *pictures: Path, counter: Counter | None = None) -> list[str]:
        """The links of some pictures, one after the other."""

        async def run() -> list[str]:
            errands, one = self.errands(), counter or self.counter()
            links = [await publish(errands, one, MODEL, path, self.notes.append)
                     for path in pictures]  # fmt: skip
            return [link.url for link in links]

        return asyncio.run(run())


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def test_the_first_that_can_does_it(stand: Stand) -> None:
    """The order is the user's; nobody else is asked."""
    stand.shelf("one")
    other = stand.shelf("two")

    assert stand.published(stand.picture()) == ["https://one.example/1"]
    assert other.asked == 0
    assert stand.notes == []


def test_where_one_fails_the_next_does_it_and_it_is_told_once(stand: Stand) -> None:
    """Who failed is asked last from then on, and is back in its place once it has worked."""
    one = stand.shelf("one", fails=[BROKEN] * 2)
    two = stand.shelf("two")
    fox, gate, well = (stand.picture(name) for name in ("fox", "gate", "well"))
    counter = stand.counter()

    assert stand.published(fox, gate, counter=counter) == [
        "https://two.example/1", "https://two.example/2"
    ]  # fmt: skip
    assert one.asked == 1
    two.fails = [BROKEN] * 2
    one.fails = []
    assert stand.published(well, counter=counter) == ["https://one.example/1"]
    assert stand.published(stand.picture("owl"), counter=counter) == ["https://one.example/2"]
    assert stand.notes == [
        "one did not publish: It is broken; two did",
        "two did not publish: It is broken; one did",
    ]


@pytest.mark.parametrize("trouble", [DOWN, NotSentError("The line is cut.")])
def test_what_may_pass_is_waited_for(stand: Stand, trouble: VendorError) -> None:
    """Publishing costs nothing: it is tried again for a while before anybody else is asked."""
    one = stand.shelf("one", fails=[trouble] * 3)
    two = stand.shelf("two")

    assert stand.published(stand.picture()) == ["https://one.example/1"]
    assert (one.asked, two.asked) == (4, 0)
    assert stand.clock.at > 3
    assert stand.notes == []


def test_what_a_user_has_to_mend_is_not_waited_for(stand: Stand) -> None:
    """A command that fails will fail again."""
    one = stand.shelf("one", fails=[BROKEN])
    with pytest.raises(UnpublishedError):
        stand.published(stand.picture())

    assert one.asked == 1
    assert stand.clock.at == 0


def test_where_all_fail_each_is_told_and_the_route_is_not_to_blame(stand: Stand) -> None:
    """Whose fault, what to mend, nothing charged; shots without pictures may go on there."""
    stand.shelf("one", fails=[DOWN] * 9)
    stand.shelf("two", fails=[BROKEN, KeyRefusedError("The keys are refused.")])
    with pytest.raises(UnpublishedError) as caught:
        stand.published(stand.picture())
    breaker = Breaker()
    breaker.trip(caught.value, 0.0)

    assert caught.value.brief == "fox.png could not be put where EmpirioLabs can read it."
    assert caught.value.details == "one: It is down. two: It is broken."
    assert caught.value.hint == "Mend it."
    assert caught.value.charged == "no"
    assert breaker.out(1.0) is None


def test_without_a_publisher_the_route_is_named(stand: Stand) -> None:
    """As the plan has told before."""
    with pytest.raises(UnpublishedError, match="No publisher of yours serves EmpirioLabs"):
        stand.published(stand.picture())


def test_a_picture_goes_once_though_many_shots_want_it_at_once(stand: Stand) -> None:
    """Known by its bytes, not by its name; another picture goes by itself."""
    one = stand.shelf("one")
    fox = stand.picture("fox")
    (stand.folder / "copy.png").write_bytes(fox.read_bytes())
    paths = [fox, stand.folder / "copy.png", stand.picture("gate")] * 5

    async def run() -> list[Published]:
        errands, counter = stand.errands(), stand.counter()
        return await asyncio.gather(
            *(publish(errands, counter, MODEL, path, stand.notes.append) for path in paths)
        )

    links = asyncio.run(run())
    assert len(one.given) == 2
    assert len({link.url for link in links}) == 2
    assert links[0] == links[1] != links[2]


@pytest.mark.parametrize(
    ("life", "later", "times"),
    [(3600.0, 3600 - READ_WITHIN, 1), (3600.0, 3601 - READ_WITHIN, 2), (None, 10**9, 1)],
)
def test_a_link_is_used_again_while_a_vendor_has_time_to_read_it(
    stand: Stand, life: float | None, later: float, times: int
) -> None:
    """To the second; one that never dies always is."""
    one = stand.shelf("one", life=life)
    counter, fox = stand.counter(), stand.picture()
    stand.published(fox, counter=counter)
    stand.clock.at = later
    stand.published(fox, counter=counter)

    assert len(one.given) == times


def test_each_gets_the_picture_within_its_own_limits(stand: Stand) -> None:
    """A small one a copy that fits, the next the very file."""
    small = stand.shelf("small", most_bytes=40_000)
    large = stand.shelf("large")
    fox = stand.picture()
    counter = stand.counter()
    stand.published(fox, counter=counter)
    small.fails = [BROKEN]
    stand.published(fox, stand.picture("gate"), counter=counter)

    assert len(small.given[0]) <= 40_000
    assert large.given == [stand.picture("gate").read_bytes()]


def test_who_wants_to_leave_need_not_wait_for_a_publisher(stand: Stand) -> None:
    """One that takes for ever is given up at once, and hears of it."""
    ended = []

    class Slow(Shelf):
        async def publish(self, _: Path) -> Published:
            stand.stop.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("ended")
            raise AssertionError

    stand.shelves["slow"] = Slow("slow", stand.clock)
    with pytest.raises(ToolStoppedError):
        stand.published(stand.picture())

    assert ended == ["ended"]


# with Apiframe on the desk


def with_apiframe(stand: Stand, desk: Desk, act: Callable[[Counter], Any]) -> Any:
    """What ``act`` gives with Apiframe's counter."""

    async def run() -> Any:
        vendor = Apiframe(APIFRAME, desk.key, desk.url)
        try:
            return await act(Counter(APIFRAME, vendor, Pacer(stand.clock, gap=0.2)))
        finally:
            await vendor.close()

    return asyncio.run(run())


def test_a_route_with_an_upload_uses_it_and_a_picture_goes_once(stand: Stand) -> None:
    """Whatever else the user has named; six shots with one picture are one upload."""
    fox = stand.picture()

    async def six(counter: Counter) -> list[Published]:
        errands = stand.errands()
        return await asyncio.gather(
            *(publish(errands, counter, MODEL, fox, stand.notes.append) for _ in range(6))
        )

    with Desk("apiframe", size=64) as desk:
        links = with_apiframe(stand, desk, six)
        assert desk.traffic().requests["publish"] == 1
        assert len({link.url for link in links}) == 1
        assert links[0].url.startswith(desk.url)


def test_the_vendors_own_words_stand_where_its_own_upload_fails(stand: Stand) -> None:
    """A refused key is a refused key, so that the route is left alone."""
    fox = stand.picture()
    with Desk("apiframe", size=64, accounts={"afk_other_key_1": 5}) as desk:
        desk.fault(on="publish", do="status", status=401)
        with pytest.raises(KeyRefusedError):
            with_apiframe(
                stand, desk,
                lambda counter: publish(stand.errands(), counter, MODEL, fox, stand.notes.append),
            )  # fmt: skip


@pytest.mark.parametrize("in_use", [True, False])
def test_a_lent_upload_puts_pictures_where_another_route_reads_them(
    stand: Stand, in_use: bool
) -> None:
    """Through the session and at the pace of the route that the run has open, or its own."""
    fox = stand.picture()
    named = recipes(Settings(publishers=("apiframe",)))

    async def lent(counter: Counter) -> Published:
        means = Means(stand.folder, desk.environment)
        open_now = {"apiframe": counter} if in_use else {}
        (outlet,) = open_outlets(named, open_now, means, stand.clock)
        assert (outlet.pacer is counter.pacer) == in_use
        needy = Counter(NEEDY, counter.vendor, Pacer(stand.clock, gap=1.2), outlets=(outlet,))
        published = await publish(stand.errands(), needy, MODEL, fox, stand.notes.append)
        await outlet.publisher.close()
        await counter.vendor.balance()  # it is closed by nobody but its counter
        return published

    with Desk("apiframe", size=64) as desk:
        one = with_apiframe(stand, desk, lent)
        assert one.url.startswith(f"{desk.url}/uploads/")
        assert desk.traffic().requests["publish"] == 1
        assert desk.traffic().leaks == 0


def test_one_that_lacks_something_says_what_when_it_is_its_turn(stand: Stand) -> None:
    """And the next does it; nothing is hidden."""
    settings = Settings(publishers=("apiframe", "data-uri"))
    means = Means(stand.folder, {})
    outlets = open_outlets(recipes(settings), {}, means, stand.clock)
    allowed = NEEDY.with_settings({"data_uris": True})
    counter = Counter(allowed, None, Pacer(stand.clock, gap=1.2), outlets=outlets)  # type: ignore[arg-type]

    assert stand.published(stand.picture("a", 60), counter=counter)[0].startswith("data:image/png;")
    assert stand.notes == ["apiframe did not publish: There is no key for Apiframe; data-uri did"]
