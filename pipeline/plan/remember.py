"""A lock with what a run brought; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.ids import ShotId, TakeKey
from pipeline.plan.step import Fetch, Forced, Make, Plan, Resume, Reuse, Step
from pipeline.plan.take import Lock, ShotTakes, Take


def remember(
    lock: Lock,
    board_seed: int,
    news: Sequence[tuple[Step, Take]],
    given_up: Collection[TakeKey] = (),
) -> Lock:
    """The lock with new takes; blocks of other shots stay as they are.

    A renamed shot takes its block along. A take made by force is picked, for somebody asked for
    it; every other leaves what serves alone. Derived seeds are pinned. A further take that came, or
    was ``given_up``, is ordered no more.
    """
    shots = dict(lock.shots)
    pins_hold = lock.board_seed == board_seed
    for step, take in news:
        name = step.shot.id
        if step.renamed_from in shots and name not in shots:
            shots[name] = shots.pop(step.renamed_from)
        block = _with_take(shots.get(name, ShotTakes()), take)
        if not step.shot.seed_written:
            block = replace(block, seed=step.shot.seed)
        if isinstance(step.action, Make) and isinstance(step.action.reason, Forced):
            block = replace(block, pick=take.clip)
        if step.fetch and step.fetch.held and block.pick == step.fetch.clip:
            block = replace(block, pick=take.clip)  # its vendor may deliver other bytes of it
        shots[name] = block
    over = {*given_up, *(take.key for _, take in news)}
    shots = {name: _without_orders(block, over) for name, block in shots.items()}
    if not pins_hold:  # seeds pinned under another board seed mean nothing now
        told = {step.shot.id for step, _ in news}
        shots = {n: b if n in told else replace(b, seed=None) for n, b in shots.items()}
    return Lock(board_seed, shots)


def _without_orders(block: ShotTakes, over: Collection[TakeKey]) -> ShotTakes:
    left = tuple(order for order in block.orders if order.key not in over)
    return block if len(left) == len(block.orders) else replace(block, orders=left)


def numbers_ahead(plan: Plan, lock: Lock) -> Mapping[ShotId, int]:
    """By label, the number of each take to come, so that they hang on no clock.

    The one that serves comes first, then variation by variation.
    """
    given: dict[ShotId, int] = {}
    last: dict[ShotId, int] = {}
    for step in plan.every:
        if isinstance(step.action, Make | Resume | Fetch) or step.action == _found(step):
            block = lock.of(step.renamed_from or step.shot.id)
            number = last.get(step.shot.id, block.next_number() - 1) + 1
            given[step.label] = last[step.shot.id] = number
    return given


def _found(step: Step) -> Reuse | None:
    """The step's action where it uses a clip that is no take of the shot yet."""
    action = step.action
    return action if isinstance(action, Reuse) and action.take is None else None


def _with_take(block: ShotTakes, take: Take) -> ShotTakes:
    """The block with ``take``, renumbered if another process used its number meanwhile."""
    same = [t for t in block.takes if (t.key, t.clip) == (take.key, take.clip)]
    if same:
        frames = {**same[0].frames, **take.frames}
        grown = replace(same[0], frames=frames, job=same[0].job or take.job)
        return replace(block, takes=tuple(grown if t is same[0] else t for t in block.takes))
    if any(t.number == take.number for t in block.takes):
        take = replace(take, number=block.next_number())
    return replace(block, takes=(*block.takes, take))
