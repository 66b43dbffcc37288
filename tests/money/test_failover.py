"""Two routes: a shot goes to the next while nobody charges for it, and never else."""

from __future__ import annotations

import pytest
from two_desks import BOARD, SHOTS, both_desks

TEXT = BOARD.replace(", first_frame: sh010.last", "")

DOWN = [{"do": "status", "status": 503, "on": point} for point in ("me", "submit", "publish")]
"""A vendor that answers nothing but 503: it is heard before anything is posted."""


@pytest.fixture
def both(tmp_path, stage, ready_clips):
    """A project with two desks, by their options."""
    desks = []

    def make(board=TEXT, **options):
        context = both_desks(tmp_path, stage, ready_clips, board, **options)
        desks.append(context)
        return context.__enter__()

    yield make
    for context in desks:
        context.__exit__(None, None, None)


def check_once(project, apiframe, empiriolabs):
    """Each take was charged once in all, so many at each vendor, and nothing is left out."""
    at = [len(project.charged_at(route)) for route in ("apiframe", "empiriolabs")]
    assert at == [apiframe, empiriolabs]
    assert set(project.charged().values()) == {1}
    assert project.journal("--live") == []


def test_the_first_route_in_order_is_taken(both):
    """While all is well nobody else is asked, and the lock says who made what."""
    project = both()
    assert project.render().code == 0
    check_once(project, SHOTS, 0)
    assert set(project.routes().values()) == {"apiframe"}
    assert project.lock().count('route = "apiframe"') == SHOTS


def test_a_route_that_is_down_hands_over(both):
    """Every shot goes through the second; a later run reuses them whatever the order says."""
    project = both(first={"rules": DOWN})
    done = project.render()
    assert done.code == 0, done.said
    assert "goes through empiriolabs now" in done.said
    check_once(project, 0, SHOTS)
    project.desk.clear_faults()
    again = project.render()
    assert again.code == 0, again.said
    assert "0 made" in again.said
    check_once(project, 0, SHOTS)


def test_a_route_that_runs_out_of_money_hands_the_rest_over(both):
    """What it made stays; the others go elsewhere, the vendor's figures are told."""
    from project import KEY

    project = both(first={"accounts": {KEY: 150}})
    done = project.render()
    assert done.code == 0, done.said
    assert "asks 72 credits, and the account has 6" in done.said
    check_once(project, 2, SHOTS - 2)


def test_a_refused_key_hands_over(both):
    """The key is not shown; nothing was charged there."""
    project = both()
    project.environment["DESK_KEY"] = "afk_wrong_4711_wrong"
    done = project.render()
    assert done.code == 0, done.said
    assert "afk_wrong_4711_wrong" not in done.said
    check_once(project, 0, SHOTS)


def test_a_route_without_a_key_is_passed_over_in_the_plan(both):
    """The plan names the route that would be paid, and its price."""
    project = both()
    project.environment["DESK_KEY"] = ""
    planned = project.run("plan", "tiny")
    assert "empiriolabs" in planned.out
    assert "apiframe" not in planned.out
    assert "price: $1.68" in planned.out
    assert project.render().code == 0
    check_once(project, 0, SHOTS)


def test_an_answer_that_was_lost_hands_nothing_over(both):
    """It may have been charged: it is asked for again where it went, never elsewhere."""
    rules = [{"do": "drop", "when": "after", "on": "submit", "prompt": "flat"}]
    project = both(first={"rules": rules})
    done = project.render()
    assert done.code in (0, 1), done.said
    project.desk.clear_faults()
    assert project.render().code == 0
    check_once(project, SHOTS, 0)


def test_a_refusal_stops_unless_the_board_agrees(both):
    """Moderation is not gone round by itself; `on_refusal: next_route` is the author's consent."""
    project = both(first={"rules": [{"do": "refuse", "prompt": "dog"}]})
    done = project.render()
    assert done.code == 1, done.said
    assert "on_refusal: next_route" in done.said
    check_once(project, SHOTS - 1, 0)
    project.write(TEXT.replace("A dog barks.", "A dog barks., on_refusal: next_route"))
    planned = project.run("plan", "tiny")
    assert "by another route, after:" in planned.out
    assert project.render().code == 0
    check_once(project, SHOTS - 1, 1)
    assert project.routes()["sh040"] == "empiriolabs"


@pytest.mark.long
def test_with_consent_a_refused_shot_goes_on_in_the_same_run(both):
    """The first gave its money back, the second made it."""
    board = TEXT.replace("  duration: 3s\n", "  duration: 3s\n  on_refusal: next_route\n")
    project = both(board, first={"rules": [{"do": "refuse", "prompt": "dog"}]})
    done = project.render()
    assert done.code == 0, done.said
    check_once(project, SHOTS - 1, 1)


@pytest.mark.long
def test_a_job_that_fails_hands_nothing_over(both):
    """Its route took it; another attempt is for a person to ask."""
    project = both(first={"rules": [{"do": "fail", "prompt": "dog"}]})
    done = project.render()
    assert done.code == 1, done.said
    check_once(project, SHOTS - 1, 0)
    assert project.render("--retry-failed", "1").code == 1
    check_once(project, SHOTS - 1, 0)


def test_a_wall_holds_for_the_next_route_too(both):
    """What may be spent was said in credits: dollars do not slip past."""
    project = both(first={"rules": DOWN})
    done = project.render("--max-cost", "400credits")
    assert done.code in (1, 5), done.said
    check_once_nowhere = [len(project.charged_at(name)) for name in project.ledgers]
    assert check_once_nowhere == [0, 0]
    assert project.render("--max-cost", "400credits + 2").code == 0
    check_once(project, 0, SHOTS)
