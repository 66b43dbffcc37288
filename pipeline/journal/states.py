"""A job's life as a table of states and allowed moves. Pure; nothing here knows disk or network.

::

    intent ─► sending ─► submitted ─► running ─► succeeded ─► fetched ─► committed
      │          │           └──────────┴─► failed | refused | cancelled | lost
      │          └─► uncertain ─► submitted (found, asked again, or settled as made)
      │                  └─► failed | refused (asked again) | abandoned
      └─► failed | refused | abandoned

A key has at most one *live* attempt: between its intent and its end it may be charged, and another
attempt could be charged too.
"""

from __future__ import annotations

from typing import Literal, get_args

State = Literal[
    "intent", "sending", "uncertain", "submitted", "running", "succeeded", "fetched", "committed",
    "failed", "refused", "cancelled", "lost", "abandoned",
]  # fmt: skip

STATES: tuple[State, ...] = get_args(State)

Charged = Literal["no", "refunded", "maybe", "yes"]
"""Whether money went: never, given back, nobody knows, or it did; as ``vendors/errors.py``."""

MOVES: dict[State, frozenset[State]] = {
    # publishing the pictures can fail, or be refused, before anything is posted
    "intent": frozenset({"sending", "abandoned", "failed", "refused"}),
    # the POST is under way, or died under way; the vendor may answer that it took nothing. Back to
    # intent goes only who holds the proof that *this* POST was not taken, the first and only one
    "sending": frozenset({"submitted", "uncertain", "intent", "failed", "refused", "abandoned"}),
    # only a look at the vendor or a person ends this. Asking again, same key and body, stays here:
    # that the second POST never left says nothing about the first, so no way leads to intent
    "uncertain": frozenset({"submitted", "failed", "refused", "abandoned"}),
    "submitted": frozenset(
        {"running", "succeeded", "failed", "refused", "cancelled", "lost", "abandoned"}
    ),
    "running": frozenset({"succeeded", "failed", "refused", "cancelled", "lost", "abandoned"}),
    # links die: asking again may give new ones, or show that the clip is gone
    "succeeded": frozenset({"fetched", "running", "lost", "abandoned"}),
    # the clip went bad between store and lock: it is fetched again
    "fetched": frozenset({"committed", "succeeded"}),
    "committed": frozenset(),
    "failed": frozenset(),
    "refused": frozenset(),
    "cancelled": frozenset(),
    # a vendor that comes to its senses: the same job may still be asked for
    "lost": frozenset({"submitted", "abandoned"}),
    "abandoned": frozenset(),
}

LIVE: frozenset[State] = frozenset(
    {"intent", "sending", "uncertain", "submitted", "running", "succeeded", "fetched", "lost"}
)
"""States in which another attempt for the same key must not begin; their price is *out*."""

MAYBE_CHARGED: frozenset[State] = LIVE - {"intent"} | {"committed"}
"""States in which money may be gone; in the other ends the attempt's ``charged`` says whether."""

NEEDS: dict[State, tuple[str, ...]] = {
    "sending": ("body",),
    "uncertain": ("body",),
    "submitted": ("body", "handle"),
    "running": ("handle",),
    "succeeded": ("handle",),
    "fetched": ("handle", "clip"),
    "committed": ("handle", "clip"),
    "lost": ("handle",),
}
"""What must be on disk with a state, for whoever finds it after a death to go on."""

CHARGED_ON: dict[State, Charged] = {"intent": "no", "sending": "maybe", "submitted": "yes"}
"""What entering a state says of the money, unless told otherwise; other states leave it."""


Money = Literal["out", "spent", "refunded", "none"]
"""Where an attempt's price is: held back while it lives, gone (or perhaps), back, never taken."""

_ENDED_AS: dict[Charged, Money] = {
    "yes": "spent", "maybe": "spent", "refunded": "refunded", "no": "none",
}  # fmt: skip


def money_of(state: State, charged: Charged) -> Money:
    """Where the price of an attempt is."""
    return "out" if state in LIVE else _ENDED_AS[charged]


def may_move(before: State, after: State) -> bool:
    """Whether an attempt in ``before`` may come to be in ``after``."""
    return after in MOVES[before]
