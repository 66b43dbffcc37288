"""How things are measured: in turns, many times, as ratios.

The machine is noisy and slow in its own way, so nothing is judged by seconds. All candidates take
turns in each round, the ratio is taken within the round, and the median over rounds counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ROOT

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``held`` is none where there is no bound, for information only."""

    name: str
    ours: str
    peer: str = ""
    ratio: str = ""
    bound: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that one candidate took, a value a round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return statistics.median(self.seconds)

    def over(self, other: Times) -> float:
        """How many times as long as ``other`` of the same rounds: the median of the ratios."""
        return statistics.median(
            mine / theirs for mine, theirs in zip(self.seconds, other.seconds, strict=True)
        )


def in_turns(work: Mapping[str, Work], rounds: int) -> dict[str, Times]:
    """Run everything ``rounds`` times, each round beginning with another; a first one warms up."""
    names = list(work)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            start = time.perf_counter()
            work[name]()
            if number:
                taken[name].append(time.perf_counter() - start)
    return {name: Times(tuple(seconds)) for name, seconds in taken.items()}


def against(name: str, ours: Times, peer: str, theirs: Times, most: float | None = None) -> Row:
    """The row of a ratio that must be ``most`` at most, if that is given."""
    ratio = ours.over(theirs)
    return Row(
        name,
        spell(ours.median),
        f"{peer} {spell(theirs.median)}",
        f"{ratio:.2f}x",
        f"<= {most:g}x" if most else "",
        ratio <= most if most else None,
    )


def spell(seconds: float) -> str:
    """Seconds for people: ``84 ms``, ``2.31 s``."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def process(
    command: Sequence[str | Path], folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Work:
    """Work that is a process run to its end, its output thrown away; it must exit with 0."""

    def run() -> None:
        subprocess.run(
            command,
            cwd=folder,
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    return run


def storyreel(*words: str | Path) -> list[str | Path]:
    """The command as a process, with this very interpreter; run it where ``pipeline`` lies."""
    return [sys.executable, "-m", "pipeline", *words]


def tell(text: str) -> None:
    """Say on standard error what is going on; the table alone goes to standard output."""
    print(text, file=sys.stderr, flush=True)
