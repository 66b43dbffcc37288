"""Attempts for tests: drafts, a whole life, and a child process that lives some of it.

``python drafts.py live PATH STEPS`` lives so many steps and kills itself with SIGKILL;
``python drafts.py race PATH NAME COUNT SAME CEILING`` begins attempts against others and tells
the keys it won.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from fractions import Fraction
from pathlib import Path

from pipeline.ids import Digest, TakeKey
from pipeline.journal.attempt import Attempt, Intent
from pipeline.journal.errors import LiveAttemptError, WallError
from pipeline.journal.journal import Journal
from pipeline.journal.wall import Wall

CLIP = Digest("c" * 64)
HANDLE = {"job": "2b0c6c1e"}
LINK = "https://cdn.example.com/videos/2b0c.mp4?signature=sesame"
NO_WALL = Wall()


def draft(key: str = "k1-a", **changes: object) -> Intent:
    values: dict[str, object] = {
        "run": "run-1", "key": TakeKey(key), "board": "launch-day", "shot": "sh010",
        "model": "happyhorse-1.1", "route": "apiframe", "mode": "text",
        "fields": {"prompt": '["A fox"]', "resolution": "720p"}, "seconds": Fraction(5),
        "unit": "credits", "estimate": Fraction(120),
    }  # fmt: skip
    return Intent(**(values | changes))  # type: ignore[arg-type]


LIFE = (
    ("sending", {"body": b'{"prompt": "A fox"}', "inputs_expire": 5000.0}),
    ("submitted", {"handle": HANDLE}),
    ("running", {}),
    ("succeeded", {"links": (LINK,), "cost": Fraction(124)}),
    ("fetched", {"clip": CLIP}),
    ("committed", {}),
)
"""The moves of a good life after its intent, each with its facts."""


def live(journal: Journal, key: str = "k1-a", until: str = "committed", **changes: object):
    """Begin an attempt and move it on to ``until``."""
    attempt = journal.intend(draft(key, **changes), NO_WALL)
    return go_on(journal, attempt, until)


def go_on(journal: Journal, attempt: Attempt, until: str) -> Attempt:
    states = [state for state, _ in LIFE]
    begin = states.index(attempt.state) + 1 if attempt.state in states else 0
    end = states.index(until) + 1 if until in states else 0
    for state, facts in LIFE[begin:end]:
        attempt = journal.move(attempt.id, state, **facts)
    return attempt


class Clock:
    """A clock that tells what it is told to."""

    def __init__(self, *times: float) -> None:
        self.times = list(times)

    def __call__(self) -> float:
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]


def _live_and_die(path: str, steps: str) -> None:
    journal = Journal(Path(path))
    left = int(steps)
    number = 0
    while left:
        number += 1
        attempt = journal.intend(draft(f"k1-{number}"), NO_WALL)
        left -= 1
        for state, facts in LIFE[:left]:
            journal.move(attempt.id, state, detail=f"step {left}", **facts)
            left -= 1
    os.kill(os.getpid(), signal.SIGKILL)


def _race(path: str, name: str, count: str, same: str, ceiling: str) -> None:
    wall = Wall(project={"credits": Fraction(ceiling)})
    won = []
    with Journal(Path(path)) as journal:
        print("ready", flush=True)  # noqa: T201 - the parent reads it
        sys.stdin.readline()
        for number in range(int(count)):
            key = f"k1-{number}" if same == "same" else f"k1-{name}-{number}"
            try:
                journal.intend(draft(key, run=name, estimate=Fraction(1)), wall)
                won.append(key)
            except (LiveAttemptError, WallError):
                continue
    print(json.dumps(won))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    {"live": _live_and_die, "race": _race}[sys.argv[1]](*sys.argv[2:])
