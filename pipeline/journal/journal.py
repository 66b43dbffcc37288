"""The journal: what happened, on disk before the next act in the world.

SQLite, write-ahead log, every commit synced. One file with its ``-wal`` beside it; copying the one
without the other loses rows silently, so copies go through ``backup``. The file is opened by SQLite
alone: closing any other handle of it in this process would drop SQLite's locks (POSIX).
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, Unpack

from pipeline.files import held, sync_folder
from pipeline.ids import TakeKey
from pipeline.journal import rows, troubles
from pipeline.journal.attempt import Attempt, Event, Facts, Intent, Learned
from pipeline.journal.disks import keep_private, network_kind, part_beside, with_log
from pipeline.journal.errors import JournalError
from pipeline.journal.schema import APPLICATION, STEPS
from pipeline.journal.spending import Spent, spent_of
from pipeline.journal.states import State
from pipeline.journal.wall import Wall
from pipeline.journal.writer import Writer

Result = TypeVar("Result")
PAGE = 1024  # bytes; a commit syncs whole pages, and our rows are short
LOG_PAGES = 4096  # the log begins anew after so many
PATIENCE = 30.0  # seconds that another process may write before we give up
HISTORY = 500  # a route's speed is learned from its latest jobs


class Journal:
    """The journal of a project, open.

    Args:
        path: its file; made if absent, in a folder that exists.
        look: only read, and make nothing; an absent journal is an empty one.
        clock: seconds since the epoch.

    All methods may be called from any thread. Those that write return once it is on disk; those
    named ``…_soon`` return at once with a future that comes then.

    Raises:
        JournalError: it cannot be opened, is damaged, or is of a newer storyreel; also from every
            method, when the disk refuses.
    """

    def __init__(
        self, path: Path, *, look: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = path
        self._clock = clock
        self._turn = threading.Lock()
        with _telling(path):
            self._writer = None if look else _writer(path)
            try:
                self._reader = _open_to_look(path) if look else _connect(path, "ro")
            except BaseException:
                if self._writer:
                    self._writer.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits, and close the file."""
        with self._turn:
            self._reader.close()
        if self._writer:  # last, so that it is the writer who tidies the log away
            self._writer.close()

    def intend(self, draft: Intent, wall: Wall) -> Attempt:
        """Begin an attempt and hold its price back, in one transaction with the walls' sums.

        Raises:
            LiveAttemptError: the key has an attempt that may be charged.
            MadeAttemptError: the key has a clip, and ``draft.again`` is not set.
            WallError: a ceiling would be passed.
        """
        return self._now(lambda db: rows.intend(db, draft, wall, self._clock()))

    def intend_soon(self, draft: Intent, wall: Wall) -> Future[Attempt]:
        """``intend``, without waiting."""
        return self._soon(lambda db: rows.intend(db, draft, wall, self._clock()))

    def move(self, attempt: int, to: State, *, detail: str = "", **facts: Unpack[Facts]) -> Attempt:
        """Move an attempt, with what became known.

        Raises:
            IllegalMoveError: the table has no such move, or a fact is missing or out of place.
        """
        return self._now(lambda db: rows.move(db, attempt, to, detail, facts, self._clock()))

    def move_soon(
        self, attempt: int, to: State, *, detail: str = "", **facts: Unpack[Facts]
    ) -> Future[Attempt]:
        """``move``, without waiting."""
        return self._soon(lambda db: rows.move(db, attempt, to, detail, facts, self._clock()))

    def note(self, attempt: int, detail: str, **learned: Unpack[Learned]) -> Attempt:
        """Write down what happened to, or was learned of, an attempt that moves nowhere."""
        return self._now(lambda db: rows.note(db, attempt, detail, learned, self._clock()))

    def attempt(self, number: int) -> Attempt:
        """The attempt with this id; a ``JournalError`` if there is none."""
        return self._read(lambda db: rows.attempt_of(db, number))

    def live(self) -> tuple[Attempt, ...]:
        """All live attempts, oldest first."""
        return self._read(rows.live_attempts)

    def live_for(self, key: TakeKey) -> Attempt | None:
        """The live attempt of a key, if there is one."""
        return next((attempt for attempt in self.attempts_for(key) if attempt.live), None)

    def attempts_for(self, key: TakeKey) -> tuple[Attempt, ...]:
        """All attempts of a key, oldest first."""
        return self._read(lambda db: rows.attempts_for(db, key))

    def all(self) -> tuple[Attempt, ...]:
        """All attempts there ever were, oldest first."""
        return self._read(rows.all_attempts)

    def events(self, attempt: int | None = None) -> tuple[Event, ...]:
        """The events of one attempt, or of all, oldest first."""
        return self._read(lambda db: rows.events_of(db, attempt))

    def spent(self, run: str | None = None) -> Spent:
        """What went and what is out, of one run or ever."""
        return self._read(lambda db: spent_of(rows.shares(db, run)))

    def history(
        self, route: str, model: str, resolution: str, seconds: Fraction | None = None
    ) -> list[float]:
        """How long successful jobs took from submission, in seconds, oldest first.

        Args:
            route: who served them.
            model: what made them.
            resolution: as in the request's fields.
            seconds: only clips of this billed length; absent, any.
        """
        return self._read(lambda db: rows.durations(db, route, model, resolution, seconds, HISTORY))

    def backup(self, target: Path) -> None:
        """Copy everything committed to ``target``, whole or not at all, private as the journal.

        Raises:
            JournalError: something is there already, or it cannot be written.
        """
        if any(file.exists() for file in with_log(target)):  # an old log would spoil a new file
            raise JournalError(f"{target} is there already.", hint="Choose another name.")
        with _telling(target), part_beside(target) as copy:
            with contextlib.closing(sqlite3.connect(copy)) as database:
                self._read(lambda _: self._reader.backup(database))
            copy.replace(target)
            sync_folder(target.parent)

    def _now(self, work: Callable[[rows.Connection], Result]) -> Result:
        return self._may_write().now(work)

    def _soon(self, work: Callable[[rows.Connection], Result]) -> Future[Result]:
        return self._may_write().soon(work)

    def _may_write(self) -> Writer:
        if self._writer is None:
            raise JournalError(f"The journal {self.path} was opened to look at only.")
        return self._writer

    def _read(self, work: Callable[[rows.Connection], Result]) -> Result:
        with self._turn, _telling(self.path):
            return work(self._reader)


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Tell what SQLite or the system says of ``path`` in our words."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        trouble = troubles.told(path, error)
        if trouble is error:
            raise
        raise trouble from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    for setting in (
        "synchronous = full",
        "fullfsync = on",  # macOS: through the drive's own cache, too
        "foreign_keys = on",
        f"wal_autocheckpoint = {LOG_PAGES}",
    ):
        database.execute(f"pragma {setting}")
    return database


