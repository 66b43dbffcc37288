"""What happens in a render, as plain data: a line for machines, and the log beside the film.

The log (``events.jsonl``) is begun anew by each render. Its first line is ``began``, its last
``ended``; between them stand the very lines that ``render --json`` prints. Whoever shows the film
follows it from another process. It is only for looking: nothing is decided by it, and a render
goes on where it cannot be written.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from pipeline.run.events import (
    Accepted,
    Event,
    Failed,
    Fetched,
    Found,
    Generated,
    Listener,
    Noted,
    Progressed,
    Skipped,
    Started,
    Stored,
)

SCHEMA = 1
_BEAT = 0.5  # seconds between two lines on how far one thing is


def happened(event: Event) -> dict[str, Any]:
    """An event as JSON data; ``further`` says which of several takes of its shot it is about."""
    shot, _, further = event.shot.partition(" ")
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "event": type(event).__name__.lower(),
        "shot": shot,
    }
    return document | ({"further": further} if further else {}) | _facts(event)


def _facts(event: Event) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind of event
    match event:
        case Started():
            return {"reason": event.reason}
        case Progressed():
            return {"done": round(event.done, 3)}
        case Stored():
            price = {"price": event.take.price} if event.take.price else {}
            return {"take": event.take.number, "clip": event.take.clip, **price}
        case Fetched():
            return {"take": event.take.number, "clip": event.take.clip}
        case Found():
            return {"clip": event.clip, "take": event.take and event.take.number}
        case Failed():
            hint = {"hint": event.error.hint} if event.error.hint else {}
            return {"code": event.error.code, "message": event.error.brief, **hint}
        case Skipped():
            return {"because": event.because}
        case Noted():
            return {"text": event.text}
        case Accepted() | Generated():
            return {}  # its name says it


def cutting(done: int, total: int, seconds_left: float | None = None) -> dict[str, Any]:
    """How many of the film's frames are cut, of how many."""
    document: dict[str, Any] = {"schema": SCHEMA, "event": "cutting", "frames": done, "of": total}
    if seconds_left is not None and done < total:
        document["seconds_left"] = round(seconds_left, 1)
    return document


Tell = Callable[[int, int], None]


def heard_by(*listeners: Listener) -> Listener:
    """One who listens for several, in their order."""

    def hear(event: Event) -> None:
        for listen in listeners:
            listen(event)

    return hear


def told_to(*tells: Tell | None) -> Tell:
    """One who is told of frames for several, of whom some may not be there."""

    def tell(done: int, total: int) -> None:
        for one in tells:
            if one:
                one(done, total)

    return tell


def happened_path(folder: Path) -> Path:
    """Where a board's log lies, in its folder under ``output``."""
    return folder / "events.jsonl"


class HappenedLog:
    """A render's log, begun when entered and ended when left.

    Args:
        folder: the board's, or its draft's.
        to_run: what is to be made, by the labels of the plan's steps.
        now: seconds on a clock that never goes back, for what is told now and then.

    ``fault`` says why it could not be written, where it could not.
    """

    def __init__(
        self,
        folder: Path,
        to_run: Sequence[str],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = happened_path(folder)
        self._to_run = list(to_run)
        self._now = now
        self.fault = ""
        self._told: dict[str, float] = {}
        self._turn = threading.Lock()  # shots and the cut speak from threads of their own
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        began = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        first = {"schema": SCHEMA, "event": "began", "since": began, "pid": os.getpid()}
        try:
            self._begin()
        except OSError as error:
            self._give_up(error)
        self._write({**first, "to_run": self._to_run})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write({"schema": SCHEMA, "event": "ended", "whole": error is None})
        with self._turn:
            if self._file:
                self._close(self._file)

    def hear(self, event: Event) -> None:
        """Write an event down; of progress, twice a second at most for each shot."""
        if isinstance(event, Progressed) and not self._due(event.shot):
            return
        self._write(happened(event))

    def cut(self, done: int, total: int) -> None:
        """Write down how far the cut is, twice a second at most, and when it is done."""
        if done >= total or self._due(""):
            self._write(cutting(done, total))

    def _due(self, what: str) -> bool:
        now, before = self._now(), self._told.get(what)
        if before is not None and now - before < _BEAT:
            return False
        self._told[what] = now
        return True

    def _begin(self) -> None:
        """A new file takes the place of the old one: who follows that sees that it is another."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        beside.touch(mode=0o600)  # a vendor's words may hold a link
        beside.replace(self._path)
        self._file = self._path.open("ab", buffering=0)

    def _write(self, document: dict[str, Any]) -> None:
        line = json.dumps(document, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        with self._turn:
            if self._file is None:
                return
            try:
                self._file.write(line)
            except OSError as error:
                self._close(self._file)
                self._give_up(error)

    def _close(self, file: IO[bytes]) -> None:
        self._file = None
        file.close()

    def _give_up(self, error: OSError) -> None:
        self.fault = f"{self._path.name}: {error.strerror or error}"
