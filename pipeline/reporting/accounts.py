"""What a film cost: by the journal where this machine paid, else by the lock that travels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.ids import Digest
from pipeline.money import FREE, Price, Total, parse_amounts
from pipeline.plan.take import ADOPTED, Lock, Take
from pipeline.planned import PlannedFilm
from pipeline.reporting.told import SpentTold

if TYPE_CHECKING:
    from pipeline.journal.spending import Spent

BY_JOURNAL = "journal"
BY_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Sums by route, as words; ``days`` is when each bought clip was made, in UTC."""

    lines: tuple[SpentTold, ...]
    total: str
    kept_by: str
    free_takes: int
    days: Mapping[Digest, str]

    @classmethod
    def of(cls, planned: PlannedFilm) -> Accounts:
        """The accounts of a board, or of its draft, which pays nobody.

        Raises:
            JournalError: the journal cannot be read.
        """
        free = sum(_is_free(take) for take in _takes(planned.lock))
        if planned.draft or not planned.places.journal.exists():
            return cls(*_by_lock(planned.lock), BY_LOCK, free, {})
        from pipeline.journal.journal import Journal

        with Journal(planned.places.journal, look=True) as journal:
            spent, attempts = journal.spent(), journal.all()
        mine = [a for a in attempts if a.board == planned.board.name]
        days = {a.clip: _day(a.t_done) for a in mine if a.clip and a.t_done}
        if not any(line.place.board == planned.board.name for line in spent.lines):
            return cls(*_by_lock(planned.lock), BY_LOCK, free, days)
        return cls(*_by_journal(spent, planned.board.name), BY_JOURNAL, free, days)


def _by_journal(spent: Spent, board: str) -> tuple[tuple[SpentTold, ...], str]:
    """A line for each route, over all months."""
    mine = [line for line in spent.lines if line.place.board == board]
    lines = []
    for route in sorted({line.place.route for line in mine}):
        here = [line for line in mine if line.place.route == route]
        sums = (Total.added(getattr(line, name) for line in here) for name in _KINDS)
        lines.append(SpentTold(route, sum(line.takes for line in here), *map(_words, sums)))
    return tuple(lines), _words(Total.added(line.spent for line in mine))


_KINDS = ("spent", "out", "doubtful")


def _by_lock(lock: Lock) -> tuple[tuple[SpentTold, ...], str]:
    """A line for each route whose takes the lock has; an unreadable price is an unknown one."""
    paid: dict[str, list[Take]] = {}
    for take in _takes(lock):
        if take.route and not _is_free(take) and take.route != ADOPTED:
            paid.setdefault(take.route, []).append(take)
    sums = {route: Total.of(_prices(takes)) for route, takes in paid.items()}
    lines = (
        SpentTold(route, len(paid[route]), _words(sums[route]), "", "") for route in sorted(paid)
    )
    return tuple(lines), _words(Total.added(sums.values()))


def _prices(takes: list[Take]) -> list[Price | None]:
    prices: list[Price | None] = []
    for take in takes:
        try:
            amounts = parse_amounts(take.price or "")
        except UsageError:
            prices.append(None)
            continue
        prices += [Price(amount, unit, take.route or "") for unit, amount in amounts.items()]
    return prices


def _words(total: Total) -> str:
    """A sum of money that went; "free" is no word for none."""
    there = total.unknown or any(amount for _, amount in total.amounts)
    return str(total) if there else ""


def _takes(lock: Lock) -> list[Take]:
    return [take for block in lock.shots.values() for take in block.takes]


def _is_free(take: Take) -> bool:
    return take.price in (None, FREE) and take.route is None


def _day(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%d")
