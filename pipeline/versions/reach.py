"""Which shots a change reaches: those that ask for something else, those that start on them. Pure.

Where all pictures are known in both versions the keys decide. Where a frame is not known yet, a
shot is reached if the shot that the frame is of is, or hands over another frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.graph import ShotGraph
from pipeline.ids import ShotId
from pipeline.plan.reasons import PICTURES
from pipeline.plan.request import Request
from pipeline.plan.step import Reuse, Step
from pipeline.storyboard.shot import FrameOf, Shot
from pipeline.versions.pairing import Names, Pair, source_value

Fate = Literal["same", "anew", "follows"]
"""Asked for as before; asked for something else; starts on a frame of a shot that is reached."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of a shot's request; ``follows`` are the shots it starts on that are reached."""

    fate: Fate
    follows: tuple[ShotId, ...] = ()


SAME = Reached("same")


def reached(
    pairs: tuple[Pair, ...],
    before: Mapping[ShotId, Step],
    now: Mapping[ShotId, Step],
    graph: ShotGraph,
    names: Names,
) -> dict[ShotId, Reached]:
    """By its name now, what became of each shot that is in the film now.

    Args:
        pairs: all shots of both versions.
        before: by the name then, the old version's plan.
        now: by the name now, the new version's plan.
        graph: of the new version.
        names: of the shots renamed since.
    """
    reaching = _Reaching({p.new.id: p for p in pairs if p.new}, before, now, names)
    for name in graph.order:
        reaching.decide(ShotId(name))
    return reaching.found


@dataclass(frozen=True, slots=True)
class _Reaching:
    pairs: Mapping[ShotId, Pair]
    before: Mapping[ShotId, Step]
    now: Mapping[ShotId, Step]
    names: Names
    found: dict[ShotId, Reached] = field(default_factory=dict)

    def decide(self, name: ShotId) -> None:
        pair = self.pairs[name]
        if pair.new is None:
            raise AssertionError("only shots that are in the film are decided on")
        self.found[name] = self._of(pair.old, pair.new) if pair.old else Reached("anew")

    def _of(self, old: Shot, new: Shot) -> Reached:
        was, asks = self.before[old.id].as_said, self.now[new.id].as_said
        if was.key and was.key == asks.key:
            return SAME
        same_sources = _sources(old, self.names) == _sources(new, {})
        if not same_sources or _differing(was, asks) - PICTURES:
            return Reached("anew")
        frames = [one for one in new.sources if isinstance(one, FrameOf)]
        if was.key and asks.key:  # the same pictures by name, and yet others: of other takes
            return Reached("follows", tuple(dict.fromkeys(one.shot for one in frames)))
        follows = tuple(dict.fromkeys(one.shot for one in frames if self._hands_another(one)))
        return Reached("follows", follows) if follows else SAME

    def _hands_another(self, frame: FrameOf) -> bool:
        """Whether a shot hands over another frame than before, or may."""
        old, new = self.pairs[frame.shot].old, self.pairs[frame.shot].new
        if old is None or new is None or self.found[frame.shot].fate != "same":
            return True
        was, now = self.before[old.id].action, self.now[new.id].action
        if isinstance(was, Reuse) and isinstance(now, Reuse) and was.clip != now.clip:
            return True
        at_an_end = frame.moment in ("first", "last")
        return at_an_end and (old.use, old.cut) != (new.use, new.cut)


def _sources(shot: Shot, names: Names) -> tuple[object, ...]:
    kinds = (shot.first_frame, shot.last_frame, *shot.references)
    return tuple(source_value(source, names) for source in kinds)


def _differing(one: Request, other: Request) -> set[str]:
    """The fields of two requests that differ."""
    a, b = one.fields(), other.fields()
    return {name for name in (*a, *b) if a.get(name) != b.get(name)}
