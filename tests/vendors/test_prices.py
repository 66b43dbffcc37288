"""What the plan says a shot costs is what the vendor's own book takes, to the unit."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import stories
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.desk.server import Desk
from pipeline.models.catalog import models, routes
from pipeline.plan.request import request_for
from pipeline.plan.step import Step
from pipeline.run.paying import asked
from pipeline.vendors.apiframe import Apiframe
from pipeline.vendors.registry import vendor_for

NEVER = {"do": "never"}  # no clip is made: only the money counts here
ROUTES = ("apiframe", "empiriolabs")
MODEL = models()["happyhorse-1.1"]
NUMBER = itertools.count(1)
BOARD = """\
storyboard: 1
title: Money
format: {{fps: 24}}
references: {{{named}}}
shots:
  - {{id: sh010, prompt: "a fox", model: happyhorse-1.1, routes: [{route}], duration: {length},
     resolution: {size}, aspect: "{aspect}"{pictures}}}
"""


@dataclass
class Ground:
    """Both vendors' desks, a folder with nine pictures, and where each can be read."""

    desks: dict[str, Desk]
    folder: Path
    links: tuple[str, ...]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Two desks with money for a year."""
    folder = tmp_path_factory.mktemp("money")
    (folder / "refs").mkdir()
    for place in range(9):
        picture = Image.new("RGB", (500, 400), (place * 25, 80, 120))
        picture.save(folder / "refs" / f"p{place}.png")
    plenty: dict[str, Any] = {"size": 64, "most_requests": None, "rules": [NEVER]}
    with (
        Desk("apiframe", accounts={"afk_rich": 10**8}, **plenty) as first,
        Desk("empiriolabs", accounts={"sk-empiriolabs-rich": 10**6}, **plenty) as second,
    ):
        yield Ground({"apiframe": first, "empiriolabs": second}, folder, published(first, folder))


def published(desk: Desk, folder: Path) -> tuple[str, ...]:
    async def uploaded() -> tuple[str, ...]:
        vendor = Apiframe(routes()["apiframe"], desk.key, desk.url)
        try:
            paths = sorted((folder / "refs").iterdir())
            return tuple([(await vendor.publish(path)).url for path in paths])
        finally:
            await vendor.close()

    return asyncio.run(uploaded())


def planned(
    ground: Ground, route: str, *, length: str, size: str, aspect: str = "16:9", pictures: int = 0
) -> Step:
    """The plan's step for a shot; ``pictures`` are references, or a first frame where it is -1."""
    names = [f"p{place}" for place in range(max(pictures, 0))]
    uses = f", references: [{', '.join(names)}]" if names else ""
    if pictures < 0:
        uses = ", first_frame: refs/p0.png"
    named = ", ".join(f"{name}: {{image: refs/{name}.png, description: x}}" for name in names)
    board = BOARD.format(
        named=named, route=route, length=length, size=size, aspect=aspect, pictures=uses
    )
    step: Step
    (step,) = stories.plan_of(stories.film_of(board, ground.folder)).steps
    return step


def charged(ground: Ground, step: Step) -> tuple[Fraction, str]:
    """What the vendor's book says after the step's request was posted."""
    route = step.route or ""
    desk, data = ground.desks[route], routes()[route]
    request = request_for(step.shot, lambda source: source.digest)  # type: ignore[union-attr]

    async def posted() -> None:
        vendor = vendor_for(data, desk.key, desk.url)
        try:
            wish = asked(request, route, ground.links[: len(step.shot.sources)])
            await vendor.submit(vendor.body(wish), f"k1-{next(NUMBER)}.1")
        finally:
            await vendor.close()

    before = len(desk.ledger())
    asyncio.run(posted())
    (entry,) = desk.ledger()[before:]
    assert entry.what == "charge"
    return Fraction(entry.amount), entry.unit


def same(ground: Ground, step: Step) -> None:
    assert step.price
    assert charged(ground, step) == (step.price.amount, step.price.unit)


def price_of_a_second(route: str, size: str) -> Fraction:
    price = routes()[route].serves[MODEL.name].price
    assert price
    return price.per_second[size]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("size", MODEL.resolutions or ())
@pytest.mark.parametrize("pictures", [0, -1, 2], ids=["text", "first frame", "references"])
def test_every_mode_size_and_length_costs_what_the_plan_says(
    ground: Ground, route: str, size: str, pictures: int
) -> None:
    """Each whole length the model makes, in each mode and size, through both vendors."""
    for seconds in range(int(MODEL.durations.least), int(MODEL.durations.most) + 1):
        step = planned(ground, route, length=f"{seconds}s", size=size, pictures=pictures)
        assert step.route == route
        assert step.price
        assert step.price.amount == seconds * price_of_a_second(route, size)
        same(ground, step)


@pytest.mark.parametrize("route", ROUTES)
@settings(max_examples=20, deadline=None)
@example(frames=108, size="1080p", pictures=0, aspect="16:9")  # 4.5 s are billed as 5
@example(frames=1, size="720p", pictures=0, aspect="1:1")
@example(frames=359, size="720p", pictures=9, aspect="9:16")
@given(
    frames=st.integers(1, 360),
    size=st.sampled_from(MODEL.resolutions or ()),
    pictures=st.integers(-1, 9),
    aspect=st.sampled_from(MODEL.aspects or ()),
)
def test_a_length_between_two_is_billed_as_the_longer_by_both(
    ground: Ground, route: str, frames: int, size: str, pictures: int, aspect: str
) -> None:
    """Whatever the frames, pictures and aspect: the plan and the book agree to the unit."""
    if route == "apiframe" and pictures == 1:
        pictures = 2  # one alone would be a first frame there, and check says so
    step = planned(ground, route, length=f"{frames}f", size=size, aspect=aspect, pictures=pictures)

    same(ground, step)
    longer = max(-(-frames // 24), int(MODEL.durations.least))
    assert step.shot.asked == longer
