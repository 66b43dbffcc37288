"""Shots, what the lock remembers and what the store holds -> the plan. It decides, it does nothing.

Shots are taken in the order they would be made, so that each knows what becomes of the shots it
starts on. Where their frames do not exist yet, the plan says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pipeline.graph import ShotGraph
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.models.catalog import models, routes
from pipeline.plan.facts import (
    ClipState,
    Facts,
    Ordered,
    PaidJob,
)
from pipeline.plan.price import price_of
from pipeline.plan.reasons import (
    PICTURES,
    changed_fields,
    label_note,
    old_words,
    pick_note,
    serving_note,
)
from pipeline.plan.request import Request, request_for
from pipeline.plan.routing import able_routes, in_order, open_routes
from pipeline.plan.serving import Serving, answers, held_take, serving
from pipeline.plan.step import (
    Action,
    Again,
    Changed,
    Elsewhere,
    Ended,
    Fetch,
    Follows,
    Forced,
    Further,
    Gone,
    Make,
    Missing,
    New,
    Plan,
    Rejected,
    Resume,
    Reuse,
    Step,
    ToRun,
    Uncertain,
)
from pipeline.plan.take import ADOPTED, ShotTakes, Take, TakeOrder
from pipeline.plan.wanted import further_takes
from pipeline.storyboard.shot import Film, FrameOf, Shot, Source


def make_plan(
    film: Film,
    graph: ShotGraph,
    facts: Facts,
    *,
    selected: Collection[ShotId] | None = None,
    forced: Collection[ShotId] = (),
    retry_ended: bool = False,
    remake_missing: bool = False,
    orders: Mapping[ShotId, Sequence[TakeOrder]] | None = None,
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
        orders: by shot, the further takes to make; absent, those the board and the lock ask for.
    """
    planning = _Planning(film, facts, frozenset(forced), retry_ended, remake_missing, orders)
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
        further=tuple(
            step for shot in film.shots if shot.id in wanted for step in planning.further[shot.id]
        ),
    )


