"""Nothing to do: a chain of 1,000 shots rendered again, against chains of 1,000 copies.

The peers copy files of the same size from one to the next, the recipes of their own manuals. All
of them are whole when the clock starts, and find that out. That ours is never fooled is proved in
``tests/test_receipt.py``, which changes every input in turn.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chain import Chain, rendered_chain
from benchmarks.measure import Row, Times, against, in_turns, process, tell

SHOTS = 1000
ROUNDS = 15
FASTER = 1.0
MEGABYTE = 1_000_000

DODO = """\
import shutil

DOIT_CONFIG = {{"verbosity": 0}}


def task_copy():
    for number in range({count}):
        first, then = f"n{{number:04}}.out", f"n{{number + 1:04}}.out"
        yield {{
            "name": then,
            "actions": [(shutil.copyfile, [first, then])],
            "file_dep": [first],
            "targets": [then],
        }}
"""


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        small = list(_rows(Path(name) / "small", 0, "2 kB"))
    with tempfile.TemporaryDirectory() as name:
        return small + list(_rows(Path(name) / "large", MEGABYTE, "1 MB"))


def _rows(folder: Path, padding: int, size: str) -> Iterator[Row]:
    tell(f"  making {SHOTS} clips of {size}, and the peers' chains")
    chain = rendered_chain(folder / "project", SHOTS, padding)
    clip = next((folder / "project" / "output" / "store" / "clips").glob("*/*.mp4"))
    doit = _doit_chain(folder / "doit", clip)
    ninja = _ninja_chain(folder / "ninja", clip)
    bare = [sys.executable, "-c", "pass"]
    tell("  measuring")
    before = _left_behind(chain)
    times = in_turns(
        {
            "ours": process(chain.render, chain.program),
            "doit": process(doit, folder / "doit"),
            "ninja": process(ninja, folder / "ninja"),
            "bare": process(bare),
        },
        ROUNDS,
    )
    assert _left_behind(chain) == before, "something was made"
    yield from _table(f"no-op render, {SHOTS} clips of {size}", times)


def _table(name: str, times: dict[str, Times]) -> Iterator[Row]:
    ours = times["ours"]
    yield against(name, ours, "doit", times["doit"], FASTER)
    yield against(name, ours, "ninja", times["ninja"])
    yield against(name, ours, "python -c pass", times["bare"])


def _doit_chain(folder: Path, first: Path) -> list[str]:
    """A chain that doit has made, and the command that finds nothing to do."""
    _begin(folder, first)
    (folder / "dodo.py").write_text(DODO.format(count=SHOTS))
    command = [sys.executable, "-m", "doit"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert (folder / f"n{SHOTS:04}.out").exists()
    return command


def _ninja_chain(folder: Path, first: Path) -> list[str | Path]:
    """The same for ninja, run as the program it is, without Python around it."""
    import ninja

    _begin(folder, first)
    copies = (f"build n{n + 1:04}.out: cp n{n:04}.out\n" for n in range(SHOTS))
    rule = "rule cp\n  command = cp $in $out\n"
    (folder / "build.ninja").write_text(rule + "".join(copies))
    command: list[str | Path] = [Path(ninja.BIN_DIR) / "ninja"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return command


def _begin(folder: Path, first: Path) -> None:
    folder.mkdir()
    (folder / "n0000.out").write_bytes(first.read_bytes())


def _left_behind(chain: Chain) -> tuple[int, ...]:
    """When the receipt and the film were written: a render that does nothing leaves both alone."""
    folder = chain.board.parents[1] / "output" / "chain"
    return tuple((folder / name).stat().st_mtime_ns for name in ("receipt.json", "chain.mp4"))
