"""A publisher in use: its pace, the links it has given in this run, and whether it failed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.errors import StoryreelError
from pipeline.ids import Digest
from pipeline.models.abilities import Route, Upload
from pipeline.publishers.interface import Means, Publisher, Recipe, UnpublishedError
from pipeline.publishers.lent import Lending
from pipeline.run.clock import Clock
from pipeline.run.pacer import Pacer
from pipeline.vendors.interface import Published, Vendor


@dataclass
class Outlet:
    """One publisher of a run.

    ``failed`` is true while its last picture did not get through, ``told`` once that was said.
    ``links`` are what it gave, by the digest of what was sent; ``turns`` keep one picture of two
    shots from being sent twice at once.
    """

    publisher: Publisher
    pacer: Pacer
    failed: bool = False
    told: bool = False
    links: dict[Digest, Published] = field(default_factory=dict)
    turns: dict[Digest, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


class InUse(Protocol):
    """A route that the run has open."""

    vendor: Vendor
    pacer: Pacer


@dataclass(frozen=True)
class _Lacking:
    """A publisher that the user named and that cannot work here: it says so when it is asked."""

    recipe: Recipe
    why: StoryreelError

    @property
    def name(self) -> str:
        return self.recipe.name

    def takes(self, route: Route) -> Upload | None:
        return self.recipe.takes(route)

    async def publish(self, picture: Path) -> Published:  # noqa: ARG002 - the port's
        why = self.why
        raise UnpublishedError(why.brief, details=why.details, hint=why.hint)

    async def close(self) -> None:
        pass


def open_outlets(
    recipes: Iterable[Recipe], routes: Mapping[str, InUse], means: Means, clock: Clock
) -> tuple[Outlet, ...]:
    """The user's publishers, in order. A route that lends its upload and is in use keeps its pace.

    Args:
        recipes: what the user named.
        routes: the routes of the run, by name.
        means: the user's.
        clock: the run's.
    """
    return tuple(_outlet(recipe, routes, means, clock) for recipe in recipes)


def _outlet(recipe: Recipe, routes: Mapping[str, InUse], means: Means, clock: Clock) -> Outlet:
    if isinstance(recipe, Lending) and (lender := routes.get(recipe.name)):
        return Outlet(recipe.shared(lender.vendor), lender.pacer)
    pacer = Pacer(clock, gap=recipe.gap)
    try:
        return Outlet(recipe.made(means), pacer)
    except StoryreelError as error:
        return Outlet(_Lacking(recipe, error), pacer)
