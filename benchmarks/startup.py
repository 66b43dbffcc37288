"""Starting up: help, version and a check, against an interpreter that does nothing."""

from __future__ import annotations

import sys

from benchmarks.measure import Row, against, in_turns, process, storyreel

ROUNDS = 25
MOST = 6.0
PASS = "python -c pass"  # noqa: S105 - no password


def rows() -> list[Row]:
    times = in_turns(
        {
            PASS: process([sys.executable, "-c", "pass"]),
            "--help": process(storyreel("--help")),
            "--version": process(storyreel("--version")),
            "check launch-day": process(storyreel("check", "launch-day")),
        },
        ROUNDS,
    )
    bare = times[PASS]
    return [
        against("storyreel --help", times["--help"], PASS, bare, MOST),
        against("storyreel --version", times["--version"], PASS, bare),
        against("storyreel check launch-day", times["check launch-day"], PASS, bare),
    ]
