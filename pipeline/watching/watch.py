"""The loop of a watch: look, decide, begin a round or end one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from pipeline.film.halt import Halt
from pipeline.watching.looking import Eyes
from pipeline.watching.pace import Watch, begun, deed, looked
from pipeline.watching.rounds import Watched, make_round

_BEAT = 0.2  # seconds between two looks


def watch(
    watched: Watched, stop: threading.Event, *, clock: Callable[[], float] = time.monotonic
) -> None:
    """Keep a draft's film current until ``stop`` is set; then end soon, and lose nothing.

    Rounds are made in a thread of their own, so that files are looked at meanwhile.

    Raises:
        Exception: a bug of ours; what people can put right is told instead.
    """
    eyes = Eyes(watched.board, watched.draft)
    known = Watch(eyes.look(), clock())
    going: _Round | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="round") as pool:
        try:
            while not stop.is_set():
                known = looked(known, eyes.look(), clock())
                going = _still(going)
                match deed(known, clock(), busy=going is not None):
                    case "begin":
                        going = _begin(pool, watched, known, stop, clock)
                        known = begun(known)
                    case "stop" if going:
                        going.stop.set()
                    case _:
                        pass
                stop.wait(_BEAT)
        finally:
            if going:
                going.stop.set()
    if going:
        going.made.result()


@dataclass(frozen=True, slots=True)
class _Round:
    """A round that is going on."""

    made: Future[None]
    stop: threading.Event


def _begin(
    pool: ThreadPoolExecutor,
    watched: Watched,
    known: Watch,
    stop: threading.Event,
    clock: Callable[[], float],
) -> _Round:
    ends = Halt(stop)
    return _Round(pool.submit(make_round, watched, known.changed, ends, clock), ends)


def _still(going: _Round | None) -> _Round | None:
    """The round, while it goes on; what went wrong in it is raised when it is over."""
    if going and going.made.done():
        going.made.result()
        return None
    return going
