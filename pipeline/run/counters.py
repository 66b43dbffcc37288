"""Opens what a run needs to order through routes: journal, keys, vendors, pacers; and closes it."""

from __future__ import annotations

import contextlib
import functools
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import NotConnectedError
from pipeline.ids import TakeKey
from pipeline.journal.attempt import Attempt
from pipeline.journal.journal import Journal
from pipeline.keys import access_to
from pipeline.models.abilities import Route
from pipeline.models.catalog import models, route_as_set, routes
from pipeline.plan.facts import Ordered, Usable
from pipeline.plan.step import Fetch, Plan
from pipeline.publishers.interface import Means
from pipeline.publishers.registry import recipes
from pipeline.run.budget import Budget
from pipeline.run.clock import Clock
from pipeline.run.errands import Counter, Errands
from pipeline.run.handing_over import closed_by
from pipeline.run.ordering import Ordering
from pipeline.run.outlets import Outlet, open_outlets
from pipeline.run.outside import Outside
from pipeline.run.pacer import Pacer
from pipeline.run.paying import Paying, words_of
from pipeline.run.publishable import pictures_reach
from pipeline.settings import Settings
from pipeline.store.store import Store
from pipeline.vendors.errors import KeyRefusedError
from pipeline.vendors.registry import VENDORS, vendor_for
from pipeline.vendors.trust import check_network


@dataclass(frozen=True)
class Ground:
    """Where a run's money is looked after.

    Args:
        root: the project, for its ``.env``.
        journal: the journal's file.
        environment: the process's.
        settings: the user's, for what a vendor leaves open.
    """

    root: Path
    journal: Path
    environment: Mapping[str, str]
    settings: Settings = Settings()  # noqa: RUF009 - frozen


def routes_needed(plan: Plan) -> tuple[str, ...]:
    """The routes the plan's paid steps order through."""
    ordering = (step for step in plan.to_run if not isinstance(step.action, Fetch))
    paid = (step for step in ordering if not models()[step.shot.model].built_in)
    return tuple(dict.fromkeys(step.route for step in paid if step.route))


def routes_of_a_run(plan: Plan, ground: Ground, board: str) -> tuple[str, ...]:
    """The routes a run opens: the plan's; and others where their key is here.

    Those are the ones asked next, those of the board's own jobs that are out, and of jobs whose
    clips are to be fetched again.
    """
    needed = routes_needed(plan)
    older = {step.fetch.route for step in plan.to_run if step.fetch}
    older |= {route for step in plan.to_run for route in step.others}
    if ground.journal.exists():
        with Journal(ground.journal, look=True) as looked:
            older |= {attempt.route for attempt in looked.live() if attempt.board == board}
    usable = (name for name in sorted(older) if name in VENDORS and _has_key(name, ground))
    return tuple(dict.fromkeys((*needed, *usable)))


def usable_routes(root: Path, environment: Mapping[str, str], settings: Settings) -> Usable:
    """Whether a route can be ordered through from here.

    It is connected, its key is here, and local pictures can get to it where there are any.
    """
    reach = pictures_reach(settings, Means(root, environment))

    @functools.cache
    def usable(name: str, *, pictures: bool) -> bool:
        here = name in VENDORS and access_to(routes()[name], root, environment).key is not None
        return here and (not pictures or reach(name))

    return usable


def _has_key(name: str, ground: Ground) -> bool:
    return access_to(routes()[name], ground.root, ground.environment).key is not None


def refuse_unconnected(plan: Plan) -> None:
    """Tell before anything is made that a shot's model cannot be had.

    Raises:
        NotConnectedError: it cannot.
    """
    for step in plan.to_run:
        shot, route = step.shot, step.route
        if models()[shot.model].built_in or isinstance(step.action, Fetch):
            continue
        if route is None or route not in VENDORS:
            through = f"through {route}" if route else "by any of its routes"
            raise NotConnectedError(
                f"{shot.id} cannot be ordered {through} from this version of storyreel.",
                details="Nothing was ordered.",
                hint=f"Name a connected route ({', '.join(VENDORS)}) in the board's `routes`, or "
                "make the film with the free animatic: storyreel render --draft.",
            )


