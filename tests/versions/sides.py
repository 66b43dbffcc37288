"""Sides of a comparison made from boards' texts, with nothing made yet. ``import sides``."""

from __future__ import annotations

from pathlib import Path

import stories

from pipeline.plan.take import Lock
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.resolver import resolve_film
from pipeline.versions.changes import Side, changes_between

NOWHERE = Path("/nowhere")


def side(text, folder=NOWHERE, lock=None):
    """A board's text as one side."""
    board = load_board_text(text, name="test.storyboard.yaml", folder=folder, root=folder)
    lock = lock or Lock()
    film = resolve_film(
        board.storyboard, board.pictures, board.lines, seeds=lock.seeds(board.storyboard.seed),
        clips=board.clips, sounds=board.sounds, fonts=board.fonts, voice_lines=board.voice_lines,
    )  # fmt: skip
    plan = stories.plan_of(film)
    pictures = {written: picture.digest for written, picture in board.pictures.items()}
    return Side(board.storyboard, film, stories.graph_of(film), plan, lock, None, pictures, None)


def compare(old, new, folder=NOWHERE):
    """What changed between two boards' texts."""
    return changes_between(side(old, folder), side(new, folder))
