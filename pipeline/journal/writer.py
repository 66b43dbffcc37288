"""One thread that writes: whatever waits goes into one transaction and one sync to disk.

A caller hears of its own part only after the commit. A part that is refused is undone alone; when
the disk refuses, everyone in the transaction hears it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pipeline.journal.errors import JournalError
from pipeline.journal.rows import Connection

Result = TypeVar("Result")
Tell = Callable[[Exception], Exception]
"""Turns a library's error into one of ours; ours stay."""

MOST_AT_ONCE = 256


class Database(Connection, Protocol):
    """A connection that can be closed, and knows whether it is in a transaction."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    work: Callable[[Connection], Any]
    done: Future[Any]


@dataclass(frozen=True, slots=True)
class _Refused:
    why: Exception


class Writer:
    """Runs work on ``database`` in its own thread, until ``close``.

    ``check`` is called before each transaction and raises where nothing must be written.
    """

    def __init__(self, database: Database, tell: Tell, check: Callable[[], None]) -> None:
        self._database = database
        self._tell = tell
        self._check = check
        self._waiting: queue.SimpleQueue[_Part | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def soon(self, work: Callable[[Connection], Result]) -> Future[Result]:
        """Have ``work`` done; its result comes once it is on disk."""
        done: Future[Result] = Future()
        with self._door:
            if self._closed:
                raise JournalError("The journal is closed.")
            self._waiting.put(_Part(work, done))
        return done

    def close(self) -> None:
        """Write what waits, and end."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._gather()
            if batch:
                self._write(batch)
        self._database.close()

    def _gather(self) -> tuple[list[_Part], bool]:
        """What waits, at least one; false when that was the last."""
        part = self._waiting.get()
        batch: list[_Part] = []
        while part is not None:
            batch.append(part)
            if len(batch) == MOST_AT_ONCE or self._waiting.empty():
                return batch, True
            part = self._waiting.get()
        return batch, False

    def _write(self, batch: Sequence[_Part]) -> None:
        try:
            results = self._transaction(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must hear it
            for part in batch:
                part.done.set_exception(self._tell(error))
            return
        for part, result in zip(batch, results, strict=True):
            if isinstance(result, _Refused):
                part.done.set_exception(self._tell(result.why))
            else:
                part.done.set_result(result)

    def _transaction(self, batch: Sequence[_Part]) -> list[Any]:
        """All parts in one transaction, durable when this returns."""
        self._check()
        self._database.execute("begin immediate")
        try:
            results = [self._alone(part.work) for part in batch]
            self._database.execute("commit")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("rollback")
            raise
        return results

    def _alone(self, work: Callable[[Connection], Any]) -> Any:
        """One part, undone by itself if it is refused."""
        self._database.execute("savepoint part")
        try:
            result = work(self._database)
        except Exception as error:
            if not self._database.in_transaction:  # a full disk can undo the whole transaction
                raise
            self._database.execute("rollback to part")
            result = _Refused(error)
        self._database.execute("release part")
        return result
