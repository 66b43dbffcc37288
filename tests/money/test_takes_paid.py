"""Several takes of a shot through a vendor: each is charged once, whoever is picked."""

from __future__ import annotations

import json

import pytest
from project import TWO

BOARD = TWO.replace("prompt: The light grows.", "prompt: The light grows.\n    takes: 3")
TAKES = 4


@pytest.fixture
def three(new_project):
    """A board of two shots: one take of the first, three of the second."""
    return new_project(BOARD)


def planned(project):
    done = project.run("plan", "tiny", "--json")
    assert done.code == 0, done.said
    return json.loads(done.out)


def takes(project, shot="sh020"):
    done = project.run("takes", "tiny", shot, "--json")
    return json.loads(done.out)["takes"]


def test_each_take_is_priced_ordered_and_charged_once(three):
    """The walls count every take; a second render orders nothing."""
    plan = planned(three)
    assert [step["further"] for step in plan["further"]] == ["take 2 of 3", "take 3 of 3"]
    assert plan["totals"]["certain"]["credits"] == TAKES * 72
    refused = three.render("--max-cost", f"{TAKES * 72 - 1}credits")
    assert (refused.code, three.kept) == (5, 0)
    assert three.render("--max-jobs", str(TAKES - 1)).code == 5

    assert three.render("--max-cost", f"{TAKES * 72}credits").code == 0
    three.check_whole(shots=TAKES)
    attempts = [one for one in three.journal() if one["shot"] == "sh020"]
    assert sorted(one["variation"] for one in attempts) == [1, 2, 3]
    assert len({one["seed"] for one in attempts}) == 3
    assert [take["variation"] for take in takes(three)] == [1, 2, 3]
    assert three.render().code == 0
    assert three.kept == TAKES


@pytest.mark.parametrize("step", [4, 11])
def test_killed_on_the_way_the_next_run_charges_nothing_twice(three, step):
    """Whatever was durable is gone on with, take by take."""
    three.start("render", "tiny", "--yes", after=step).wait()
    done = three.render()
    assert done.code == 0, done.said
    three.check_whole(shots=TAKES)
    assert [take["variation"] for take in takes(three)] == [1, 2, 3]


def test_choosing_spends_nothing_and_a_retake_asks_first(three):
    """Nobody asked, nothing ordered; killed, it goes on; without a take the plan has a price."""
    assert three.render().code == 0
    for words in (["pick", "sh020", "2"], ["reject", "sh020", "1"], ["reject", "sh020", "2"]):
        assert three.run(*words).code == 0
    film = three.film()
    assert three.run("retake", "sh020").code == 5
    assert "orders" not in three.lock()
    assert three.kept == TAKES

    killed = three.start("retake", "sh020", "--yes", after=3).wait()
    assert killed.code == -9
    assert "orders" in three.lock()
    done = three.render()
    assert done.code == 0, done.said
    three.check_whole(shots=TAKES + 1)
    assert "orders" not in three.lock()
    assert [take["variation"] for take in takes(three)] == [1, 2, 3, 4]
    assert [take["take"] for take in takes(three) if take["serves"]] == [3]
    assert three.film() != film

    for number in ("3", "4"):
        done = three.run("reject", "sh020", number)
    assert "takes 1, 2, 3, 4 were rejected; 72 credits" in done.said
    assert planned(three)["totals"]["certain"]["credits"] == 72
    assert three.kept == TAKES + 1
