"""Shots, what the lock remembers and what the store holds -> the plan. It decides, it does nothing.

Shots are taken in the order they would be made, so that each knows what becomes of the shots it
starts on. Where their frames do not exist yet, the plan says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, Protocol

from pipeline.graph import ShotGraph
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.models.catalog import ANIMATIC, models, routes
from pipeline.plan.price import price_of
from pipeline.plan.request import Request, request_for
from pipeline.plan.routing import Closed, able_routes, in_order, open_routes
from pipeline.plan.step import (
    Action,
    Again,
    Changed,
    Elsewhere,
    Ended,
    Fetch,
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
    ToRun,
    Uncertain,
)
from pipeline.plan.take import ADOPTED, Lock, ShotTakes, Take
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
    route: str | None = None  # of the last attempt
    closed: Mapping[str, Closed] = field(default_factory=dict)  # routes that do not make it


@dataclass(frozen=True, slots=True)
class PaidJob:
    """Where a clip was bought, as the journal has it; ``age`` is seconds since it was done."""

    route: str
    age: float


def never_ordered(_: TakeKey) -> Ordered | None:
    """Where there is no journal nothing was ordered."""
    return None


def never_bought(_: Digest) -> PaidJob | None:
    """Where there is no journal no clip was bought."""
    return None


class Usable(Protocol):
    """Whether a route can be ordered through from here, with local ``pictures`` or without."""

    def __call__(self, name: str, *, pictures: bool) -> bool:
        """The answer for the route ``name``."""
        ...


def always_usable(name: str, *, pictures: bool) -> bool:  # noqa: ARG001 - as Usable
    """Where nobody looks for keys every route can be used."""
    return True


@dataclass(frozen=True, slots=True)
class Facts:
    """What the planner is told of the world.

    ``state`` and ``made`` answer for a clip, ``clips`` for a key (good clips only), ``pixels``
    for a frame of a clip: the digest recorded when it was extracted, or none. ``ordered`` answers
    for a key that was paid for, or may have been, ``bought`` for a clip; ``usable`` says whether a
    route can be ordered through from here.
    """

    lock: Lock
    state: Callable[[Digest], ClipState]
    clips: Callable[[TakeKey], Sequence[Digest]]
    pixels: Callable[[Digest, FrameOf], Digest | None]
    made: Callable[[Digest, TakeKey | None], Made | None]
    ordered: Callable[[TakeKey], Ordered | None] = never_ordered
    bought: Callable[[Digest], PaidJob | None] = never_bought
    usable: Usable = always_usable


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
    asked = {s.shot.id: s.shot.asked for s in steps if isinstance(s.action, ToRun)}
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
        names = self._routes(shot, request, action)
        route, others = (names[0], names[1:]) if names else (None, ())
        price = price_of(shot, route)
        other = price_of(shot, others[0]) if others else None
        self.steps[shot.id] = Step(shot, action, request, price, renamed, route, others, other)

    def _routes(self, shot: Shot, request: Request, action: Action) -> tuple[str, ...]:
        """The route that makes it, or has it already, and those that would be asked next."""
        ordered = self.facts.ordered(request.key) if request.key else None
        if isinstance(action, Fetch):
            return (action.route,)
        if ordered and ordered.route and isinstance(action, Resume | Uncertain | Ended):
            return (ordered.route,)
        if not isinstance(action, Make):
            return able_routes(shot)
        elsewhere = isinstance(action.reason, Elsewhere)
        names = open_routes(shot, ordered.closed) if ordered and elsewhere else able_routes(shot)
        sends = bool(shot.sources)
        return in_order(names, lambda name: self.facts.usable(name, pictures=sends))

    def _pixels(self, source: Source) -> Digest | None:
        if not isinstance(source, FrameOf):
            return source.digest
        step = self.steps[source.shot]
        if isinstance(step.action, Reuse):
            return self.facts.pixels(step.action.clip, source)
        if isinstance(step.action, Fetch | Missing):
            return self._as_locked(step, step.action.clip, source)
        return None

    def _as_locked(self, step: Step, clip: Digest, source: FrameOf) -> Digest | None:
        """A frame of a clip that is not here, as the lock has it since it was handed over."""
        takes = self.facts.lock.of(step.renamed_from or step.shot.id).takes
        take = next((t for t in takes if (t.key, t.clip) == (step.key, clip)), None)
        return take.pixels_of(source) if take else None

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
        held = self._held(shot, key, takes, serving)
        return held or self._not_held(shot, request, takes, serving, ordered)

    def _held(
        self, shot: Shot, key: TakeKey, takes: ShotTakes, serving: Take | None
    ) -> Reuse | None:
        """The good clip that serves, else any other that was made for this very request."""
        if serving and self.facts.state(serving.clip) == "good":
            return Reuse(serving.clip, serving.number, self._label_note(shot, serving.clip, key))
        found = next(iter(self.facts.clips(key)), None)
        if found is None:
            return None
        numbers = (take.number for take in takes.takes if (take.key, take.clip) == (key, found))
        return Reuse(found, next(numbers, None), self._label_note(shot, found, key))

    def _not_held(
        self,
        shot: Shot,
        request: Request,
        takes: ShotTakes,
        serving: Take | None,
        ordered: Ordered | None,
    ) -> Action:
        if ordered and ordered.state == "ended":
            return self._after_its_end(shot, ordered)
        lost = serving.clip if serving else ordered.clip if ordered else None
        if lost is None:
            return Make(self._new_or_changed(request, takes))
        return self._gone(shot, lost, serving)

    def _after_its_end(self, shot: Shot, ordered: Ordered) -> Action:
        if self.retry_ended:
            return Make(Again(ordered.words))
        if ordered.route in ordered.closed and open_routes(shot, ordered.closed):
            return Make(Elsewhere(ordered.words))
        others = (name for name in able_routes(shot) if name not in ordered.closed)
        refused = ordered.closed.get(ordered.route or "") == "refused"
        return Ended(ordered.words, next(others, None) if refused else None)

    def _gone(self, shot: Shot, clip: Digest, take: Take | None) -> Action:
        state = self.facts.state(clip)
        if take and take.route == ADOPTED and not self.remake_missing:
            return Missing(clip, state, "it was adopted: adopt its file again")
        if models()[shot.model].built_in:
            return Make(Gone(clip, f"is {state}"))
        fetch = self._fetch(clip, take)
        if self.remake_missing:
            return Make(Gone(clip, f"is {state}", fetch), certain=fetch is None)
        too_late = _too_late(self.facts.bought(clip))
        return Missing(clip, state, too_late) if too_late or not fetch else fetch

    def _fetch(self, clip: Digest, take: Take | None) -> Fetch | None:
        """How its job is asked for a clip that was paid for, where somebody knows the job."""
        bought = self.facts.bought(clip)
        job = take.job if take else None
        route = take.route if take and job else bought.route if bought else None
        known = routes().get(route) if route else None
        if route is None or known is None or not known.connected:
            return None
        return Fetch(clip, route, job, take.price if take else None)

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
        if made is None or made.label in ("", shot.id) or shot.model != ANIMATIC:
            return ""
        return f"its picture says {made.label}; --force {shot.id} draws it anew"


def _too_late(bought: PaidJob | None) -> str:
    """Why a vendor is not asked for a clip any more; empty where it may still have it."""
    life = routes()[bought.route].clip_seconds if bought and bought.route in routes() else None
    if bought is None or life is None or bought.age <= life:
        return ""
    return f"{bought.route} keeps a clip for {float(life / 3600):g} h"


def _fields_of(request: Request) -> set[str]:
    """The fields that hold a picture nobody knows yet."""
    fields = {
        "first_frame": request.first_frame,
        "last_frame": request.last_frame,
        "references": None if None in request.references else "known",
    }
    return {name for name, known in fields.items() if known is None and request.unknown}
