"""A vendor's answer, and reading it without trusting it. Pure."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.vendors.errors import UnreadableError

_MOST_NUMBER = 10**12  # a price or a percentage beyond it is none


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer, read to its end or until it broke.

    ``said`` is how its body begins, fit to be shown; ``broken`` why the body is not whole.
    """

    who: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    said: str
    broken: str | None = None

    @property
    def request_id(self) -> str | None:
        """The vendor's own name for the exchange, for its support."""
        named = self.headers.get("x-request-id", "")[:100]
        return named if named.isprintable() and named else None

    @property
    def retry_after(self) -> float | None:
        """How many seconds the vendor wants to be left alone, if it says so."""
        return seconds_until(self.headers.get("retry-after"), self.headers.get("date"))

    def fields(self, *, charged: bool) -> dict[str, Any]:
        """The body as a JSON object; numbers with a point are ``Decimal``.

        ``charged`` says whether what was asked may have cost money.

        Raises:
            UnreadableError: it is broken, no JSON, or no object.
        """
        if self.broken:
            raise self.unreadable(self.broken, charged=charged)
        try:
            document = json.loads(self.body, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError, ArithmeticError):
            raise self.unreadable(self._instead(), charged=charged) from None
        if not isinstance(document, dict):
            raise self.unreadable("it is no JSON object", charged=charged)
        return document

    def unreadable(self, why: str, *, charged: bool) -> UnreadableError:
        """The error for an answer that is not what is documented."""
        return UnreadableError(
            f"{self.who} answered something that cannot be read: {why}.",
            details=f"HTTP {self.status}: {self.said}" if self.said else f"HTTP {self.status}",
            charged="maybe" if charged else "no",
            request_id=self.request_id,
        )

    def _instead(self) -> str:
        start = self.body[:200].lstrip().lower()
        if not start:
            return "it is empty"
        return "it is a web page" if start.startswith(b"<") else "it is no JSON"


def number(value: object) -> Fraction | None:
    """A JSON number as an exact amount; ``None`` for anything else, or one beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    small = -_MOST_NUMBER <= value <= _MOST_NUMBER
    # 1e-999999 is small too, and as a fraction it would fill the memory
    if not small or (isinstance(value, Decimal) and int(value.as_tuple().exponent) < -30):
        return None
    return Fraction(value)


def text(value: object) -> str | None:
    """A JSON text that says something."""
    return value if isinstance(value, str) and value.strip() else None


def seconds_until(retry_after: str | None, date: str | None) -> float | None:
    """Read ``Retry-After``: seconds, or a date, told from the answer's own ``Date``."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _between(date, retry_after)
    return seconds if 0 <= seconds < float("inf") else None


def _between(earlier: str | None, later: str) -> float:
    try:
        then = email.utils.parsedate_to_datetime(later)
        now = email.utils.parsedate_to_datetime(earlier or "")
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or only one of them with a zone
        return float("nan")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
