"""Attempts as rows: every statement the journal knows, on a connection handed in.

Amounts are written as text, exact (``124``, ``7/10``), so that alike ones can be grouped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from fractions import Fraction
from typing import Any, Protocol

from pipeline.ids import TakeKey
from pipeline.journal.attempt import Attempt, Event, Facts, Intent, Learned, moved
from pipeline.journal.errors import JournalError, LiveAttemptError, MadeAttemptError
from pipeline.journal.spending import Place
from pipeline.journal.states import LIVE, State
from pipeline.journal.wall import Tally, Wall, check_wall

Row = tuple[Any, ...]


class Connection(Protocol):
    """As much of an SQLite connection as is needed here."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement; the cursor."""
        ...


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_CODECS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "fields": (lambda value: _json(dict(value)), json.loads),
    "seconds": (str, Fraction),
    "estimate": (str, Fraction),
    "cost": (str, Fraction),
    "handle": (lambda value: _json(dict(value)), json.loads),
    "links": (lambda value: _json(list(value)), lambda text: tuple(json.loads(text))),
}
COLUMNS = tuple(column.name for column in fields(Attempt))
_DECODERS = tuple(_CODECS[name][1] if name in _CODECS else None for name in COLUMNS)
_ALL = f"select {', '.join(COLUMNS)} from attempt"  # noqa: S608 - names of our own fields
_LIVE = f"state in ({', '.join(repr(state) for state in sorted(LIVE))})"


def attempt_from(row: Row) -> Attempt:
    """The attempt of a row of ``attempt``."""
    return Attempt(
        *(
            decode(value) if decode and value is not None else value
            for decode, value in zip(_DECODERS, row, strict=True)
        )
    )


def _encoded(name: str, value: Any) -> Any:
    return _CODECS[name][0](value) if name in _CODECS and value is not None else value


def intend(db: Connection, draft: Intent, wall: Wall, now: float) -> Attempt:
    """Begin an attempt, if none is live or made, and every wall lets it pass.

    Raises:
        LiveAttemptError, MadeAttemptError, WallError: it must not begin.
    """
    earlier = attempts_for(db, draft.key)
    for attempt in earlier:
        if attempt.live:
            raise LiveAttemptError(attempt)
        if attempt.state == "committed" and not draft.again:
            raise MadeAttemptError(attempt)
    check_wall(wall, draft, tallies(db, draft.run))
    number = max((attempt.number for attempt in earlier), default=0) + 1
    columns = {
        **{column.name: getattr(draft, column.name) for column in fields(draft)},
        "number": number,
        "idempotency_key": f"{draft.key}.{number}",
        "state": "intent",
        "charged": "no",
        "links": (),
        "t_intent": now,
    }
    del columns["again"]
    attempt = attempt_of(db, _insert(db, columns))
    _tell(db, attempt, now, "")
    return attempt


def _insert(db: Connection, columns: dict[str, Any]) -> int:
    marks = ", ".join("?" * len(columns))
    cursor = db.execute(
        f"insert into attempt ({', '.join(columns)}) values ({marks})",  # noqa: S608 - our fields
        [_encoded(name, value) for name, value in columns.items()],
    )
    return int(cursor.lastrowid)


def move(db: Connection, number: int, to: State, detail: str, facts: Facts, now: float) -> Attempt:
    """Move an attempt and tell the event.

    Raises:
        IllegalMoveError: the table does not allow it.
    """
    before = attempt_of(db, number)
    after = moved(before, to, now, facts)
    _update(db, before, after)
    _tell(db, after, now, detail)
    return after


def note(db: Connection, number: int, detail: str, learned: Learned, now: float) -> Attempt:
    """Write down something about an attempt that moves nowhere."""
    before = attempt_of(db, number)
    after = before.learning(learned)
    _update(db, before, after)
    _tell(db, after, now, detail)
    return after


