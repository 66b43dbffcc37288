"""A clock for tests of what waits. ``from waiting import Clock``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass
class Clock:
    """Time that passes only where somebody waits."""

    at: float = 0.0

    def now(self) -> float:
        return self.at

    date = now

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        await asyncio.sleep(0)
