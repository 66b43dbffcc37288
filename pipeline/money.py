"""Exact amounts in a named unit, and sums that keep units apart and the unknown unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Price:
    """An exact amount; ``unit`` is ``usd`` or ``credits``, ``route`` who asks it."""

    amount: Fraction
    unit: str
    route: str

    def __str__(self) -> str:
        return spell_amount(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of prices: by unit, and how many prices are not known."""

    amounts: tuple[tuple[str, Fraction], ...]
    unknown: int

    @classmethod
    def of(cls, prices: Iterable[Price | None]) -> Total:
        """Add up; ``None`` is a price nobody knows."""
        sums: dict[str, Fraction] = {}
        unknown = 0
        for price in prices:
            if price is None:
                unknown += 1
            else:
                sums[price.unit] = sums.get(price.unit, Fraction(0)) + price.amount
        return cls(tuple(sorted(sums.items())), unknown)

    @classmethod
    def added(cls, totals: Iterable[Total]) -> Total:
        """The sum of sums."""
        sums: dict[str, Fraction] = {}
        unknown = 0
        for total in totals:
            unknown += total.unknown
            for unit, amount in total.amounts:
                sums[unit] = sums.get(unit, Fraction(0)) + amount
        return cls(tuple(sorted(sums.items())), unknown)

    def __str__(self) -> str:
        parts = [spell_amount(amount, unit) for unit, amount in self.amounts if amount]
        if self.unknown:
            parts.append(f"{self.unknown} of unknown price")
        return " + ".join(parts) or "free"


FREE = "free"
_AMOUNT = re.compile(r"\$?\s*(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]*|\$)", re.ASCII)
_UNITS = {"": "usd", "$": "usd", "usd": "usd", "dollars": "usd", "credits": "credits",
          "credit": "credits"}  # fmt: skip


def parse_amount(text: str) -> tuple[str, Fraction]:
    """Read a ceiling: ``5``, ``$5``, ``5usd`` (dollars), ``800credits``; the unit and the amount.

    Raises:
        UsageError: it is none of these.
    """
    match = _AMOUNT.fullmatch(text.strip().lower())
    if match is None or match[2] not in _UNITS:
        raise UsageError(f"`{text}` is no amount.", hint="Write 5 (dollars) or 800credits.")
    return _UNITS[match[2]], Fraction(match[1])


def parse_amounts(text: str) -> dict[str, Fraction]:
    """Read ceilings by unit: an amount, or several, as totals are spelled: ``$5 + 800credits``.

    Raises:
        UsageError: one is no amount, or a unit comes twice.
    """
    amounts = [parse_amount(part) for part in text.split("+")]
    if len(dict(amounts)) < len(amounts):
        raise UsageError(f"`{text}` names a unit twice.", hint="Write $5 + 800credits.")
    return dict(amounts)


def spell_amount(amount: Fraction, unit: str) -> str:
    """``$0.70``, ``120 credits``; a fraction of a cent is shown, never rounded away."""
    if not amount:
        return FREE
    if unit == "usd":
        cents = f"{float(amount):.2f}"
        return f"${cents}" if Fraction(cents) == amount else f"${float(amount):.4f}".rstrip("0")
    return f"{float(amount):g} {unit}"
