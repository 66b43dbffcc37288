"""Shots, what the lock remembers and what the store holds -> the plan. It decides, it does nothing.

Shots are taken in the order they would be made, so that each knows what becomes of the shots it
starts on. Where their frames do not exist yet, the plan says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from pipeline.graph import ShotGraph
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.models.catalog import models
from pipeline.plan.price import price_of
from pipeline.plan.request import Request, request_for
from pipeline.plan.step import (
    Action,
    Again,
    Changed,
    Ended,
    Follows,
    Forced,
    Gone,
    Make,
    Missing,
    New,
    Plan,
    Resume,
    Reuse,
    Step,
    Uncertain,
)
from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.storyboard.shot import Film, FrameOf, Shot, Source

ClipState = Literal["good", "missing", "torn"]


@dataclass(frozen=True, slots=True)
class Made:
    """What a clip was made for: the request's fields, and the shot's name at the time."""

    fields: Mapping[str, str]
    label: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the journal knows of the last attempt at a key, as far as a plan has to know."""

    state: Literal["out", "uncertain", "ended", "had"]
    words: str
    clip: Digest | None = None  # of the take that was had


def never_ordered(_: TakeKey) -> Ordered | None:
    """Where there is no journal nothing was ordered."""
    return None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the planner is told of the world.

    ``state`` and ``made`` answer for a clip, ``clips`` for a key (good clips only), ``pixels``
    for a frame of a clip: the digest recorded when it was extracted, or none. ``ordered`` answers
    for a key that was paid for, or may have been.
    """

    lock: Lock
    state: Callable[[Digest], ClipState]
    clips: Callable[[TakeKey], Sequence[Digest]]
    pixels: Callable[[Digest, FrameOf], Digest | None]
    made: Callable[[Digest, TakeKey | None], Made | None]
    ordered: Callable[[TakeKey], Ordered | None] = never_ordered


def make_plan(
    film: Film,
    graph: ShotGraph,
    facts: Facts,
    *,
    selected: Collection[ShotId] | None = None,
    forced: Collection[ShotId] = (),
    retry_ended: bool = False,
    remake_missing: bool = False,
) -> Plan:
    """Decide for each shot.

    Args:
        film: the resolved shots.
        graph: of the same shots.
        facts: what is held.
        selected: make only these and what they start from; absent, all.
        forced: make another take of these though one is there.
        retry_ended: order takes again that failed before.
        remake_missing: pay again for takes whose clips are gone.
    """
    planning = _Planning(film, facts, frozenset(forced), retry_ended, remake_missing)
    by_name = {shot.id: shot for shot in film.shots}
    for name in graph.order:
        planning.decide(by_name[ShotId(name)])
    wanted = graph.needed_for(selected) if selected is not None else set(by_name)
    every = (planning.steps[shot.id] for shot in film.shots)
    steps = tuple(s for s in every if s.shot.id in wanted or s.verb == "reuse")
    shown = {step.shot.id for step in steps}
    asked = {s.shot.id: s.shot.asked for s in steps if isinstance(s.action, Make | Resume)}
    cost = {name: asked.get(ShotId(name), Fraction(0)) for name in graph.order}
    return Plan(
        steps=steps,
        order=tuple(ShotId(name) for name in graph.longest_first(cost) if cost[name]),
        critical_path=tuple(ShotId(name) for name in graph.critical_path(cost) if cost[name]),
        left_out=tuple(shot.id for shot in film.shots if shot.id not in shown),
    )


@dataclass
class _Planning:
    film: Film
    facts: Facts
    forced: frozenset[ShotId]
    retry_ended: bool
    remake_missing: bool
    steps: dict[ShotId, Step] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {shot.id for shot in self.film.shots}
        blocks = self.facts.lock.shots.items()
        self.orphans = {name: block for name, block in blocks if name not in names and block.takes}
        self.orphan_keys = {
            take.key: name for name, block in self.orphans.items() for take in block.takes
        }

    def decide(self, shot: Shot) -> None:
        request = request_for(shot, self._pixels)
        renamed = None
        if self.orphans and shot.id not in self.facts.lock.shots:
            shot, request, renamed = self._renamed(shot, request)
        takes = self.facts.lock.of(renamed or shot.id)
        action = self._action(shot, request, takes)
        self.steps[shot.id] = Step(shot, action, request, price_of(shot), renamed)

    def _pixels(self, source: Source) -> Digest | None:
        if not isinstance(source, FrameOf):
            return source.digest
        action = self.steps[source.shot].action
        return self.facts.pixels(action.clip, source) if isinstance(action, Reuse) else None

    def _renamed(self, shot: Shot, request: Request) -> tuple[Shot, Request, ShotId | None]:
        """A shot nobody knows whose request an absent shot made is that shot under a new name."""
        seeds: list[int] = [shot.seed]
        if not shot.seed_written:
            seeds += [block.seed for block in self.orphans.values() if block.seed is not None]
        for seed in dict.fromkeys(seeds):
            key = replace(request, seed=seed).key if request.seed is not None else request.key
            if key in self.orphan_keys:
                return replace(shot, seed=seed), replace(request, seed=seed), self.orphan_keys[key]
        return shot, request, None

    def _action(self, shot: Shot, request: Request, takes: ShotTakes) -> Action:
        key = request.key
        ordered = self.facts.ordered(key) if key else None
        if ordered and ordered.state == "out":  # before anything new is ordered
            return Resume(ordered.words)
        if ordered and ordered.state == "uncertain":
            return Uncertain(ordered.words)
        if shot.id in self.forced:
            return Make(Forced())
        if key is None:
            return self._following(request, takes)
        serving = takes.serving(key)
        held = self._held(shot, key, serving)
        return held or self._not_held(shot, request, takes, serving, ordered)

    def _held(self, shot: Shot, key: TakeKey, serving: Take | None) -> Reuse | None:
        """The good clip that serves, else any other that was made for this very request."""
        if serving and self.facts.state(serving.clip) == "good":
            return Reuse(serving.clip, serving.number, self._label_note(shot, serving.clip, key))
        found = self.facts.clips(key)
        return Reuse(found[0], None, self._label_note(shot, found[0], key)) if found else None

    def _not_held(
        self,
        shot: Shot,
        request: Request,
        takes: ShotTakes,
        serving: Take | None,
        ordered: Ordered | None,
    ) -> Action:
        if ordered and ordered.state == "ended":
            return Make(Again(ordered.words)) if self.retry_ended else Ended(ordered.words)
        lost = serving.clip if serving else ordered.clip if ordered else None
        return self._gone(shot, lost) if lost else Make(self._new_or_changed(request, takes))

    def _gone(self, shot: Shot, clip: Digest) -> Action:
        state = self.facts.state(clip)
        if models()[shot.model].built_in or self.remake_missing:
            return Make(Gone(clip, f"is {state}"))
        return Missing(clip, state)

    def _following(self, request: Request, takes: ShotTakes) -> Make:
        """Frames it starts on are to be made: is anything sure already?"""
        if not takes.takes:
            return Make(New())
        changed = self._changed_fields(request, takes)
        if changed:
            return Make(Changed(changed))
        frames = (source for source in request.unknown if isinstance(source, FrameOf))
        return Make(Follows(tuple(dict.fromkeys(f.shot for f in frames))), certain=False)

    def _new_or_changed(self, request: Request, takes: ShotTakes) -> New | Changed:
        if not takes.takes:
            return New()
        return Changed(self._changed_fields(request, takes) or ())

    def _changed_fields(self, request: Request, takes: ShotTakes) -> tuple[str, ...] | None:
        """Which fields differ from the newest take's request; none where that is not recorded."""
        last = max(takes.takes, key=lambda take: take.number)
        made = self.facts.made(last.clip, last.key)
        if made is None:
            return None
        now, before = request.fields(), made.fields
        unknown = _fields_of(request)
        names = dict.fromkeys((*now, *before))
        return tuple(n for n in names if n not in unknown and now.get(n) != before.get(n))

    def _label_note(self, shot: Shot, clip: Digest, key: TakeKey) -> str:
        """The animatic burns the shot's name in: say when the picture shows another."""
        made = self.facts.made(clip, key)
        if made is None or not made.label or made.label == shot.id:
            return ""
        return f"its picture says {made.label}; --force {shot.id} draws it anew"


def _fields_of(request: Request) -> set[str]:
    """The fields that hold a picture nobody knows yet."""
    fields = {
        "first_frame": request.first_frame,
        "last_frame": request.last_frame,
        "references": None if None in request.references else "known",
    }
    return {name for name, known in fields.items() if known is None and request.unknown}
