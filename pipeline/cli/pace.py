"""How long something that is counted will still take, by how fast it went lately."""

from __future__ import annotations

from collections import deque

WINDOW = 10.0  # seconds that "lately" means
FIRST = 2.0  # seconds before anything is said


class Pace:
    """Counts told with their moments; says the seconds left, once they can be known."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def left(self, done: int, total: int, now: float) -> float | None:
        """Seconds until ``total``, at the rate of the last seconds; none until that is known.

        Args:
            done: how many there are by now.
            total: how many there will be.
            now: a moment in seconds, never before the last one told.
        """
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW:
            self._seen.popleft()
        begun, before = self._seen[0]
        if now - begun < FIRST or done <= before:
            return None
        return (total - done) * (now - begun) / (done - before)


def spell_left(seconds: float) -> str:
    """Seconds for people: ``about 40 s left``, ``about 12 min left``, ``about 3 h left``."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3600)} h left"