@dataclass
class _Planning:
    film: Film
    facts: Facts
    forced: frozenset[ShotId]
    retry_ended: bool
    remake_missing: bool
    orders: Mapping[ShotId, Sequence[TakeOrder]] | None
    steps: dict[ShotId, Step] = field(default_factory=dict)
    further: dict[ShotId, tuple[Step, ...]] = field(default_factory=dict)

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
        held = self._held(shot, request, takes)
        chosen = Serving(request, None) if held else self._chosen(request, takes)
        action = held or self._action(shot, request, takes, chosen)
        step = self._step(shot, chosen.request, action, renamed)
        self.steps[shot.id] = replace(step, said=request)
        self.further[shot.id] = tuple(self._further(shot, request, takes, renamed))

    def _chosen(self, request: Request, takes: ShotTakes) -> Serving:
        """Who serves, or what is to be made; while a picture is unknown nobody knows."""
        if request.key is None:
            return Serving(request, None)
        return serving(request, takes, lambda clip: self.facts.state(clip) == "good")

    def _step(
        self,
        shot: Shot,
        request: Request,
        action: Action,
        renamed: ShotId | None,
        further: str = "",
    ) -> Step:
        names = self._routes(shot, request, action)
        route, others = (names[0], names[1:]) if names else (None, ())
        price = price_of(shot, route)
        other = price_of(shot, others[0]) if others else None
        return Step(shot, action, request, price, renamed, route, others, other, further)

    def _further(
        self, shot: Shot, request: Request, takes: ShotTakes, renamed: ShotId | None
    ) -> Iterator[Step]:
        """The takes that are wanted besides the one that serves."""
        orders = None if self.orders is None else self.orders.get(shot.id, ())
        serves = self.steps[shot.id]
        for one in further_takes(shot, request, takes, serves.request, orders):
            action = self._further_action(shot, one.request, takes, serves.action)
            yield self._step(shot, one.request, action, renamed, one.words)

    def _further_action(
        self, shot: Shot, request: Request, takes: ShotTakes, serves: Action
    ) -> Action:
        key = request.key
        if key is None:
            return Make(Further(request.seed), certain=isinstance(serves, Make) and serves.certain)
        ordered = self.facts.ordered(key)
        if ordered and ordered.state in ("out", "uncertain"):
            return (Resume if ordered.state == "out" else Uncertain)(ordered.words)
        found = [clip for clip in self.facts.clips(key) if clip not in takes.rejected]
        if found:
            return Reuse(found[0], None)
        if ordered and ordered.state == "ended":
            return self._after_its_end(shot, ordered)
        if ordered and ordered.clip:
            return self._gone(shot, ordered.clip, None)
        return Make(Further(request.seed))

    def _held(
        self, shot: Shot, request: Request, takes: ShotTakes
    ) -> Reuse | Fetch | Missing | None:
        """The take that a person holds though it was made for another request."""
        take = held_take(takes)
        if take is None or shot.id in self.forced:
            return None
        if request.key is not None and answers(request, take):
            return None  # it serves without being held
        state = self.facts.state(take.clip)
        if state == "good":
            old = old_words(self.facts, request, take)
            return Reuse(take.clip, take.number, f"take {take.number}, held: made {old}", held=True)
        return None if models()[take.model].built_in else self._held_away(shot, take, state)

    def _held_away(self, shot: Shot, take: Take, state: ClipState) -> Fetch | Missing | None:
        fetch, too_late = self._fetch(take.clip, take), _too_late(self.facts.bought(take.clip))
        if fetch and not too_late:
            return replace(fetch, held=take)  # free of charge, so before anything is paid again
        if self.remake_missing:
            return None
        why = ", ".join(filter(None, (f"take {take.number} is held", too_late)))
        return Missing(take.clip, state, f"{why}: storyreel pick {shot.id} --clear lets go of it")

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
        known = (take.pixels_of(source) for take in takes if take.clip == clip)
        return next((pixels for pixels in known if pixels), None)

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

    def _action(self, shot: Shot, request: Request, takes: ShotTakes, chosen: Serving) -> Action:
        key = chosen.request.key
        ordered = self.facts.ordered(key) if key else None
        if ordered and ordered.state == "out":  # before anything new is ordered
            return Resume(ordered.words)
        if ordered and ordered.state == "uncertain":
            return Uncertain(ordered.words)
        if shot.id in self.forced:
            return Make(Forced())
        if key is None:
            return self._following(shot, request, takes)
        there = self._there(shot, request, key, takes, chosen.take)
        return there or self._not_there(shot, request, takes, chosen, ordered)

    def _there(
        self, shot: Shot, request: Request, key: TakeKey, takes: ShotTakes, take: Take | None
    ) -> Reuse | None:
        """The good clip that serves, else any other that was made for this very request."""
        if take and self.facts.state(take.clip) == "good":
            return Reuse(
                take.clip, take.number, serving_note(self.facts, shot, request, take, takes)
            )
        found = [clip for clip in self.facts.clips(key) if clip not in takes.rejected]
        if not found:
            return None
        numbers = (one.number for one in takes.takes if (one.key, one.clip) == (key, found[0]))
        return Reuse(found[0], next(numbers, None), label_note(self.facts, shot, found[0], key))

    def _not_there(
        self,
        shot: Shot,
        request: Request,
        takes: ShotTakes,
        chosen: Serving,
        ordered: Ordered | None,
    ) -> Action:
        if ordered and ordered.state == "ended":
            return self._after_its_end(shot, ordered)
        lost = chosen.take.clip if chosen.take else ordered.clip if ordered else None
        if lost is not None:
            return self._gone(shot, lost, chosen.take)
        reason = self._why_made(shot, request, takes, chosen.rejected)
        return Make(reason, note=pick_note(self.facts, request, takes))

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

    def _following(self, shot: Shot, request: Request, takes: ShotTakes) -> Make:
        """Frames it starts on are to be made: is anything sure already?"""
        last = takes.newest()
        if last is None:
            return Make(New())
        changed = changed_fields(self.facts, request, last)
        if changed:
            return Make(Changed(changed), note=pick_note(self.facts, request, takes))
        frames = (source for source in request.unknown if isinstance(source, FrameOf))
        moved, why = self._moved(shot, last)
        names = moved or tuple(dict.fromkeys(frame.shot for frame in frames))
        return Make(Follows(names, why), certain=False)

    def _why_made(
        self, shot: Shot, request: Request, takes: ShotTakes, rejected: tuple[int, ...]
    ) -> New | Changed | Follows | Rejected:
        last = takes.newest()
        if rejected:
            return Rejected(rejected)
        if last is None:
            return New()
        changed = changed_fields(self.facts, request, last) or ()
        moved, why = self._moved(shot, last)
        return Follows(moved, why) if moved and PICTURES.issuperset(changed) else Changed(changed)

    def _moved(self, shot: Shot, last: Take) -> tuple[tuple[ShotId, ...], str]:
        """Which shots it was made from show another take now because a person said so, and how."""
        made = self.facts.made(last.clip, last.key)
        held = (made.fields.get(name, "").split() for name in PICTURES) if made else ()
        pixels = {digest for digests in held for digest in digests}
        moved = {name: why for name in shot.uses if (why := self._repicked(name, pixels))}
        return tuple(moved), next(iter(moved.values()), "")

    def _repicked(self, name: ShotId, pixels: set[str]) -> str:
        step = self.steps[name]
        block = self.facts.lock.of(step.renamed_from or name)
        if not isinstance(step.action, Reuse):
            return ""
        clip = step.action.clip
        before = [
            take
            for take in block.takes
            if take.clip != clip and not pixels.isdisjoint(take.frames.values())
        ]
        if not before:
            return ""
        if clip == block.pick:
            return "whose pick changed"
        if before[-1].clip in block.rejected:
            return "whose take was rejected"
        stood = answers(step.as_said, before[-1]) and self.facts.state(before[-1].clip) == "good"
        return f"whose take {step.action.take} serves again" if stood else ""


def _too_late(bought: PaidJob | None) -> str:
    """Why a vendor is not asked for a clip any more; empty where it may still have it."""
    life = routes()[bought.route].clip_seconds if bought and bought.route in routes() else None
    if bought is None or life is None or bought.age <= life:
        return ""
    return f"{bought.route} keeps a clip for {float(life / 3600):g} h"
