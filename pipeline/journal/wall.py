"""Walls for money and jobs: what may still be begun. Pure; the journal asks inside a transaction.

An amount counts against the ceiling in its own unit; where there is none, against the one in USD
at its route's rate. What can be counted against no ceiling does not pass, unless allowed by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.journal.attempt import Intent
from pipeline.journal.errors import WallError
from pipeline.journal.states import Money


@dataclass(frozen=True, slots=True)
class Wall:
    """The ceilings of a run.

    Args:
        run: most money by unit for the attempts of the draft's own run.
        project: most money by unit for all attempts there ever were.
        max_jobs: most attempts of the run; those known not to have been taken do not count.
        allow_unknown_price: models and routes that may be used although nobody knows their price.
        rates: USD for one unit of a route's own, by route.
    """

    run: Mapping[str, Fraction] = field(default_factory=dict)
    project: Mapping[str, Fraction] = field(default_factory=dict)
    max_jobs: int | None = None
    allow_unknown_price: frozenset[str] = frozenset()
    rates: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """Attempts that are alike in what counts; ``amount`` is of one of them."""

    mine: bool
    money: Money
    route: str
    unit: str | None
    amount: Fraction | None
    count: int


def check_wall(wall: Wall, draft: Intent, tallies: Iterable[Tally]) -> None:
    """Let ``draft`` pass, after everything in ``tallies``.

    Raises:
        WallError: it would go over a ceiling.
    """
    all_of_them = tuple(tallies)
    mine = tuple(tally for tally in all_of_them if tally.mine)
    _check_jobs(wall.max_jobs, mine)
    _check_money("run", wall.run, wall, draft, mine)
    _check_money("project", wall.project, wall, draft, all_of_them)


def _check_jobs(most: int | None, mine: tuple[Tally, ...]) -> None:
    if most is None:
        return
    out = sum(tally.count for tally in mine if tally.money == "out")
    ended = sum(tally.count for tally in mine if tally.money in ("spent", "refunded"))
    if out + ended + 1 > most:
        raise WallError(
            "jobs", "jobs", spent=Fraction(ended), out=Fraction(out), asked=Fraction(1),
            ceiling=Fraction(most),
        )  # fmt: skip


def _check_money(
    name: str, ceilings: Mapping[str, Fraction], wall: Wall, draft: Intent, others: Iterable[Tally]
) -> None:
    if not ceilings or draft.estimate == 0:
        return
    asked = _counted(ceilings, wall.rates, draft.route, draft.unit, draft.estimate)
    unit = asked[0] if asked else min(ceilings)
    spent = out = Fraction(0)
    for tally in others:
        counted = _counted(ceilings, wall.rates, tally.route, tally.unit, tally.amount)
        if counted and counted[0] == unit:
            spent += counted[1] * tally.count if tally.money == "spent" else 0
            out += counted[1] * tally.count if tally.money == "out" else 0
    known = {"spent": spent, "out": out, "ceiling": ceilings[unit]}
    if asked is None:
        if not wall.allow_unknown_price & {draft.model, draft.route}:
            raise WallError("price", unit, asked=None, **known)
    elif spent + out + asked[1] > ceilings[unit]:
        raise WallError("run" if name == "run" else "project", unit, asked=asked[1], **known)


def _counted(
    ceilings: Mapping[str, Fraction],
    rates: Mapping[str, Fraction],
    route: str,
    unit: str | None,
    amount: Fraction | None,
) -> tuple[str, Fraction] | None:
    """The unit of the ceiling an amount counts against, and how much; none if against none."""
    if amount is None or unit is None:
        return None
    if unit in ceilings:
        return unit, amount
    if "usd" in ceilings and route in rates:
        return "usd", amount * rates[route]
    return None
