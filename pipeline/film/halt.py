"""When the work on a film is to end."""

from __future__ import annotations

import threading


class Halt(threading.Event):
    """Set when the caller says stop, or when one job has failed and the others are in vain."""

    def __init__(self, outer: threading.Event | None) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        """Whether work is to end, for either reason."""
        return super().is_set() or (self._outer is not None and self._outer.is_set())
