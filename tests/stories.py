"""Small boards and makers for tests of the line. Import it as ``import stories``."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import clips

from pipeline.errors import MediaError, StoryreelError, ToolStoppedError
from pipeline.graph import ShotGraph
from pipeline.ids import Digest
from pipeline.makers.interface import Delivery, Order, Tell
from pipeline.media.facts import ClipFacts
from pipeline.media.ffmpeg import FFmpeg
from pipeline.plan.facts import Facts
from pipeline.plan.planner import make_plan
from pipeline.plan.step import Plan
from pipeline.plan.take import Lock
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.resolver import Draft, resolve_film
from pipeline.storyboard.shot import Film

HEAD = """\
storyboard: 1
title: Test
format: {resolution: 64p, fps: 24}
defaults: {model: animatic, duration: 0.5s}
"""


def text(*shots: str, head: str = HEAD) -> str:
    """A board of shots given as flow mappings without id and braces: ``sh010 first_frame: …``."""
    lines = [head + "shots:"]
    for shot in shots:
        name, _, rest = shot.partition(" ")
        words = f"prompt: {name} happens"
        lines.append(f"  - {{id: {name}, {words}{', ' + rest if rest else ''}}}")
    return "\n".join(lines) + "\n"


def film_of(
    board: str, folder: Path, *, lock: Lock | None = None, draft: Draft | None = None
) -> Film:
    """The resolved film of a board's text."""
    loaded = load_board_text(board, name="test.storyboard.yaml", folder=folder, root=folder)
    seeds = (lock or Lock()).seeds(loaded.storyboard.seed)
    return resolve_film(
        loaded.storyboard,
        loaded.pictures,
        loaded.lines,
        seeds=seeds,
        draft=draft,
        clips=loaded.clips,
    )


def graph_of(film: Film) -> ShotGraph:
    """The graph of a film's shots."""
    return ShotGraph.of({shot.id: shot.waits_for for shot in film.shots})


NOTHING_HELD = Facts(
    lock=Lock(),
    state=lambda _: "missing",
    clips=lambda _: (),
    pixels=lambda _clip, _frame: None,
    made=lambda _clip, _key: None,
)


def plan_of(film: Film, facts: Facts = NOTHING_HELD) -> Plan:
    """The plan of all shots."""
    return make_plan(film, graph_of(film), facts)


def facts_of_a_clip(*, frames: int = 12, rate: Fraction = Fraction(24)) -> ClipFacts:
    """Facts of some clip, for what never opens it."""
    return ClipFacts(
        64, 36, rate, frames, False, "h264", "yuv420p", "bt709", "bt709", "bt709", "tv", 0, "p",
        None,
    )  # fmt: skip


def digest(letter: str) -> Digest:
    """A digest that is easy to read in a failure."""
    return Digest(letter * 64)


@dataclass
class NumberingMaker:
    """Makes real clips whose frames are numbered on from 20 times the shot's place in the cut.

    It writes down what happens in order, and can be told to fail for a shot, or to wait for an
    event before it answers.
    """

    ffmpeg: FFmpeg
    places: dict[str, int]
    fails: frozenset[str] = frozenset()
    waits: dict[str, threading.Event] = field(default_factory=dict)
    happened: list[str] = field(default_factory=list)
    handed: dict[str, int] = field(default_factory=dict)

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:
        self.happened.append(f"begin {order.shot}")
        if order.first_frame:
            self.handed[order.shot] = clips.number_in(order.first_frame)
        gate = self.waits.get(order.shot)
        while gate and not gate.wait(0.02):
            if stop.is_set():
                raise ToolStoppedError("stopped.")
        if order.shot in self.fails:
            self.happened.append(f"fail {order.shot}")
            raise MediaError(Path(order.shot), "the maker was told to fail")
        clips.make(
            self.ffmpeg,
            order.target,
            size=(order.width, order.height),
            rate=str(order.rate),
            frames=order.frames,
            start=20 * self.places[order.shot],
            codec=clips.TWO_B_FRAMES,
        )
        tell(1.0)
        return Delivery(notes=(f"{order.shot} was numbered",))


class BrokenMaker:
    """Delivers something that is no clip."""

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:
        order.target.write_text("<html>busy</html>")
        tell(1.0)
        assert not stop.is_set()
        return Delivery()


def brief(error: StoryreelError) -> str:
    """What a user reads first of an error."""
    return error.brief
