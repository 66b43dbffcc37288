"""One thread that writes: whatever waits goes into one transaction and one sync to disk.

A caller hears of its own part only after the commit. A part that is refused is undone alone; when
the disk refuses, everyone in the transaction hears it.
"""

from __future__ import annotations

import queue
import threading
import time
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
    """A connection that can be closed, and knows what it has changed."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    @property
    def total_changes(self) -> int:
        """Rows changed since it was opened."""
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


def _promise(_: Callable[[Connection], Result]) -> Future[Result]:
    """A result to come. It counts as begun: who gives up waiting does not undo the writing."""
    done: Future[Result] = Future()
    done.set_running_or_notify_cancel()
    return done


class Writer:
    """Runs work on ``database``, one transaction at a time, until ``close``.

    ``check`` is called before each transaction and raises where nothing must be written.
    """

    def __init__(self, database: Database, tell: Tell, check: Callable[[], None]) -> None:
        self._database = database
        self._tell = tell
        self._check = check
        self._waiting: queue.SimpleQueue[_Part | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._turn = threading.Lock()  # who has it may use the database
        self._closed = False
        self._linger = 0.0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def now(self, work: Callable[[Connection], Result]) -> Result:
        """Have ``work`` done and on disk, and wait for it.

        While nobody else writes, the caller does: waking a thread costs as much as the sync.
        """
        if self._linger or not self._turn.acquire(blocking=False):
            return self.soon(work).result()
        try:
            self._refuse_when_closed()
            done = _promise(work)
            self._write([_Part(work, done)])
        finally:
            self._turn.release()
        return done.result()

    def soon(self, work: Callable[[Connection], Result]) -> Future[Result]:
        """Have ``work`` done; its result comes once it is on disk."""
        done = _promise(work)
        with self._door:
            self._refuse_when_closed()
            self._waiting.put(_Part(work, done))
        return done

    def close(self) -> None:
        """Write what waits, and end."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise JournalError("The journal is closed.")

    def _run(self) -> None:
        first = self._waiting.get()
        while first is not None:
            with self._turn:
                batch, last = self._gather(first)
                self._write(batch)
            first = None if last else self._waiting.get()
        with self._turn:
            self._database.close()

    def _gather(self, first: _Part) -> tuple[list[_Part], bool]:
        """What waits, and comes in a moment; whether the writer was told to end."""
        batch = [first]
        until = time.monotonic() + self._linger
        while len(batch) < MOST_AT_ONCE:
            try:
                part = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return batch, False
            if part is None:
                return batch, True
            batch.append(part)
        return batch, False

    def _write(self, batch: Sequence[_Part]) -> None:
        began = time.monotonic()
        try:
            results = self._transaction(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must hear it
            for part in batch:
                part.done.set_exception(self._tell(error))
            return
        finally:
            # those who wait together are back in a moment: an eighth of a sync saves them half
            self._linger = (time.monotonic() - began) / 8 if len(batch) > 1 else 0.0
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
        """One part. Refusals come before its first change, so there is nothing to undo."""
        before = self._database.total_changes
        try:
            return work(self._database)
        except Exception as error:
            undone = not self._database.in_transaction  # a full disk can undo all of it
            if undone or self._database.total_changes != before:
                raise
            return _Refused(error)
