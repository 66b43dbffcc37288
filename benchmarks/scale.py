"""Checking and planning a long board: ten times the shots, at most about ten times the time.

Two boards, both for happyhorse-1.1 so that every rule has something to look at: one long chain,
and shots that each send two real pictures. The times are of whole commands, so that starting up
flatters the short board's ratio; the one from 2,000 shots to 10,000 tells more of growth. Memory is
the peak of the process, as the system counts it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import ROOT
from benchmarks.measure import Row, against, in_turns, storyreel, tell

SHORT, LONG, VERY_LONG = 200, 2000, 10_000
ROUNDS, VERY_LONG_ROUNDS = 5, 2
MOST = 11.0
MOST_MEMORY = 150  # MB, of 10**6 bytes

HEAD = """\
storyboard: 1
title: Long
format: {aspect: 16:9, resolution: 720p, fps: 24}
defaults: {model: happyhorse-1.1, routes: [apiframe, empiriolabs], duration: 5s}
references:
  commander: {kind: character, image: refs/astronaut.png, description: a woman in orange}
  rocket: {kind: prop, image: refs/rocket.jpg, description: a slim white rocket}
  cup: {kind: prop, image: refs/coffee.png, description: a cup of coffee}
shots:
"""
# a process is charged with what its parent held when it began: a small parent of its own keeps out
# what was measured here before
LAUNCHER = """\
import os, subprocess, sys
quiet = subprocess.DEVNULL
_, status, usage = os.wait4(subprocess.Popen(sys.argv[1:], stdout=quiet, stderr=quiet).pid, 0)
print(usage.ru_maxrss)
sys.stdout.flush()
os._exit(os.waitstatus_to_exitcode(status))
"""
WORDS = "She looks out of the window, and the light on the water goes from grey to gold."


def chained(number: int) -> str:
    first = f"    first_frame: sh{number - 1:05}.last\n" if number else ""
    return (
        f"  - id: sh{number:05}\n    scene: Part {number // 20 + 1}\n    prompt: {WORDS}\n"
        f"    camera: {{size: wide, move: tracking}}\n{first}"
    )


def referring(number: int) -> str:
    other = ("rocket", "cup")[number % 2]
    return (
        f"  - id: sh{number:05}\n    scene: Part {number // 20 + 1}\n"
        f"    prompt: '@commander turns to @{other}. {WORDS}'\n"
        f"    references: [commander, {other}]\n    duration: {3 + number % 8}s\n"
    )


KINDS: dict[str, Callable[[int], str]] = {"a chain": chained, "two pictures each": referring}


@dataclass
class Commands:
    """``check`` and then ``plan`` of one board, and the most memory either took, in bytes."""

    board: Path
    peak: int = field(default=0)

    def run(self) -> None:
        """Run both, one after the other."""
        for command in ("check", "plan"):
            self.peak = max(self.peak, _peak_of(storyreel(command, self.board)))


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        boards = Path(name) / "storyboards"
        boards.mkdir()
        shutil.copytree(ROOT / "storyboards" / "refs", boards / "refs")
        return [row for kind, shot in KINDS.items() for row in _rows(boards, kind, shot)]


def _rows(boards: Path, kind: str, shot: Callable[[int], str]) -> list[Row]:
    tell(f"  {kind}")
    short, long = (_commands(boards, kind, shot, count) for count in (SHORT, LONG))
    times = in_turns({"short": short.run, "long": long.run}, ROUNDS)
    name = f"check + plan, {kind}"
    very_long = _commands(boards, kind, shot, VERY_LONG)
    later = in_turns({"long": long.run, "very long": very_long.run}, VERY_LONG_ROUNDS)
    return [
        against(f"{name}: {LONG:,} shots", times["long"], f"{SHORT} shots", times["short"], MOST),
        _memory(f"{name}: {LONG:,} shots, memory", long.peak, MOST_MEMORY),
        against(
            f"{name}: {VERY_LONG:,} shots", later["very long"], f"{LONG:,} shots", later["long"]
        ),
        _memory(f"{name}: {VERY_LONG:,} shots, memory", very_long.peak),
    ]


def _memory(name: str, peak: int, most: int | None = None) -> Row:
    held = peak < most * 10**6 if most else None
    return Row(name, f"{peak / 10**6:.0f} MB", "", "", f"< {most} MB" if most else "", held)


def _commands(boards: Path, kind: str, shot: Callable[[int], str], count: int) -> Commands:
    board = boards / f"{kind.split()[1]}-{count}.storyboard.yaml"
    board.write_text(HEAD + "".join(map(shot, range(count))), encoding="utf-8")
    return Commands(board)


def _peak_of(command: Sequence[str | Path]) -> int:
    """The most memory a process took, in bytes; it must exit with 0."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command], cwd=ROOT, check=True, capture_output=True
    )
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
