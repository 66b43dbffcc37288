"""A project that can order at two vendors, each on a desk with a ledger of its own."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from project import KEY, SPEED, Project

from pipeline.desk.ledger import charges, read_ledger
from pipeline.desk.server import Desk

OTHER_KEY = "sk-empiriolabs-topsecret-4711"
BOARD = """\
storyboard: 1
title: Both
format: {resolution: 64p}
defaults:
  model: happyhorse-1.1
  routes: [apiframe, empiriolabs]
  duration: 3s
  resolution: 720p
shots:
  - {id: sh010, prompt: Light over a flat coast.}
  - {id: sh020, prompt: The light grows., first_frame: sh010.last}
  - {id: sh030, prompt: A woman wakes.}
  - {id: sh040, prompt: A dog barks.}
"""
SHOTS = 4
LENT = 'publishers = ["apiframe"]\n'
"""The user's own configuration: pictures for any route go up at Apiframe."""


@dataclass
class Both(Project):
    """A project with a second desk."""

    other: Desk | None = None
    ledgers: dict[str, Path] = field(default_factory=dict)

    def whole_environment(self):
        return {
            **super().whole_environment(),
            **self.other.environment,
            "STORYREEL_CONFIG": str(self.root.parent / "config.toml"),
            **self.environment,
        }

    def charged_at(self, route):
        """By what was asked, how often a vendor charged it and kept the money."""
        return charges(read_ledger(self.ledgers[route]))

    def charged(self):
        """The same, of both."""
        return sum((Counter(self.charged_at(route)) for route in self.ledgers), Counter())

    def routes(self):
        """By shot, the route of each of its takes, as the journal has them committed."""
        return {
            attempt["shot"]: attempt["route"]
            for attempt in self.journal()
            if attempt["state"] == "committed"
        }


@contextmanager
def both_desks(folder, stage, clips, board=BOARD, *, first=None, second=None, config=LENT):
    """The project; ``first`` and ``second`` are options of the desks."""
    usual = {"size": 64, "time": "8", "speed": SPEED, "clips": clips}
    ledgers = {name: folder / f"{name}.jsonl" for name in ("apiframe", "empiriolabs")}
    with ExitStack() as stack:
        money = {"accounts": {KEY: 100_000}, "ledger": ledgers["apiframe"]}
        desk = stack.enter_context(Desk("apiframe", **{**usual, **money, **(first or {})}))
        money = {"accounts": {OTHER_KEY: 1000}, "ledger": ledgers["empiriolabs"]}
        other = stack.enter_context(Desk("empiriolabs", **{**usual, **money, **(second or {})}))
        (folder / "config.toml").write_text(config)
        project = Both.new(folder / "project", desk, stage, ledgers["apiframe"], board)
        project.other, project.ledgers = other, ledgers
        yield project
