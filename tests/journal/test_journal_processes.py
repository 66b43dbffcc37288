"""Several processes and sudden deaths: what was said to be written is there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from drafts import LIFE

from pipeline.journal.journal import Journal

CHILD = Path(__file__).with_name("drafts.py")
STATES = ["intent", *(state for state, _ in LIFE)]


def child(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], say: str | None = None) -> str:
    return process.communicate(say, timeout=60)[0]


@pytest.mark.parametrize("steps", range(1, 9))
def test_a_move_that_returned_is_on_disk(tmp_path, steps):
    """Killed right after any step has returned, the journal has that step, and no other."""
    process = child("live", tmp_path / "journal.db", steps)
    ended(process)

    assert process.returncode == -signal.SIGKILL
    with Journal(tmp_path / "journal.db") as journal:
        states = [event.state for event in journal.events()]
        attempts = journal.all()
    assert states == (STATES + STATES)[:steps]
    assert attempts[-1].state == states[-1]
    for name in [name for _, facts in LIFE[: steps - 1] for name in facts]:
        assert getattr(attempts[0], name)


def race(path: Path, same: str, ceiling: int) -> list[list[str]]:
    racers = [child("race", path, name, 60, same, ceiling) for name in ("left", "right")]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [json.loads(ended(racer)) for racer in racers]


def test_of_two_processes_one_begins_a_take(tmp_path):
    """The same sixty keys at once: each is won by exactly one."""
    left, right = race(tmp_path / "journal.db", "same", 1000)

    assert sorted(left + right) == sorted(f"k1-{number}" for number in range(60))
    with Journal(tmp_path / "journal.db") as journal:
        assert len(journal.live()) == 60


def test_two_processes_never_pass_a_ceiling(tmp_path):
    """Different keys at once, room for 75 of 120: exactly so many are begun."""
    left, right = race(tmp_path / "journal.db", "different", 75)

    assert len(left) + len(right) == 75
    with Journal(tmp_path / "journal.db") as journal:
        assert str(journal.spent().out) == "75 credits"
