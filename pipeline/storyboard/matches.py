"""Whose colours a shot is brought to, as an author writes it."""

from __future__ import annotations

from pipeline.ids import ShotId
from pipeline.storyboard.model import Storyboard

PREVIOUS = "previous"


def match_of(board: Storyboard, place: int) -> ShotId | None:
    """The shot whose colours the one at ``place`` is brought to; it may not exist.

    None where nothing is said, or ``previous`` on the first.
    """
    written = board.shots[place].match
    if written == PREVIOUS:
        return ShotId(board.shots[place - 1].id) if place else None
    return ShotId(written) if written else None