def _update(db: Connection, before: Attempt, after: Attempt) -> None:
    changed = [name for name in COLUMNS if getattr(before, name) != getattr(after, name)]
    if not changed:
        return
    settings = ", ".join(f"{name} = ?" for name in changed)
    values = [_encoded(name, getattr(after, name)) for name in changed]
    db.execute(f"update attempt set {settings} where id = ?", [*values, after.id])  # noqa: S608


def _tell(db: Connection, attempt: Attempt, now: float, detail: str) -> None:
    db.execute(
        "insert into event (attempt, state, time, detail) values (?, ?, ?, ?)",
        (attempt.id, attempt.state, now, detail),
    )


def attempt_of(db: Connection, number: int) -> Attempt:
    """The attempt with this id.

    Raises:
        JournalError: there is none.
    """
    row = db.execute(f"{_ALL} where id = ?", (number,)).fetchone()
    if row is None:
        raise JournalError(f"The journal has no attempt {number}.", hint="Run `storyreel journal`.")
    return attempt_from(row)


def attempts_for(db: Connection, key: TakeKey) -> tuple[Attempt, ...]:
    """All attempts of a key, oldest first."""
    return _attempts(db.execute(f"{_ALL} where key = ? order by id", (key,)))


def live_attempts(db: Connection) -> tuple[Attempt, ...]:
    """All live attempts, oldest first."""
    return _attempts(db.execute(f"{_ALL} where {_LIVE} order by id"))


def all_attempts(db: Connection) -> tuple[Attempt, ...]:
    """All attempts there ever were, oldest first."""
    return _attempts(db.execute(f"{_ALL} order by id"))


def _attempts(rows: Iterable[Row]) -> tuple[Attempt, ...]:
    return tuple(map(attempt_from, rows))


def events_of(db: Connection, number: int | None) -> tuple[Event, ...]:
    """The events of one attempt, or of all, oldest first."""
    which = ("", ()) if number is None else ("where attempt = ?", (number,))
    statement = f"select id, attempt, state, time, detail from event {which[0]} order by id"  # noqa: S608
    return tuple(Event(*row) for row in db.execute(statement, which[1]))


def tallies(db: Connection, run: str) -> Iterator[Tally]:
    """Alike attempts counted, for the walls; ``run`` is the one that asks."""
    rows = db.execute(
        "select run = ? as mine, state, charged, route, unit, coalesce(cost, estimate) as amount,"
        " count(*) from attempt group by mine, state, charged, route, unit, amount",
        (run,),
    )
    return (_tally(row) for row in rows)


def places(db: Connection, run: str | None) -> Iterator[tuple[Place, Tally]]:
    """Alike attempts counted by month, board and route, of one run or of all."""
    rows = db.execute(
        "select strftime('%Y-%m', coalesce(t_sending, t_intent), 'unixepoch') as month, board,"
        " route, 1, state, charged, route, unit, coalesce(cost, estimate) as amount, count(*)"
        " from attempt where ? is null or run = ?"
        " group by month, board, route, state, charged, unit, amount",
        (run, run),
    )
    return ((Place(*row[:3]), _tally(row[3:])) for row in rows)


def _tally(row: Row) -> Tally:
    mine, state, charged, route, unit, amount, count = row
    known = None if amount is None else Fraction(amount)
    return Tally(bool(mine), state, charged, route, unit, known, count)


def durations(
    db: Connection, route: str, model: str, resolution: str, seconds: Fraction | None, most: int
) -> list[float]:
    """Seconds from submission to success, of the latest ``most`` attempts, oldest first."""
    rows = db.execute(
        "select fields, seconds, t_done - t_submitted from attempt where route = ? and model = ?"
        " and state in ('succeeded', 'fetched', 'committed') and t_done > t_submitted"
        " order by id desc",
        (route, model),
    )
    found: list[float] = []
    for text, billed, took in rows:
        alike = json.loads(text).get("resolution") == resolution
        if alike and seconds in (None, Fraction(billed)):
            found.append(took)
        if len(found) == most:
            break
    return found[::-1]
