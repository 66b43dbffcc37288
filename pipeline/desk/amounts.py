"""Amounts of a vendor's unit, exact: as text in the book, as numbers where a vendor tells them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def spelled(amount: Fraction) -> str:
    """``72``, ``0.84``; a fraction that has no end as a decimal stays a fraction, ``1/3``."""
    text = f"{Decimal(amount.numerator) / Decimal(amount.denominator):f}"
    return text if Fraction(text) == amount else str(amount)


def as_number(amount: Fraction) -> int | float:
    """As JSON has it: a whole number where it is one."""
    return int(amount) if amount.denominator == 1 else float(amount)
