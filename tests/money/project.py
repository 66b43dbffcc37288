"""A small project on a desk, and what must be true of it in the end."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from commands import Stage

from pipeline.desk.ledger import charges, read_ledger
from pipeline.desk.server import Desk

HERE = Path(__file__).parent
HOUSE = HERE.parent.parent
SPEED = 50.0
KEY = "afk_topsecret_4711"
BOARD = """\
storyboard: 1
title: Tiny
format: {resolution: 64p}
defaults:
  model: happyhorse-1.1
  routes: [apiframe]
  duration: 3s
  resolution: 720p
  audio: mute
references:
  cup: {kind: prop, image: refs/cup.png, description: a cup}
  woman: {kind: character, image: refs/woman.png, description: a woman}
shots:
  - id: sh010
    prompt: Light over a flat coast.
  - id: sh020
    prompt: The light grows.
    first_frame: sh010.last
  - id: sh030
    prompt: A woman wakes.
    first_frame: refs/woman.png
  - id: sh040
    prompt: "@woman looks at @cup."
    references: [woman, cup]
    audio: keep
"""
TWO = """\
storyboard: 1
title: Two
format: {resolution: 64p}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s, resolution: 720p}
references:
  woman: {kind: character, image: refs/woman.png, description: a woman}
shots:
  - id: sh010
    prompt: Light over a flat coast.
    first_frame: refs/woman.png
  - id: sh020
    prompt: The light grows.
"""
SHOTS = 4
PRICE = SHOTS * 72  # credits: 3 s of 720p each


@dataclass(frozen=True)
class Undisturbed:
    """What a run that nobody disturbs leaves."""

    film: bytes
    lock: str


@dataclass
class Done:
    """How a command ended: its exit code (negative: the signal), and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self):
        return self.out + self.err


@dataclass
class Running:
    """A command under way."""

    stage: Stage
    pid: int
    out: Path
    err: Path

    def kill(self, number=signal.SIGKILL):
        os.kill(self.pid, number)

    def wait(self):
        status = os.waitstatus_to_exitcode(self.stage.ask(wait=self.pid)["status"])
        done = Done(status, self.out.read_text(), self.err.read_text())
        # promise: a traceback is a bug, and no output ever holds a key
        assert "Traceback" not in done.said, done.said
        assert "a fault of storyreel" not in done.said, done.said
        assert KEY not in done.said, done.said
        return done


@dataclass
class Project:
    """A folder with one board (or more), rendered against one desk."""

    root: Path
    desk: Desk
    stage: Stage
    ledger: Path
    runs: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, root, desk, stage, ledger, board=BOARD):
        boards = root / "storyboards"
        (boards / "refs").mkdir(parents=True)
        pictures = HOUSE / "storyboards" / "refs"
        shutil.copy(pictures / "coffee.png", boards / "refs" / "cup.png")
        shutil.copy(pictures / "astronaut.png", boards / "refs" / "woman.png")
        project = cls(root, desk, stage, ledger)
        project.write(board)
        return project

    def write(self, board, name="tiny"):
        (self.root / "storyboards" / f"{name}.storyboard.yaml").write_text(board)

    def start(self, *arguments, folder=None, **outside):
        self.runs += 1
        talk = self.root.parent / f"{self.root.name}-{self.runs}"
        asked = {
            "arguments": list(arguments),
            "folder": str(folder or self.root),
            "environment": self.whole_environment(),
            "out": f"{talk}.out",
            "err": f"{talk}.err",
            "speed": SPEED,
            **outside,
        }
        pid = self.stage.ask(run=asked)["pid"]
        return Running(self.stage, pid, Path(asked["out"]), Path(asked["err"]))

    def whole_environment(self):
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        config = {
            "XDG_CONFIG_HOME": str(self.root.parent / "config"),
            "HOME": str(self.root.parent),
        }
        return {**kept, **config, **self.desk.environment, **self.environment}

    def run(self, *arguments, **outside):
        return self.start(*arguments, **outside).wait()

    def render(self, *more, **outside):
        return self.run("render", "tiny", "--yes", *more, **outside)

    def render_until(self, seconds, number=signal.SIGKILL):
        """A render that is hit by a signal after so many seconds."""
        running = self.start("render", "tiny", "--yes")
        time.sleep(seconds)
        running.kill(number)
        return running.wait()

    @property
    def output(self):
        return self.root / "output"

    def film(self, name="tiny"):
        return (self.output / name / f"{name}.mp4").read_bytes()

    def lock(self, name="tiny"):
        return (self.root / "storyboards" / f"{name}.lock.toml").read_text()

    def clips(self):
        """The complete clips in the store, by digest."""
        return {path.stem: path.read_bytes() for path in self.output.glob("store/clips/*/*.mp4")}

    def journal(self, *flags):
        done = self.run("journal", "--json", *flags)
        assert done.code == 0, done.said
        return json.loads(done.out)["attempts"]

    def states(self):
        """How many attempts are in each state."""
        return Counter(attempt["state"] for attempt in self.journal())

    def charged(self):
        """By what was asked, how often it was charged and kept."""
        return charges(read_ledger(self.ledger))

    @property
    def kept(self):
        """How many charges were kept in all."""
        return sum(self.charged().values())

    def check_whole(self, film=None, *, shots=SHOTS, board="tiny"):
        """Everything is here, was paid for once, and nothing is left over."""
        assert sorted(self.charged().values()) == [1] * shots, read_ledger(self.ledger)
        assert list(self.output.glob("store/incoming/*")) == []
        assert self.journal("--live") == []
        assert self.states() == {"committed": shots}
        # a file half written lies beside its place under a name nobody reads, never by the boards
        assert not list((self.root / "storyboards").rglob("*.part"))
        if film is not None:
            assert self.film(board) == film.film
            assert self.lock(board) == film.lock

    def check_secret(self):
        """The key is in no file, a signed link in none but the journal's."""
        for path in self.root.rglob("*"):
            if not path.is_file():
                continue
            data = path.read_bytes()
            assert KEY.encode() not in data, path
            if not path.name.startswith("journal.db"):
                assert not re.search(rb"https?://127\.0\.0\.1:\d+/", data), path
