"""What a desk charged and gave back, on disk before the answer goes out.

A test that kills either side counts charges here, so this book never lies: a line stands before
anybody can know of it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, Literal

What = Literal["charge", "refund", "replay", "conflict", "reset"]

_SIGNS: dict[str, int] = {"charge": 1, "refund": -1}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book.

    ``digest`` is of the body as it came; ``asked`` of what it asks, whatever links its pictures
    had: equal in two submissions of one take. Only ``charge`` and ``refund`` move an ``amount``:
    exact, as text, in the vendor's own ``unit``.
    """

    what: What
    account: str
    amount: str = "0"
    unit: str = ""
    job: str = ""
    key: str | None = None
    digest: str = ""
    asked: str = ""
    prompt: str = ""
    seed: int | None = None
    at: float = 0.0


class Ledger:
    """The book of one desk, in memory and, given a file, on disk."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._file: IO[bytes] | None = None
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)

    def write(self, entry: Entry) -> None:
        """Add a line; when this returns it survives a power cut."""
        if self._file:
            self._file.write(json.dumps(asdict(entry)).encode() + b"\n")
            os.fsync(self._file.fileno())
        self.entries.append(entry)

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
            self._file = None


def read_ledger(path: Path) -> list[Entry]:
    """The lines of a ledger's file; a last line that was cut off had not happened.

    Raises:
        OSError: it cannot be read.
        ValueError: a line in its middle is no entry.
    """
    lines = path.read_bytes().split(b"\n")[:-1]
    return [Entry(**json.loads(line)) for line in lines]


def total(entries: Iterable[Entry]) -> Fraction:
    """What was kept of one unit: charges less refunds.

    Raises:
        ValueError: they are in several units.
    """
    moved = [entry for entry in entries if entry.what in _SIGNS]
    if len(units := sorted({entry.unit for entry in moved})) > 1:
        raise ValueError(f"a sum of {' and '.join(units)} says nothing")
    return sum((_SIGNS[entry.what] * Fraction(entry.amount) for entry in moved), Fraction(0))


def charges(entries: Iterable[Entry]) -> Counter[str]:
    """By what was asked, how often it was charged and not given back."""
    count: Counter[str] = Counter()
    for entry in entries:
        count[entry.asked] += _SIGNS.get(entry.what, 0)
    return +count
