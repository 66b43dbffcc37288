"""Who may ask, how often, and with how much money."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.desk.clock import Clock
from pipeline.desk.options import Options

MINUTE = 60.0


@dataclass(slots=True)
class Account:
    """One key and its team.

    ``money`` is in the vendor's unit; ``ends`` are when its jobs under way end, soonest first.
    """

    key: str
    money: Fraction
    active: bool = True
    ends: list[float] = field(default_factory=list)
    asked: deque[float] = field(default_factory=deque)

    def start_of(self, now: float, most: int | None) -> float:
        """When a job taken ``now`` begins: at once, or when one of the ``most`` ends."""
        while self.ends and self.ends[0] <= now:
            heapq.heappop(self.ends)
        if most is None or len(self.ends) < most:
            return now
        return heapq.heappop(self.ends)

    def occupy(self, end: float) -> None:
        """Note that a job is under way until ``end``."""
        heapq.heappush(self.ends, end)

    def wait(self, now: float, most: int | None) -> float:
        """How long a request must wait, 0 if it may come now; it is then counted."""
        if most is None:
            return 0.0
        while self.asked and self.asked[0] <= now - MINUTE:
            self.asked.popleft()
        if len(self.asked) >= most:
            return self.asked[0] + MINUTE - now
        self.asked.append(now)
        return 0.0


class Accounts:
    """The accounts of a desk, by key."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """As on the first day."""
        self.by_key = {key: Account(key, amount) for key, amount in self._options.accounts.items()}
        for key in self._options.inactive:
            self.by_key[key] = Account(key, Fraction(0), active=False)

    def wait(self, account: Account) -> float:
        """How long this request must wait."""
        return account.wait(self._clock.now(), self._options.most_requests)
