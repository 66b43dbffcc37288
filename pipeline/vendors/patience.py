"""How long to wait for a vendor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and for how many at once."""

    connect: float = 15.0
    read: float = 60.0
    write: float = 60.0
    whole: float = 180.0
    """For one exchange in all: an answer that trickles in must end too."""
    keep_alive: float = 120.0
    """httpx's own 5 s would shake hands anew for every poll."""
    at_once: int = 10
    """Requests under way; more wait here, for httpx's pool is slow with a queue in it.

    Its work for each request grows with the square of its connections: measured 2.3 ms of CPU a
    poll with 20, 1.4 ms with 10; ten carry more than any vendor allows.
    """
