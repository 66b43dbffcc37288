"""A watch that goes on for days keeps nothing of the rounds before."""

from __future__ import annotations

import gc
import threading
import time

import stories

from pipeline.storyboard.resolver import Draft
from pipeline.watching.rounds import Watched, make_round
from pipeline.watching.told import Done


def test_rounds_keep_no_objects_when_they_are_over(tmp_path):
    """Each has another prompt; what Python still holds afterwards is as much as before."""
    board = tmp_path / "storyboards" / "f.storyboard.yaml"
    board.parent.mkdir()
    text = stories.text("sh010", head=stories.HEAD.replace("0.5s", "4f"))
    ends = []
    watched = Watched(board, Draft(), lambda news: ends.append(type(news)))

    def held_after(rounds):
        for number in rounds:
            board.write_text(text.replace("happens", f"happens again {number:03}"))
            make_round(watched, (board,), threading.Event(), time.monotonic)
        gc.collect()
        return len(gc.get_objects())

    before, after = held_after(range(3)), held_after(range(3, 6))

    assert ends.count(Done) == 6
    assert after - before < 100  # a plan of one shot alone is some hundred
