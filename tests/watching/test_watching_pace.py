"""When a watch begins and ends rounds, by a clock that is set by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.watching.pace import QUIET, Watch, begun, deed, looked

BOARD, PICTURE = Path("f.storyboard.yaml"), Path("refs/a.png")
OLD = {BOARD: (10, 1, 1), PICTURE: None}
NEW = {BOARD: (12, 2, 1), PICTURE: None}
NEWER = {BOARD: (12, 3, 1), PICTURE: None}
SOON = QUIET / 2


def after(*looks, began=OLD):
    """What is known after looks ``(when, seen)``, a round having begun with ``began`` at 0."""
    watch = Watch(OLD, 0.0, began)
    for when, seen in looks:
        watch = looked(watch, seen, when)
    return watch


@pytest.mark.parametrize(
    ("looks", "now", "busy", "expected"),
    [
        pytest.param([(9, OLD)], 9, False, "rest", id="nothing changed"),
        pytest.param([(9, OLD)], 9, True, "rest", id="nothing changed, a round goes on"),
        pytest.param([(9, NEW)], 9, False, "rest", id="just changed: there may be more"),
        pytest.param([(9, NEW)], 9 + QUIET, False, "begin", id="left alone since"),
        pytest.param(
            [(9, NEW), (9 + SOON, NEWER)], 9 + QUIET, False, "rest", id="written twice: waited anew"
        ),
        pytest.param(
            [(9, NEW), (9 + SOON, NEWER)], 9 + SOON + QUIET, False, "begin", id="then left alone"
        ),
        pytest.param([(9, NEW)], 9, True, "stop", id="the round that goes on is in vain"),
        pytest.param([(9, NEW), (10, OLD)], 10, True, "rest", id="put back: it is not"),
        pytest.param([(9, {})], 9 + SOON, False, "rest", id="gone for a moment while it is saved"),
    ],
)
def test_what_is_done_now(looks, now, busy, expected):
    """Files that were left alone for a moment begin a round; a change ends one at once."""
    assert deed(after(*looks), now, busy=busy) == expected


def test_the_first_round_waits_for_nothing():
    """Nobody has just saved when the watch begins."""
    assert deed(Watch(OLD, 5.0), 5.0, busy=False) == "begin"


def test_the_files_that_changed_are_named():
    """Those that are new, gone, or have another mark than when the last round began."""
    watch = after((9, {BOARD: (12, 2, 1), PICTURE: (5, 2, 7)}))

    assert watch.changed == (BOARD, PICTURE)
    assert begun(watch).changed == ()
    assert after((9, {PICTURE: None})).changed == (BOARD,)
    assert Watch(OLD, 0.0).changed == ()
