"""Which takes of a shot are wanted besides the one that serves. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from pipeline.ids import TakeKey
from pipeline.plan.request import Request
from pipeline.plan.take import OWN_SEED, ShotTakes, TakeOrder
from pipeline.storyboard.shot import Shot


@dataclass(frozen=True, slots=True)
class FurtherTake:
    """A take to be made that does not serve; ``words`` say which of them it is."""

    request: Request
    words: str


def further_takes(
    shot: Shot,
    request: Request,
    takes: ShotTakes,
    serves: Request,
    orders: Sequence[TakeOrder] | None,
) -> Iterator[FurtherTake]:
    """The takes wanted that the shot has not; one that was made is not asked for again by itself.

    Args:
        shot: whose takes they are.
        request: the shot's, as the board has it.
        takes: those it has.
        serves: the request of the step that serves, which is no further take.
        orders: those that are wanted; absent, what the board says and a person has ordered.
    """
    said = takes.orders if orders is None else orders
    current = [one for one in said if request.as_taken(one.variation, one.seed).key == one.key]
    asked = [(n, request.seed) for n in range(1, shot.takes + 1)] if orders is None else []
    asked += [(one.variation, one.seed) for one in current]
    total = max((variation for variation, _ in asked), default=1)
    had = {take.key for take in takes.takes}
    seen = {(serves.variation, serves.seed)}
    for variation, seed in asked:
        wanted = request.as_taken(variation, seed)
        same = (wanted.variation, wanted.seed)
        if same in seen or wanted.key in had:
            continue
        seen.add(same)
        own = variation == OWN_SEED
        words = f"take with seed {seed}" if own else f"take {variation} of {total}"
        yield FurtherTake(wanted, words)


def orders_for(
    request: Request,
    takes: ShotTakes,
    count_wanted: int,
    seed: int | None,
    tried: Collection[TakeKey],
) -> tuple[TakeOrder, ...]:
    """Orders of so many further takes: of the next variations, or of seeds from ``seed`` on.

    Args:
        request: the shot's, as the board has it; every picture known.
        takes: those it has.
        count_wanted: how many.
        seed: the first seed, where a person names it.
        tried: keys that were ordered before and gave nothing.
    """
    had = {*(take.key for take in takes.takes), *tried}
    if seed is not None:
        first = request.as_taken(OWN_SEED, seed)
        own = [first.varied(number) for number in range(1, count_wanted + 1)]
        named = (one.as_taken(OWN_SEED, one.seed) for one in own)
        return tuple(_order(one) for one in named if one.key not in had)
    fresh = (one for one in map(request.varied, count(1)) if one.key not in had)
    return tuple(_order(next(fresh)) for _ in range(count_wanted))


def _order(request: Request) -> TakeOrder:
    if request.key is None:
        raise AssertionError("a further take is ordered of a request that is known")
    seed = request.seed if request.variation == OWN_SEED else None
    return TakeOrder(request.key, request.variation, seed)
