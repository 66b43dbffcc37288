"""``doctor --online --probe ROUTE``: one paid job, to learn how a vendor really speaks.

The job goes through the journal as every other does, under a key of its own: whatever interrupts
it, the next probe goes on with the job that is out, and nothing is paid for twice.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import say
from pipeline.cli.finding import Finding
from pipeline.cli.interrupt import stop_on_interrupt
from pipeline.cli.probe_record import Record
from pipeline.errors import StoryreelError, ToolStoppedError, UsageError
from pipeline.files import digest_of_bytes
from pipeline.ids import TakeKey
from pipeline.models.abilities import Model, Route
from pipeline.models.catalog import models, route_as_set
from pipeline.places import PROBE
from pipeline.settings import Settings, environment

if TYPE_CHECKING:
    from pipeline.journal.attempt import Attempt
    from pipeline.run.events import Event
    from pipeline.run.submitting import Job

_PROMPT = "A paper boat drifts across a still pond at dawn. Static camera."
_SECONDS, _RESOLUTION, _ASPECT, _SEED = Fraction(3), "720p", "16:9", 4711


@dataclass(frozen=True, slots=True)
class _Probe:
    """The one job: 3 s of 720p from words alone."""

    route: Route
    model: Model

    @property
    def seed(self) -> int | None:
        return _SEED if self.model.seeds else None

    @property
    def seconds(self) -> Fraction:
        """What is asked and billed."""
        return self.model.durations.round_up(_SECONDS)

    @property
    def price(self) -> tuple[Fraction | None, str | None]:
        """The amount and its unit; none where nobody knows."""
        price = self.route.serves[self.model.name].price
        if price is None or _RESOLUTION not in price.per_second:
            return None, None
        return price.per_second[_RESOLUTION] * self.seconds, price.unit

    @property
    def fields(self) -> dict[str, str]:
        """What the clip is of; the route is part of it, so that no board's shot is the same."""
        return {
            "probe": self.route.name,
            "model": f"{self.model.name} {self.model.version}",
            "mode": "text",
            "prompt": json.dumps([_PROMPT]),
            "seed": "" if self.seed is None else str(self.seed),
            "duration": f"{float(self.seconds):g}s",
            "resolution": _RESOLUTION,
            "aspect": _ASPECT,
        }

    @property
    def key(self) -> TakeKey:
        """A key that no shot has."""
        from pipeline.plan.request import SCHEME, canonical

        return TakeKey(f"k{SCHEME}-{digest_of_bytes(canonical(self.fields))[:40]}")


def probe(name: str, root: Path, settings: Settings, *, yes: bool) -> Finding:
    """Make the probe's job, or go on with the one that is out; what came of it.

    Raises:
        UsageError, NotConnectedError, KeyRefusedError: the route cannot be asked.
        NotAgreedError: nobody agreed to its price.
        ToolStoppedError: Ctrl-C; the job stays in the journal.
        StoryreelError: there is no clip; what is known of the money is said.
    """
    one = _probe_of(name, settings)
    journal = root / "output" / "journal.db"
    _refuse_without_key(one.route, root)
    out = _out(journal, one.key)
    if out is None:
        _agree(one, yes=yes)
    else:
        say(f"a probe's job is out at {one.route.title}: going on with it, nothing is ordered")
    date = dt.datetime.fromtimestamp(out.t_intent, dt.UTC) if out else dt.datetime.now(dt.UTC)
    record = Record.begun(one.route, one.model, date)
    with stop_on_interrupt() as stop:
        try:
            attempt = asyncio.run(_ordered(one, root, journal, settings, stop, record))
        except StoryreelError as error:
            record.ended(error=type(error).__name__)
            if isinstance(error, ToolStoppedError):
                say("the job stays out; the same command goes on with it")
            say(f"what came so far is in {record.path}")
            raise
    return _finding(one, attempt, record)


def _probe_of(name: str, settings: Settings) -> _Probe:
    from pipeline.vendors.registry import VENDORS

    if name not in VENDORS:
        raise UsageError(
            f"`{name}` is no route that can be probed.", hint=f"Use one of: {', '.join(VENDORS)}."
        )
    route = route_as_set(name, settings.routes)
    able = (models()[model] for model in route.serves)
    fitting = (
        model
        for model in able
        if "text" in model.modes and _RESOLUTION in (model.resolutions or (_RESOLUTION,))
    )
    model = next(fitting, None)
    if model is None:
        raise UsageError(f"{route.title} serves no model that makes 720p from words.")
    return _Probe(route, model)


