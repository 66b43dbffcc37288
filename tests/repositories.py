"""Real git repositories with small boards, for tests of versions. ``import repositories``."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

HEAD = """\
storyboard: 1
title: Test
format: {resolution: 64p, fps: 24}
defaults: {model: animatic, duration: 0.25s}
"""
NOBODYS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
BOARD = "storyboards/film.storyboard.yaml"


def board(*shots, head=HEAD):
    """A board of shots written as flow mappings without braces: ``id: sh010, prompt: …``."""
    return head + "shots:\n" + "".join(f"  - {{{shot}}}\n" for shot in shots)


@dataclass
class Project:
    """A project in a repository of its own."""

    folder: Path

    @property
    def board(self):
        return self.folder / BOARD

    def git(self, *words, into=None):
        """Run git as somebody without a configuration; what it says."""
        named = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *named, *words],
            cwd=into or self.folder,
            env={**os.environ, **NOBODYS},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, text, place=BOARD):
        """Write a file of the project."""
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def commit(self, text=None, *, says="a version"):
        """Commit all there is, with ``text`` as the board; its digest."""
        if text is not None:
            self.write(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", says)
        return self.git("rev-parse", "HEAD")


def project(folder):
    """An empty project, its output ignored as ``init`` has it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Project(folder)
    made.git("init", "-q", "-b", "main")
    made.write("output/\n", ".gitignore")
    return made
