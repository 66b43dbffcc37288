"""What came in to a desk, and what it read elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stranger:
    """A request that came to the desk's other host, with all its headers."""

    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Traffic:
    """What came in: requests by verb; links read with a key that is none of their business.

    ``pictures`` are the links the vendor itself read, in order.
    """

    requests: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    leaks: int = 0
    strangers: list[Stranger] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
