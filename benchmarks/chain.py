"""A real project of a thousand shots in a chain, made quickly, for ``noop``.

Everything is what a render leaves: clips that decode, frames handed from shot to shot, records,
the lock, the film. Only the maker is quick: it hands over one small clip again and again, each time
with a ``free`` box of its own behind it (ISO/IEC 14496-12, 8.1.2), so that no two files are alike.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import clips

from benchmarks import ROOT
from benchmarks.measure import storyreel
from pipeline.api import plan_film
from pipeline.makers.interface import Delivery, Order, Tell
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.run.events import nobody
from pipeline.run.runner import run_plan
from pipeline.run.workshop import Workshop

HEAD = """\
storyboard: 1
title: Chain
format: {resolution: 64p, fps: 24}
defaults: {model: animatic, duration: 4f}
shots:
"""


@dataclass(frozen=True, slots=True)
class Chain:
    """A rendered project: its board, and a copy of the program, for a folder nobody edits."""

    board: Path
    program: Path

    @property
    def render(self) -> list[str | Path]:
        """The command; to be run in ``program``."""
        return storyreel("render", self.board)


def rendered_chain(folder: Path, shots: int, padding: int) -> Chain:
    """Make a project in ``folder``.

    Args:
        folder: where; must not exist.
        shots: how many.
        padding: bytes added to each clip of some 2 kB.
    """
    boards = folder / "storyboards"
    boards.mkdir(parents=True)
    program = folder / "program"
    shutil.copytree(ROOT / "pipeline", program / "pipeline")
    chain = Chain(boards / "chain.storyboard.yaml", program)
    chain.board.write_text(HEAD + "".join(map(_shot, range(shots))), encoding="utf-8")
    _make_clips(chain.board, folder / "one.mp4", padding)
    # the film is cut, and the receipt written, by the command itself
    subprocess.run(chain.render, cwd=program, check=True, capture_output=True)
    return chain


def _shot(number: int) -> str:
    first = f", first_frame: sh{number - 1:04}.last" if number else ""
    return f"  - {{id: sh{number:04}, prompt: The camera moves on{first}}}\n"


@dataclass(frozen=True, slots=True)
class _Copier:
    """Delivers ``clip`` each time, with another end."""

    clip: bytes
    padding: int

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:  # noqa: ARG002
        content = order.shot.encode().ljust(self.padding + 16, b".")
        box = (8 + len(content)).to_bytes(4, "big") + b"free" + content
        order.target.write_bytes(self.clip + box)
        return Delivery()


def _make_clips(board: Path, one: Path, padding: int) -> None:
    planned = plan_film(board)
    shot = planned.film.shots[0]
    size = (shot.size.width, shot.size.height)
    clips.make(find_ffmpeg(), one, size=size, frames=shot.cut, codec=clips.TWO_B_FRAMES)
    maker = _Copier(one.read_bytes(), padding)
    workshop = Workshop(planned.film, planned.store, planned.lock, lambda _: maker)
    run = run_plan(
        planned.plan, planned.graph, workshop, jobs=2, listen=nobody, stop=threading.Event()
    )
    outcome = asyncio.run(run)
    assert outcome.whole, outcome.failed