def _writer(path: Path) -> Writer:
    """A writer to a sound, private journal of this version, made if there is none."""
    if not path.parent.is_dir():
        raise troubles.no_folder(path)
    if kind := network_kind(path.parent):
        raise troubles.no_log(path, f"it is on a network file system ({kind})")
    with held(path.with_suffix(".flock")):
        if not path.exists():
            _create(path)
        keep_private(path)
        database = _connect(path, "rw")
        with contextlib.ExitStack() as unless_sound:
            unless_sound.callback(database.close)
            if _version(path, database) < len(STEPS):
                migrate(database, STEPS)
            unless_sound.pop_all()
    return Writer(database, partial(troubles.told, path), _watch(path))


def _watch(path: Path) -> Callable[[], None]:
    """A check that the open file is still the one that everybody else would find."""
    mine = path.stat().st_ino

    def check() -> None:
        if not path.exists() or path.stat().st_ino != mine:
            raise troubles.taken_away(path)

    return check


def _create(path: Path) -> None:
    """Make a journal that is there whole or not at all."""
    troubles.refuse_lone_log(path)
    with part_beside(path) as new:
        with contextlib.closing(_connect(new, "rw")) as database:
            database.execute(f"pragma page_size = {PAGE}")
            mode = database.execute("pragma journal_mode = wal").fetchone()[0]
            if mode != "wal":
                raise troubles.no_log(path, "SQLite refuses a write-ahead log there")
            database.execute(f"pragma application_id = {APPLICATION}")
            migrate(database, STEPS)
            # closing does this, too, but keeps silent where the disk is full
            database.execute("pragma wal_checkpoint(truncate)")
        new.replace(path)
        sync_folder(path.parent)


def migrate(database: sqlite3.Connection, steps: tuple[str, ...]) -> None:
    """Take the steps not yet taken, each whole or not at all."""
    taken = database.execute("pragma user_version").fetchone()[0]
    for number, step in enumerate(steps[taken:], taken + 1):
        try:
            database.executescript(f"begin immediate;{step};pragma user_version = {number};commit")
        except BaseException:
            if database.in_transaction:
                database.execute("rollback")
            raise


def _version(path: Path, database: sqlite3.Connection) -> int:
    """The version of a journal, if it is sound, ours, and not of the future."""
    if not path.stat().st_size:
        raise troubles.damaged(path, "it is empty")
    if database.execute("pragma application_id").fetchone()[0] != APPLICATION:
        raise troubles.foreign(path)
    version = int(database.execute("pragma user_version").fetchone()[0])
    if version > len(STEPS):
        raise troubles.newer(path, version, len(STEPS))
    found = database.execute("pragma integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise troubles.damaged(path, found)
    return version


def _open_to_look(path: Path) -> sqlite3.Connection:
    """The journal to read; in memory where it is absent, or older and must not be touched."""
    troubles.refuse_lone_log(path)
    if not path.exists():
        return _in_memory(None)
    database = _connect(path, "ro")
    with contextlib.ExitStack() as unless_used:
        unless_used.callback(database.close)
        if _version(path, database) < len(STEPS):
            return _in_memory(database)
        unless_used.pop_all()
    return database


def _in_memory(older: sqlite3.Connection | None) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with contextlib.ExitStack() as unless_used:
        unless_used.callback(memory.close)
        if older:
            older.backup(memory)
        migrate(memory, STEPS)
        unless_used.pop_all()
    return memory
