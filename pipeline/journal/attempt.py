"""One attempt at one take: all that is known of it, and how a move changes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypedDict

from pipeline.ids import Digest, TakeKey
from pipeline.journal.errors import IllegalMoveError
from pipeline.journal.states import CHARGED_ON, LIVE, NEEDS, Charged, State, may_move


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be attempted.

    Args:
        run: the run that begins it; any text that no other run has.
        key: what the clip must answer.
        board: the board's name.
        shot: the shot's label at this moment.
        model: what makes the picture.
        route: who serves it.
        mode: which pictures reach the model.
        fields: the request as text (``plan/request.py``).
        seconds: what is billed.
        unit: ``usd`` or ``credits``; absent where nobody knows the route's.
        estimate: the price in ``unit``; ``None`` where nobody knows it.
        seed: the seed asked, if any.
        variation: which variation of the request.
        again: another clip is wanted although one was made for this key.
    """

    run: str
    key: TakeKey
    board: str
    shot: str
    model: str
    route: str
    mode: str
    fields: Mapping[str, str]
    seconds: Fraction
    unit: str | None
    estimate: Fraction | None
    seed: int | None = None
    variation: int = 1
    again: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as the journal has it; columns of its tables, in this order.

    ``number`` counts the attempts of the key from 1; ``cost`` is what the vendor said it took, in
    ``unit``; ``error`` a sentence. Times are seconds since the epoch by this machine's clock, for
    people: order is by ``id``. ``t_done`` is when the outcome was first known. ``body`` (the bytes
    posted), ``handle`` and ``links`` are private: they stay in the journal.
    """

    id: int
    run: str
    key: TakeKey
    number: int
    board: str
    shot: str
    model: str
    route: str
    mode: str
    seed: int | None
    variation: int
    seconds: Fraction
    unit: str | None
    estimate: Fraction | None
    idempotency_key: str | None
    state: State
    charged: Charged
    cost: Fraction | None
    handle: Mapping[str, Any] | None
    links: tuple[str, ...]
    clip: Digest | None
    error: str | None
    inputs_expire: float | None
    t_intent: float
    t_sending: float | None
    t_submitted: float | None
    t_done: float | None
    fields: Mapping[str, str]
    body: bytes | None

    @property
    def live(self) -> bool:
        """Whether another attempt of this key must not begin."""
        return self.state in LIVE

    @property
    def amount(self) -> Fraction | None:
        """The best that is known of its price: what the vendor took, else the estimate."""
        return self.estimate if self.cost is None else self.cost


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an attempt's life: the state it then had, and a word on why."""

    id: int
    attempt: int
    state: State
    time: float
    detail: str


class Learned(TypedDict, total=False):
    """What can be learned of an attempt at any time."""

    handle: Mapping[str, Any]
    links: tuple[str, ...]
    cost: Fraction | None
    error: str | None
    charged: Charged


class Facts(Learned, total=False):
    """What may come with a move; ``body`` and ``inputs_expire`` only with the one to sending."""

    body: bytes
    inputs_expire: float | None
    clip: Digest


_ENDED: frozenset[State] = frozenset({"succeeded", "failed", "refused", "cancelled", "abandoned"})
_WITH_SENDING = frozenset({"body", "inputs_expire"})
_FACTS = frozenset(Facts.__annotations__)
_LEARNED = frozenset(Learned.__annotations__)


def changes_of_move(attempt: Attempt, to: State, now: float, facts: Facts) -> dict[str, Any]:
    """What a move changes in an attempt, by column.

    Raises:
        IllegalMoveError: the move is not in the table, or a fact is missing or out of place.
    """
    if not may_move(attempt.state, to):
        raise IllegalMoveError(attempt, to, "the table of moves has no such way")
    for name in facts.keys() - (_FACTS if to == "sending" else _FACTS - _WITH_SENDING):
        raise IllegalMoveError(attempt, to, f"{name!r} cannot come with that")
    changes = {"state": to, **_consequences(attempt, to, now), **facts}
    for name in NEEDS.get(to, ()):
        if changes.get(name, getattr(attempt, name)) is None:
            raise IllegalMoveError(attempt, to, f"its {name} is not known")
    return changes


def changes_of_note(attempt: Attempt, learned: Learned) -> dict[str, Any]:
    """What something learned changes in an attempt, by column.

    Raises:
        IllegalMoveError: that can only come with a move.
    """
    for name in learned.keys() - _LEARNED:
        raise IllegalMoveError(attempt, attempt.state, f"{name!r} cannot be noted")
    return dict(learned)


def _consequences(attempt: Attempt, to: State, now: float) -> dict[str, Any]:
    """What follows from a move by itself: money and times."""
    changes: dict[str, Any] = {}
    if to in CHARGED_ON:
        changes["charged"] = CHARGED_ON[to]
    if to in ("intent", "sending"):  # back in intent nothing was sent, after all
        changes["t_sending"] = now if to == "sending" else None
    if to == "submitted" and attempt.t_submitted is None:
        changes["t_submitted"] = now
    if to in _ENDED and attempt.t_done is None:
        changes["t_done"] = now
    return changes
