"""Which take of a shot serves: the pick, else the lowest-numbered good one of its request. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from pipeline.ids import Digest
from pipeline.plan.request import Request
from pipeline.plan.take import ShotTakes, Take

Good = Callable[[Digest], bool]


@dataclass(frozen=True, slots=True)
class Serving:
    """What a shot asks for: the variation that ``take`` answers, or that is to be made.

    ``rejected`` are the numbers of takes that would serve had nobody rejected them.
    """

    request: Request
    take: Take | None
    rejected: tuple[int, ...] = ()


def serving(request: Request, takes: ShotTakes, good: Good) -> Serving:
    """Who serves.

    Args:
        request: the shot's, as the board has it; every picture known.
        takes: of the shot.
        good: whether a clip is here and whole.
    """
    answering = [take for take in takes.takes if answers(request, take)]
    standing = [take for take in answering if take.clip not in takes.rejected]
    standing.sort(key=lambda take: take.number)
    picked = [take for take in standing if take.clip == takes.pick]
    here = (take for take in standing if good(take.clip))
    chosen = next(iter(picked or here), standing[0] if standing else None)
    if chosen:
        return Serving(request.as_taken(chosen.variation, chosen.seed), chosen)
    gone = tuple(sorted(take.number for take in answering))
    used = {take.key for take in answering}
    variations = (request.varied(number) for number in count(1))
    return Serving(next(one for one in variations if one.key not in used), None, gone)


def answers(request: Request, take: Take) -> bool:
    """Whether a take was made for a request in some variation of it."""
    return request.as_taken(take.variation, take.seed).key == take.key


def held_take(takes: ShotTakes) -> Take | None:
    """The take that serves whatever the shot asks, where a person holds one."""
    picked = takes.picked() if takes.held else None
    return picked if picked and picked.clip not in takes.rejected else None
