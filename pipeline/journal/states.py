"""A job's life as a table of states and allowed moves. Pure; nothing here knows disk or network.

::

    intent ─► sending ─► submitted ─► running ─► succeeded ─► fetched ─► committed
      │          │           └──────────┴─► failed | refused | cancelled | lost
      │          └─► uncertain ─► submitted (found, or settled as made) | abandoned
      └─► abandoned

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

MOVES: dict[State, frozenset[State]] = {
    # nothing was sent: going back to the start of sending is the same attempt
    "intent": frozenset({"sending", "abandoned", "failed"}),
    # the POST is under way, or died under way; the vendor may answer that it took nothing
    "sending": frozenset({"submitted", "uncertain", "intent", "failed", "refused", "abandoned"}),
    # only a look at the vendor or a person ends this
    "uncertain": frozenset({"submitted", "abandoned"}),
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
"""States in which another attempt for the same key must not begin."""

MAYBE_CHARGED: frozenset[State] = frozenset(
    {"sending", "uncertain", "submitted", "running", "succeeded", "fetched", "committed", "lost"}
)
"""States whose price counts as spent or out."""


def may_move(before: State, after: State) -> bool:
    """Whether an attempt in ``before`` may come to be in ``after``."""
    return after in MOVES[before]
