"""A process that has loaded storyreel and forks a child for each command: starting is quick.

Talks JSON lines with ``commands.py``: ``{"run": {...}}`` is answered by ``{"pid": n}``,
``{"wait": n}`` by the exit status. Also a command by itself: ``python stage.py '{"arguments":
[...], ...}'`` runs one.

A child is a process of its own, with its own environment, folder, streams and group, and goes the
way of ``python -m pipeline``. Where it is asked for, the clock and the journal are handed to the
command (``pipeline/run/outside.py``); nothing of the product is replaced.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.main import exit_code_of
from pipeline.cli.streams import prepare_streams
from pipeline.journal.journal import Journal
from pipeline.run.outside import Outside

HOUSE = Path(__file__).parent.parent / "pipeline"
PATIENCE = 240  # seconds that a command may take
THEIRS = ("anyio._backends._asyncio", "certifi", "httpcore", "PIL.JpegImagePlugin",
          "PIL.PngImagePlugin")  # fmt: skip
"""What libraries import when they are first used."""


@dataclass
class Clock:
    """Time that runs ``speed`` times as fast, and a date that jumps by each of ``jumps`` in turn.

    The date is the world's: what a vendor says of its links is compared with it.
    """

    speed: float = 1.0
    jumps: tuple[float, ...] = ()
    looked: int = 0

    def now(self):
        return time.monotonic() * self.speed

    def date(self):
        self.looked += 1
        return time.time() + (self.jumps[self.looked % len(self.jumps)] if self.jumps else 0.0)

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / self.speed)


@dataclass
class Fate:
    """Ends the process at once, right after (or just before) its n-th durable step."""

    after: int | None = None
    before: int | None = None
    steps: int = 0

    def open(self, path, *, clock):
        return MortalJournal(path, clock, self)

    def begun(self):
        if self.before is not None and self.steps + 1 == self.before:
            os.kill(os.getpid(), signal.SIGKILL)

    def done(self):
        self.steps += 1
        if self.steps == self.after:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, written):
        if written.exception() is None:
            self.done()


class MortalJournal(Journal):
    """A journal in which each commit is counted."""

    def __init__(self, path, clock, fate):
        super().__init__(path, clock=clock)
        self.fate = fate

    def intend(self, draft, wall):
        self.fate.begun()
        attempt = super().intend(draft, wall)
        self.fate.done()
        return attempt

    def move(self, attempt, to, **told):
        self.fate.begun()
        moved = super().move(attempt, to, **told)
        self.fate.done()
        return moved

    def intend_soon(self, draft, wall):
        self.fate.begun()
        return self.counted(super().intend_soon(draft, wall))

    def move_soon(self, attempt, to, **told):
        self.fate.begun()
        return self.counted(super().move_soon(attempt, to, **told))

    def counted(self, written):
        written.add_done_callback(self.fate.heard)
        return written


def perform(asked):
    """Run one command line as a user's process would; never returns."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    prepare_streams()
    warnings.simplefilter("ignore")
    fate = Fate(asked.get("after"), asked.get("before"))
    clock = Clock(asked.get("speed", 1.0), tuple(asked.get("jumps", ())))
    code = exit_code_of(asked["arguments"], Outside(clock, fate.open))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def fork(asked):
    """A child in a group of its own, talking into files; ended where it hangs."""
    pid = os.fork()
    if pid:
        return pid
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.alarm(PATIENCE)
    for name, number in (("out", 1), ("err", 2)):
        handle = os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    said = os.open(asked.get("in") or os.devnull, os.O_RDONLY)
    os.dup2(said, 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a process's own
    if asked.get("held"):  # until somebody has looked in
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        perform(asked)
    finally:
        traceback.print_exc()
        os._exit(99)


def load_all():
    """Import what any command imports sooner or later, and read what never changes."""
    rooms = [path for path in HOUSE.rglob("*.py") if path.name != "__main__.py"]
    names = dict.fromkeys(THEIRS)
    for path in rooms:
        with contextlib.suppress(SyntaxError):
            names |= dict.fromkeys(imported(path))
    for name in names:
        with contextlib.suppress(Exception):  # the command that needs it says so itself
            importlib.import_module(name)
    read_all()
    gc.collect()
    gc.freeze()  # what a child never touches it need not copy


def read_all():
    """Read what any command reads that is the same for all."""
    from pipeline.media.ffmpeg import find_ffmpeg
    from pipeline.media.typefaces import characters, shipped
    from pipeline.models.catalog import models, routes
    from pipeline.reporting import page
    from pipeline.vendors import client

    models()
    routes()
    find_ffmpeg().check()
    client._public()
    for bold in (False, True):
        characters(shipped(bold=bold))
    page._environment().get_template("report.html")


def imported(path):
    """The modules that a file names at any depth, and itself."""
    yield ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def main():
    if len(sys.argv) > 1:
        perform(json.loads(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest
    load_all()
    for line in sys.stdin:
        message = json.loads(line)
        if "run" in message:
            answer = {"pid": fork(message["run"])}
        else:
            answer = {"status": os.waitpid(message["wait"], 0)[1]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
