"""Ctrl-C: once finishes cleanly, twice leaves now."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# a terminal window that is closed hangs up; under nohup that is ignored, and stays so
_STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP")
             if hasattr(signal, name)]  # fmt: skip


KEPT = "stopping: clips that are finished are kept (again to leave at once)"


@contextlib.contextmanager
def stop_on_interrupt(words: str = KEPT) -> Iterator[threading.Event]:
    """An event that the first SIGINT, SIGTERM or SIGHUP sets; a second one leaves at once.

    Args:
        words: what is said to the first.
    """
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        with contextlib.suppress(OSError):  # not through the stream: it may be in use just now
            os.write(2, f"\n{words}\n".encode())

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    heard = [number for number in _STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handle) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
