"""Runs command lines as a user does, each in a process of its own. ``import commands``.

The processes are children of one that has loaded storyreel (``stage.py``), so that a command costs
what it does and not what Python's imports cost.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


class Stage:
    """Runs commands in children of a process that has loaded storyreel."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "stage.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        )

    def ask(self, **message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@functools.cache
def stage():
    """The stage of this process; ``tests/conftest.py`` closes it at the end."""
    return Stage()


@dataclass
class Running:
    """A command under way, talking into files of a folder."""

    words: tuple[str, ...]
    pid: int
    talk: Path

    def kill(self, number):
        os.kill(self.pid, number)

    def wait(self):
        """Its end, with all it said, as ``subprocess.run`` gives it."""
        code = os.waitstatus_to_exitcode(stage().ask(wait=self.pid)["status"])
        files = (self.talk / name for name in ("out", "err"))
        told = [path.read_text(encoding="utf-8", errors="replace") for path in files]
        shutil.rmtree(self.talk)
        return subprocess.CompletedProcess(self.words, code, *told)


def start(*words, cwd, env, stdin=None, **outside):
    """Begin a command line; ``outside`` is what ``stage.py`` hands in, such as ``speed``."""
    talk = Path(tempfile.mkdtemp())
    if stdin is not None:
        (talk / "in").write_text(stdin, encoding="utf-8")
    asked = {
        "arguments": words, "folder": str(cwd), "environment": env, "out": str(talk / "out"),
        "err": str(talk / "err"), "in": None if stdin is None else str(talk / "in"), **outside,
    }  # fmt: skip
    return Running(words, stage().ask(run=asked)["pid"], talk)


def run(*words, cwd, env, stdin=None, **outside):
    """A command line to its end."""
    return start(*words, cwd=cwd, env=env, stdin=stdin, **outside).wait()


def storyreel(*words, cwd, stdin=None, env=None, **outside):
    """A command line of somebody with no configuration of their own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("STORYREEL_")}
    ours["STORYREEL_CONFIG"] = str(Path(cwd) / "no-user-config.toml")
    return run(*words, cwd=cwd, env={**ours, **(env or {})}, stdin=stdin, **outside)
