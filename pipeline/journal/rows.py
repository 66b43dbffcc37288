"""Attempts as rows: every statement the journal knows, on a connection handed in.

Amounts are written as text, exact (``124``, ``7/10``), so that alike ones can be grouped.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any, Protocol

from pipeline.ids import TakeKey
from pipeline.journal.attempt import (
    Attempt,
    Event,
    Facts,
    Intent,
    Learned,
    changes_of_move,
    changes_of_note,
)
from pipeline.journal.errors import JournalError, LiveAttemptError, MadeAttemptError
from pipeline.journal.spending import Place, Share
from pipeline.journal.states import LIVE, State, money_of
from pipeline.journal.wall import Tally, Wall, check_wall

Row = tuple[Any, ...]


class Connection(Protocol):
    """As much of an SQLite connection as is needed here."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement; the cursor."""
        ...


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_exact = functools.lru_cache(maxsize=1024)(Fraction)  # a film has few prices, met again and again

_CODECS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "fields": (lambda value: _json(dict(value)), json.loads),
    "seconds": (str, _exact),
    "estimate": (str, _exact),
    "cost": (str, _exact),
    "handle": (lambda value: _json(dict(value)), json.loads),
    "links": (lambda value: _json(list(value)), lambda text: tuple(json.loads(text))),
}
COLUMNS = tuple(column.name for column in fields(Attempt))
_DECODERS = tuple((COLUMNS.index(name), codec[1]) for name, codec in _CODECS.items())
_ALL = f"select {', '.join(COLUMNS)} from attempt join request on attempt = id"  # noqa: S608 - ours
_LIVE = f"where state in ({', '.join(repr(state) for state in sorted(LIVE))})"


def attempt_from(row: Row) -> Attempt:
    """The attempt of a row."""
    values = list(row)
    for place, decode in _DECODERS:
        if values[place] is not None:
            values[place] = decode(values[place])
    return Attempt(*values)


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
        "money": "out",
        "links": (),
        "t_intent": now,
    }
    del columns["again"], columns["fields"]
    new = _insert(db, "attempt", columns)
    _insert(db, "request", {"attempt": new, "fields": draft.fields})
    attempt = attempt_of(db, new)
    _tell(db, attempt, now, "")
    return attempt


def _insert(db: Connection, table: str, columns: dict[str, Any]) -> int:
    marks = ", ".join("?" * len(columns))
    cursor = db.execute(
        f"insert into {table} ({', '.join(columns)}) values ({marks})",  # noqa: S608 - our names
        [_encoded(name, value) for name, value in columns.items()],
    )
    return int(cursor.lastrowid)


def move(db: Connection, number: int, to: State, detail: str, facts: Facts, now: float) -> Attempt:
    """Move an attempt and tell the event.

    Raises:
        IllegalMoveError: the table does not allow it.
    """
    attempt = attempt_of(db, number)
    return _changed(db, attempt, changes_of_move(attempt, to, now, facts), now, detail)


def note(db: Connection, number: int, detail: str, learned: Learned, now: float) -> Attempt:
    """Write down something about an attempt that moves nowhere."""
    attempt = attempt_of(db, number)
    return _changed(db, attempt, changes_of_note(attempt, learned), now, detail)


def _changed(
    db: Connection, attempt: Attempt, changes: dict[str, Any], now: float, detail: str
) -> Attempt:
    after = replace(attempt, **changes)
    if "body" in changes:
        db.execute("update request set body = ? where attempt = ?", (after.body, after.id))
    own = {name: _encoded(name, value) for name, value in changes.items() if name != "body"}
    money = money_of(after.state, after.charged)
    if money != money_of(attempt.state, attempt.charged):
        own["money"] = money
    if own:
        settings = ", ".join(f"{name} = ?" for name in own)
        db.execute(
            f"update attempt set {settings} where id = ?",  # noqa: S608 - names of our own
            [*own.values(), after.id],
        )
    _tell(db, after, now, detail)
    return after


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
    return _attempts(db.execute(f"{_ALL} {_LIVE} order by id"))


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
        # in the order of the index `of_money`, so that nothing else is read, and nothing sorted
        "select money, route, unit, cost, estimate, run, count(*) from attempt"
        " group by money, route, unit, cost, estimate, run"
    )
    for money, route, unit, cost, estimate, whose, count in rows:
        amount = estimate if cost is None else cost
        yield Tally(whose == run, money, route, unit, _known(amount), count)


def shares(db: Connection, run: str | None) -> Iterator[Share]:
    """Alike attempts counted by month, board and route, of one run or of all."""
    rows = db.execute(
        "select strftime('%Y-%m', coalesce(t_sending, t_intent), 'unixepoch') as month, board,"
        " route, charged = 'maybe' as doubtful, money, unit, coalesce(cost, estimate) as amount,"
        " count(*) from attempt where ? is null or run = ?"
        " group by month, board, route, doubtful, money, unit, amount",
        (run, run),
    )
    for month, board, route, doubtful, money, unit, amount, count in rows:
        tally = Tally(True, money, route, unit, _known(amount), count)
        yield Share(Place(month, board, route), bool(doubtful), tally)


def _known(amount: str | None) -> Fraction | None:
    return None if amount is None else _exact(amount)


def durations(
    db: Connection, route: str, model: str, resolution: str, seconds: Fraction | None, most: int
) -> list[float]:
    """Seconds from submission to success, of the latest ``most`` attempts, oldest first."""
    rows = db.execute(
        "select fields, seconds, t_done - t_submitted from attempt join request on attempt = id"
        " where route = ? and model = ?"
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
