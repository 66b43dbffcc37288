"""Run every benchmark, or those named, and print one table.

    python -m benchmarks                 # all of them, some ten minutes
    python -m benchmarks startup noop    # some
    python -m benchmarks --write         # all, and benchmarks/RESULTS.md anew

It exits with 1 where a bound is not held. Peers come with ``pip install '.[bench]'``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path

from benchmarks.measure import Row, tell
from pipeline import __version__
from pipeline.media.ffmpeg import find_ffmpeg

BENCHMARKS = {
    "startup": "starting up against a bare interpreter",
    "noop": "a render with nothing to do, 1,000 shots in a chain, against doit and ninja",
    "scale": "check and plan, from 200 shots to 2,000",
    "assembly": "a film of 100 agreeing clips against ffmpeg's own concat",
    "cut": "20 clips with 19 crossfades against ffmpeg, MoviePy and melt; memory",
    "watch": "a round of watch after one prompt of twenty changed, against the whole draft",
    "animatic": "drawing a shot against encoding a test pattern of its length",
    "frames": "the exact last frame against the common recipe",
    "journal": "durable records against plain appends, each synced",
    "routes": "200 paid shots against the ideal schedule; 1,000 jobs in flight",
}
RESULTS = Path(__file__).parent / "RESULTS.md"
HEADINGS = ("what", "ours", "peer", "ratio", "bound", "held")
HELD = {True: "yes", False: "NO", None: ""}


def main() -> int:
    """Measure, print, write; 1 where a bound is not held."""
    asked = _arguments()
    rows: list[Row] = []
    for name in asked.names or BENCHMARKS:
        tell(f"{name}: {BENCHMARKS[name]}")
        rows += import_module(f"benchmarks.{name}").rows()
    machine = _machine()
    print("\n".join(machine), "", *_columns(rows), sep="\n")
    if asked.write:
        RESULTS.write_text(_page(machine, rows), encoding="utf-8")
    return 1 if any(row.held is False for row in rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}, too")
    asked = parser.parse_args()
    for name in asked.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name}: {', '.join(BENCHMARKS)}")
    if asked.write and asked.names:
        parser.error("--write goes with all of them, so that the page is of one run")
    return asked


def _machine() -> list[str]:
    """When and on what this was measured, as lines."""
    peers = [f"{name} {metadata.version(name)}" for name in ("doit", "ninja")]
    cores = f"{os.cpu_count()} cores ({platform.system()} {platform.machine()})"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    when = f"{dt.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"
    return [
        f"{when}; {cores}, load {os.getloadavg()[0]:.1f} when it ended",
        ", ".join([f"storyreel {__version__}", python, find_ffmpeg().version, *peers]),
    ]


def _cells(row: Row) -> tuple[str, ...]:
    return (row.name, row.ours, row.peer, row.ratio, row.bound, HELD[row.held])


def _columns(rows: Sequence[Row]) -> list[str]:
    """The table for a terminal."""
    table = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(cells[i]) for cells in table) for i in range(len(HEADINGS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    ]


def _page(machine: Sequence[str], rows: Sequence[Row]) -> str:
    """The table as a page of Markdown."""
    rule = ("---",) * len(HEADINGS)
    table = ["| " + " | ".join(cells) + " |" for cells in (HEADINGS, rule, *map(_cells, rows))]
    return "\n".join([INTRODUCTION, *(f"- {line}" for line in machine), "", *table, ""])


INTRODUCTION = """\
# Figures

Written by `python -m benchmarks --write`, from one run. What counts are the ratios: in each round
all candidates take turns, a ratio is taken within its round, and the median over the rounds is
shown. The times beside them are of this machine on this day. Rows without a bound are for
information.
"""


if __name__ == "__main__":
    sys.exit(main())