@contextlib.asynccontextmanager
async def paying(
    ground: Ground,
    names: Collection[str],
    *,
    board: str,
    store: Store,
    budget: Budget,
    stop: threading.Event,
    outside: Outside | None = None,
) -> AsyncIterator[Paying]:
    """Open the routes ``names`` for a run of ``board``.

    Raises:
        KeyRefusedError: a key is missing; which variable it belongs in is said.
        JournalError: the journal cannot be opened; nothing is ordered.
    """
    outside = outside or Outside()
    clock = outside.clock
    ground.journal.parent.mkdir(parents=True, exist_ok=True)
    with outside.journal(ground.journal, clock=clock.date) as journal:
        counters = {name: _counter(name, ground, clock) for name in names}
        outlets = _open_outlets(counters, ground, clock)
        errands = Errands(journal, store, clock, stop)
        ordering = Ordering(errands, counters, budget.wall, budget.retry_failed)
        try:
            yield Paying(ordering, run=uuid.uuid4().hex, board=board)
        finally:
            for outlet in outlets:
                await outlet.publisher.close()
            for counter in counters.values():
                await counter.vendor.close()


def refuse_without_keys(plan: Plan, ground: Ground) -> None:
    """Tell before anybody is asked to agree that a key of the plan's routes is missing.

    Raises:
        KeyRefusedError: it is; which variable it belongs in is said.
        SettingsError: a variable for proxies or certificates holds none, or a route's own
            settings mean nothing.
    """
    needed = routes_needed(plan)
    for name in needed:
        _key_of(route_as_set(name, ground.settings.routes), ground)
    if needed:
        check_network(ground.environment)


def _counter(name: str, ground: Ground, clock: Clock) -> Counter:
    route = route_as_set(name, ground.settings.routes)
    key, base_url = _key_of(route, ground)
    vendor = vendor_for(route, key, base_url)
    return Counter(route, vendor, Pacer(clock, gap=60.0 / route.requests_per_minute))


def _open_outlets(
    counters: Mapping[str, Counter], ground: Ground, clock: Clock
) -> tuple[Outlet, ...]:
    """The user's publishers, for the routes that have no upload of their own."""
    needy = [counter for counter in counters.values() if counter.route.upload is None]
    if not needy:
        return ()
    means = Means(ground.root, ground.environment)
    outlets = open_outlets(recipes(ground.settings), counters, means, clock)
    for counter in needy:
        counter.outlets = tuple(one for one in outlets if one.publisher.takes(counter.route))
    return outlets


def _key_of(route: Route, ground: Ground) -> tuple[str, str]:
    access = access_to(route, ground.root, ground.environment)
    if access.key is None:
        raise KeyRefusedError(
            f"There is no key for {route.title}.",
            details="Nothing was ordered.",
            hint=f"Set {access.key_variable} in your environment, or in a .env that git ignores.",
        )
    return access.key, access.base_url


def ordered_by(attempts: Iterable[Attempt]) -> Callable[[TakeKey], Ordered | None]:
    """How each take of a journal stands, by all its attempts, oldest first."""
    known: dict[TakeKey, list[Attempt]] = {}
    for attempt in attempts:
        known.setdefault(attempt.key, []).append(attempt)

    def ordered(key: TakeKey) -> Ordered | None:
        return _as_ordered(known[key]) if key in known else None

    return ordered


def _as_ordered(attempts: Sequence[Attempt]) -> Ordered | None:
    attempt = attempts[-1]
    words, route = words_of(attempt), attempt.route
    match attempt.state:
        case "sending" | "submitted" | "running" | "succeeded":
            return Ordered("out", words, route=route)
        case "uncertain" | "lost":
            return Ordered("uncertain", words, route=route)
        case "failed" | "refused" | "cancelled":
            return Ordered("ended", words, route=route, closed=closed_by(attempts))
        case "fetched" | "committed":
            return Ordered("had", words, attempt.clip, route)
        case _:  # nothing was sent, or a person settled it
            return None
