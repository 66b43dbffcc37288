"""Watching: what one round costs after a save, against the whole draft it keeps current.

Twenty shots for a paid model, as ``storyreel watch`` drafts them: words alone, a first frame, two
references. In one board all cuts are plain and every clip is copied into the film; in the other
every third shot comes in by a dissolve, so that pieces are encoded and the sound is mixed anew.
The prompts of six shots are changed one by one, three after each of two whole drafts. All is
measured in processor time of this process and of what it ran, reports and checks included: a
machine's other work counts less in that than in seconds.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from benchmarks import ROOT
from benchmarks.measure import Row, spell, tell
from pipeline.storyboard.resolver import Draft
from pipeline.watching.rounds import Watched, make_round
from pipeline.watching.told import Done, News

SHOTS = 20
CHANGED = ((2, 9, 13), (6, 10, 17))
MOST = 0.1
MOVES = ("static", "pan_right", "dolly_in", "truck_left", "zoom_in")
MADE_FROM = ("", ", first_frame: commander", ", references: [commander, rocket]")
HEAD = """\
storyboard: 1
title: Watched
format: {aspect: 16:9, resolution: 720p, fps: 24}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s}
references:
  commander: {kind: character, image: refs/astronaut.png, description: a woman in orange}
  rocket: {kind: prop, image: refs/rocket.jpg, description: a slim white rocket}
shots:
"""


def rows() -> list[Row]:
    return [_row("plain cuts", every=SHOTS), _row("6 dissolves", every=3)]


def _row(name: str, *, every: int) -> Row:
    tell(f"  {name}")
    wholes: list[float] = []
    each: list[float] = []
    ratios: list[float] = []
    for places in CHANGED:
        with tempfile.TemporaryDirectory() as folder:
            rounds = _Rounds(Path(folder), every)
            wholes.append(rounds.cost(None, SHOTS))
            each += [rounds.cost(place, 1) for place in places]
            ratios += [cost / wholes[-1] for cost in each[-len(places) :]]
    ratio = statistics.median(ratios)
    return Row(
        f"watch, {SHOTS} shots, {name}: one prompt changed, processor time",
        spell(statistics.median(each)),
        f"whole draft {spell(statistics.mean(wholes))}",
        f"{ratio:.3f}x ({min(ratios):.3f} to {max(ratios):.3f})",
        f"<= {MOST:g}x",
        ratio <= MOST,
    )


class _Rounds:
    """Rounds of a watch over a board in a folder of its own, one after the other."""

    def __init__(self, folder: Path, every: int) -> None:
        boards = folder / "storyboards"
        boards.mkdir()
        shutil.copytree(ROOT / "storyboards" / "refs", boards / "refs")
        self._board, self._every = boards / "watched.storyboard.yaml", every
        self._told: list[News] = []
        self._watched = Watched(self._board, Draft(), self._told.append)

    def cost(self, changed: int | None, made: int) -> float:
        """Seconds of processor time that a round takes, which is to make so many shots."""
        self._board.write_text(HEAD + "".join(self._shots(changed)), encoding="utf-8")
        before = _spent()
        make_round(self._watched, (), Event(), lambda: 0.0)
        spent = _spent() - before
        done = self._told[-1]
        assert isinstance(done, Done), done
        assert len(done.rendered.made) == made
        assert done.cut
        return spent

    def _shots(self, changed: int | None) -> Iterator[str]:
        for place in range(SHOTS):
            words = "She turns round." if place == changed else "The light goes from grey to gold."
            move, source = MOVES[place % len(MOVES)], MADE_FROM[place % len(MADE_FROM)]
            dissolve = place and place % self._every == 0
            yield (
                f"  - {{id: sh{place:03}, prompt: 'Shot {place}. {words}', camera: {{move: {move}}}"
                f"{source}{', transition: dissolve 12f' if dissolve else ''}}}\n"
            )


def _spent() -> float:
    """Processor time of this process and of its children that have ended, in seconds."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