def _refuse_without_key(route: Route, root: Path) -> None:
    from pipeline.keys import access_to
    from pipeline.vendors.errors import KeyRefusedError

    access = access_to(route, root, environment())
    if access.key is None:
        raise KeyRefusedError(
            f"There is no key for {route.title}.",
            details="Nothing was ordered.",
            hint=f"Set {access.key_variable} in your environment, or in a .env that git ignores.",
        )


def _out(journal: Path, key: TakeKey) -> Attempt | None:
    """The probe's attempt that may have been charged, if one is out."""
    from pipeline.journal.journal import Journal

    if not journal.exists():
        return None
    with Journal(journal, look=True) as looked:
        live = looked.live_for(key)
    return live if live and live.state != "intent" else None


def _agree(one: _Probe, *, yes: bool) -> None:
    """Ask before money is spent.

    Raises:
        NotAgreedError: somebody said no, or nobody is there to ask and ``--yes`` was not said.
    """
    from pipeline.money import spell_amount
    from pipeline.run.budget import NotAgreedError

    amount, unit = one.price
    price = spell_amount(amount, unit) if amount is not None and unit else "an unknown price"
    length = f"{float(one.seconds):g} s, {_RESOLUTION}"
    asked = f"One job of {one.model.title} ({length}) is ordered at {one.route.title}, for {price}."
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotAgreedError(
            asked,
            details="Nobody is at a terminal to agree; nothing was ordered.",
            hint=f"Say it: storyreel doctor --online --probe {one.route.name} --yes.",
        )
    if not click.confirm(f"{asked} Order it?", default=False, err=True):
        raise NotAgreedError(asked, details="You said no; nothing was ordered.")


async def _ordered(
    one: _Probe,
    root: Path,
    journal: Path,
    settings: Settings,
    stop: threading.Event,
    record: Record,
) -> Attempt:
    from pipeline.cli.purse import Purse
    from pipeline.media.probe import probe as measure
    from pipeline.run.counters import Ground, paying
    from pipeline.store.store import Store
    from pipeline.vendors.listening import listening

    budget = Purse(allowed=(one.route.name,)).budget(settings)
    store = Store(settings.store or root / "output" / "store", measure=measure)
    ground = Ground(root, journal, environment(), settings)
    outside = click.get_current_context().obj
    opened = paying(
        ground, (one.route.name,), board=PROBE, store=store, budget=budget, stop=stop,
        outside=outside,
    )  # fmt: skip
    async with opened as away:
        with listening(record.hear, bodies=Record.most):
            attempt = await away.ordering.attempt_for(_job(one, away.run), _tell)
        if attempt.state == "fetched":  # no lock will ever name it
            attempt = await away.ordering.errands.move(attempt, "committed", "a probe's")
        return attempt


def _job(one: _Probe, run: str) -> Job:
    from pipeline.journal.attempt import Intent
    from pipeline.run.submitting import Job
    from pipeline.vendors.interface import Asked

    amount, unit = one.price
    intent = Intent(
        run=run,
        key=one.key,
        board=PROBE,
        shot=one.route.name,
        model=one.model.name,
        route=one.route.name,
        mode="text",
        fields=one.fields,
        seconds=one.seconds,
        unit=unit,
        estimate=amount,
        seed=one.seed,
        again=True,  # another probe is another job, once the one before has ended
    )
    asked = Asked(one.model.name, "text", _PROMPT, one.seed, one.seconds, _RESOLUTION, _ASPECT, ())
    return Job(intent, (), lambda _: asked)


def _tell(event: Event) -> None:
    from pipeline.cli.progress import words_for

    if words := words_for(event):
        say(words)


def _finding(one: _Probe, attempt: Attempt, record: Record) -> Finding:
    from pipeline.run.collecting import price_words

    told: Mapping[str, Any] = {
        "price_told": attempt.cost is not None,
        "price": price_words(attempt),
        "clip": attempt.clip is not None,
    }
    record.ended(**told)
    text = f"{one.route.title} made clip {(attempt.clip or '')[:8]} for {price_words(attempt)}"
    fix = f"How it spoke is in {record.path}: read it through, and attach it to a report."
    if record.lost:
        fix = f"How it spoke could not be written down: {record.lost}."
    return Finding("probe", "warn" if record.lost else "ok", text, fix)
