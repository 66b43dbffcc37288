"""What went and what is out, by month, board and route; units apart, the unknown unknown. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pipeline.journal.wall import Tally
from pipeline.money import Total


@dataclass(frozen=True, slots=True)
class Place:
    """Where money went: ``month`` is ``2026-02``, in UTC, of the posting."""

    month: str
    board: str
    route: str


@dataclass(frozen=True, slots=True)
class Spending:
    """What went in one place.

    ``spent`` is of attempts that ended, ``out`` of live ones (their price is held back until the
    end is known); ``doubtful`` is the part of both of which nobody knows whether it was charged.
    What was never charged, or was refunded, is in none. ``takes`` counts the attempts in ``spent``.
    """

    place: Place
    spent: Total
    out: Total
    doubtful: Total
    takes: int


@dataclass(frozen=True, slots=True)
class Spent:
    """All places, sorted, and their sums."""

    lines: tuple[Spending, ...]
    spent: Total
    out: Total
    doubtful: Total


@dataclass(frozen=True, slots=True)
class Share:
    """Alike attempts of one place; ``doubtful`` where nobody knows whether they were charged."""

    place: Place
    doubtful: bool
    tally: Tally


def spent_of(shares: Iterable[Share]) -> Spent:
    """Sum up."""
    counted = [share for share in shares if share.tally.money in ("spent", "out")]
    by_place: dict[Place, list[Share]] = {}
    for share in counted:
        by_place.setdefault(share.place, []).append(share)
    whole = _line(Place("", "", ""), counted)
    lines = tuple(_line(place, by_place[place]) for place in sorted(by_place, key=_order))
    return Spent(lines, whole.spent, whole.out, whole.doubtful)


def _order(place: Place) -> tuple[str, str, str]:
    return place.month, place.board, place.route


def _line(place: Place, shares: Iterable[Share]) -> Spending:
    spent = [share.tally for share in shares if share.tally.money == "spent"]
    out = [share.tally for share in shares if share.tally.money == "out"]
    doubtful = [share.tally for share in shares if share.doubtful]
    takes = sum(tally.count for tally in spent)
    return Spending(place, _total(spent), _total(out), _total(doubtful), takes)


def _total(tallies: Iterable[Tally]) -> Total:
    """A sum as ``money.py`` makes them, of alike attempts at once."""
    sums: dict[str, Fraction] = {}
    unknown = 0
    for tally in tallies:
        if tally.amount is None or tally.unit is None:
            unknown += tally.count
        else:
            sums[tally.unit] = sums.get(tally.unit, Fraction(0)) + tally.amount * tally.count
    return Total(tuple(sorted(sums.items())), unknown)
