"""Durable records: the journal against plain JSON lines, each appended and synced.

A record of ours is a move of an attempt through its whole life: the table of moves obeyed, the
ceiling summed, the row changed and the event added in one transaction. The peer writes the same
words as one line and calls ``fsync``. Eight writers are threads, each with a descriptor of its
own: one line after another, as a journal's must be, since what may be written rests on what was;
and, for information, all at once, which no journal can do that looks before it writes.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import count
from pathlib import Path

from benchmarks import ROOT
from benchmarks.measure import Row, Work, against, in_turns
from pipeline.ids import Digest, TakeKey
from pipeline.journal.attempt import Intent
from pipeline.journal.journal import Journal
from pipeline.journal.wall import Wall

TAKES = 48  # of seven records each
ROUNDS = 11
WRITERS = 8
MOST = 2.0
PEER = "JSON lines + fsync"
BODY = json.dumps({"prompt": "A fox walks through deep snow at dusk. " * 20}).encode()
HANDLE = {"job": "2b0c6c1e-6c3e-4d53-9f6e-0d6f6d1d2f10"}
LINKS = ("https://cdn.example.com/videos/2b0c6c1e.mp4",)
FIELDS = {"model": "happyhorse-1.1 1", "mode": "text", "duration": "5 s", "resolution": "720p"}
WALL = Wall(project={"credits": Fraction(10**9)})


def life(number: int) -> Iterator[tuple[str, dict[str, object]]]:
    """What a take's seven records say."""
    yield "intent", {"key": f"k1-{number:040}", "fields": FIELDS, "estimate": "120"}
    yield "sending", {"body": BODY.decode()}
    yield "submitted", {"handle": HANDLE}
    yield "running", {}
    yield "succeeded", {"links": LINKS, "cost": "120"}
    yield "fetched", {"clip": "f" * 64}
    yield "committed", {}


def in_journal(journal: Journal, number: int) -> None:
    attempt = journal.intend(_draft(number), WALL).id
    journal.move(attempt, "sending", body=BODY)
    journal.move(attempt, "submitted", handle=HANDLE)
    journal.move(attempt, "running")
    journal.move(attempt, "succeeded", links=LINKS, cost=Fraction(120))
    journal.move(attempt, "fetched", clip=Digest("f" * 64))
    journal.move(attempt, "committed")


def _draft(number: int) -> Intent:
    return Intent(
        run="run", key=TakeKey(f"k1-{number:040}"), board="board", shot=f"sh{number:04}",
        model="happyhorse-1.1", route="apiframe", mode="text", fields=FIELDS,
        seconds=Fraction(5), unit="credits", estimate=Fraction(120),
    )  # fmt: skip


def in_lines(path: Path, number: int, turn: contextlib.AbstractContextManager[object]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        for state, facts in life(number):
            line = json.dumps({"attempt": number, "state": state, "time": 1.0, **facts}) + "\n"
            with turn:
                os.write(handle, line.encode())
                os.fsync(handle)
    finally:
        os.close(handle)


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".journal-") as name:
        path = Path(name) / "lines.jsonl"
        in_turn, at_once = threading.Lock(), contextlib.nullcontext()
        numbers = count(1)
        with Journal(Path(name) / "journal.db") as journal, ThreadPoolExecutor(WRITERS) as threads:

            def one(write: Callable[[int], None]) -> Work:
                return lambda: [write(next(numbers)) for _ in range(TAKES)]

            def many(write: Callable[[int], None]) -> Work:
                return lambda: list(threads.map(write, [next(numbers) for _ in range(TAKES)]))

            times = in_turns(
                {
                    "ours, one": one(lambda number: in_journal(journal, number)),
                    "lines, one": one(lambda number: in_lines(path, number, at_once)),
                    "ours, many": many(lambda number: in_journal(journal, number)),
                    "lines, in turn": many(lambda number: in_lines(path, number, in_turn)),
                    "lines, at once": many(lambda number: in_lines(path, number, at_once)),
                },
                ROUNDS,
            )
    records = f"{TAKES * 7} durable records"
    many_ours, name = times["ours, many"], f"{records}, {WRITERS} writers"
    return [
        against(f"{records}, one writer", times["ours, one"], PEER, times["lines, one"], MOST),
        against(name, many_ours, PEER, times["lines, in turn"], MOST),
        against(name, many_ours, f"{PEER}, unordered", times["lines, at once"]),
    ]
