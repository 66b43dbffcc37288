"""The table of a job's life."""

from __future__ import annotations

import re

from pipeline.journal.schema import STEPS
from pipeline.journal.states import (
    CHARGED_ON,
    LIVE,
    MAYBE_CHARGED,
    MOVES,
    NEEDS,
    STATES,
    may_move,
    money_of,
)

ENDS = {"committed", "failed", "refused", "cancelled", "abandoned"}


def reachable(start, without=()):
    found, waiting = {start}, [start]
    while waiting:
        for after in MOVES[waiting.pop()] - set(without) - found:
            found.add(after)
            waiting.append(after)
    return found


def test_every_state_is_in_the_table_and_can_be_reached():
    """Nothing is forgotten, and no state is there that no job comes to."""
    assert set(MOVES) == set(STATES)
    assert reachable("intent") == set(STATES)


def test_no_way_leads_out_of_an_end():
    """What has ended stays so, and what has not ended is live."""
    assert {state for state in STATES if not MOVES[state]} == ENDS
    assert set(STATES) - ENDS == LIVE


def test_every_live_attempt_can_be_given_up_or_finished():
    """No take is blocked for ever: a person, or the vendor, can end it from everywhere."""
    for state in LIVE:
        assert reachable(state) & {"abandoned", "committed"}, state


def test_money_can_go_only_after_sending():
    """No state in which money may be gone is reached around the POST."""
    assert not reachable("intent", without=["sending"]) & MAYBE_CHARGED
    assert {"intent"} == LIVE - MAYBE_CHARGED


def test_only_the_one_who_posts_may_say_that_nothing_was_sent():
    """Back to intent, where a new body may be made, goes sending alone; never what is in doubt."""
    assert {state for state in STATES if may_move(state, "intent")} == {"sending"}
    assert "sending" not in reachable("uncertain")
    assert "intent" not in reachable("uncertain")


def test_a_state_says_what_it_does_to_the_money_and_needs_to_go_on():
    """A job that is out has its handle on disk, a clip its digest, a POST its body."""
    assert {state for state, names in NEEDS.items() if "handle" in names} == LIVE - {
        "intent", "sending", "uncertain",
    } | {"committed"}  # fmt: skip
    assert CHARGED_ON == {"intent": "no", "sending": "maybe", "submitted": "yes"}


def test_a_live_price_is_out_and_an_ended_one_is_where_the_money_is():
    """Held back while it lives, whatever is known; doubt counts as spent."""
    assert {money_of(state, charged) for state in LIVE for charged in ("no", "yes")} == {"out"}
    assert money_of("failed", "maybe") == money_of("committed", "yes") == "spent"
    assert money_of("failed", "refunded") == "refunded"
    assert money_of("abandoned", "no") == "none"


def test_the_schema_knows_the_same_states():
    """The index that keeps a second live attempt out names the very states of the table."""
    index = re.search(r"create unique index live on attempt \(key\) where state in \((.*?)\);",
                      STEPS[0], re.DOTALL)  # fmt: skip
    check = re.search(r"check \(state in \((.*?)\)\)", STEPS[0], re.DOTALL)

    assert set(re.findall(r"'(\w+)'", index[1])) == LIVE
    assert set(re.findall(r"'(\w+)'", check[1])) == set(STATES)
