"""Walls and agreement: what may not be spent is not ordered; what is uncertain is settled."""

from __future__ import annotations

import json
import shutil

import pytest
from project import KEY, TWO

from pipeline.desk.ledger import read_ledger


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--yes", "--max-cost", "143credits"], "--max-cost is 143 credits"),
        (["--yes", "--max-jobs", "1"], "--max-jobs is 1"),
        ([], "Nobody is at a terminal"),
        (["--yes", "--max-cost", "1"], "cannot be compared"),
    ],
    ids=["cost", "jobs", "nobody agrees", "another unit"],
)
def test_nothing_is_ordered_behind_a_wall(new_project, words, says):
    """A plan that may pass a wall, or that nobody agreed to, is refused whole."""
    project = new_project(TWO)
    done = project.run("render", "tiny", *words)
    assert done.code == 5, done.said
    assert says in done.said
    assert read_ledger(project.ledger) == []
    assert project.desk.traffic().requests == {}
    assert project.journal() == []


def test_the_ceiling_of_a_project_counts_what_was_spent_before(new_project):
    """A project's ceiling lets through what fits and stops the rest, also in a later run."""
    project = new_project(TWO)
    project.environment["STORYREEL_CEILING"] = "100credits"
    done = project.render()
    assert done.code in (1, 5), done.said
    assert "ceiling of 100 credits" in done.said
    assert project.kept == 1
    again = project.render()
    assert "ceiling of 100 credits" in again.said
    assert project.kept == 1
    project.environment["STORYREEL_CEILING"] = "144credits"
    assert project.render().code == 0
    project.check_whole(shots=2)


def test_money_that_runs_out_stops_the_run(new_project):
    """402 in the middle of a run: the vendor's figures are told, what was paid for is kept."""
    project = new_project(accounts={KEY: 150})
    done = project.render()
    assert done.code == 1, done.said
    assert "72" in done.said
    assert project.kept == 2
    assert len(project.clips()) == 2
    again = project.render()
    assert again.code == 1, again.said
    assert project.kept == 2


def test_a_refused_key_orders_nothing(new_project):
    """A wrong key is told as such and is not shown; nothing stays out."""
    project = new_project(TWO)
    project.environment["DESK_KEY"] = "afk_wrong_4711_wrong"
    done = project.render()
    assert done.code != 0
    assert "DESK_KEY" in done.said or "key" in done.said
    assert "afk_wrong_4711_wrong" not in done.said
    assert read_ledger(project.ledger) == []
    del project.environment["DESK_KEY"]
    assert project.render().code == 0
    project.check_whole(shots=2)


DAY = 25 * 3600.0


def in_doubt(new_project, *, taken):
    """A project with sh010 in doubt: its answer was lost, and nobody can find it a day later."""
    project = new_project(TWO)
    project.desk.fault(prompt="flat", on="submit", do="drop", when="after" if taken else "before")
    project.desk.fault(on="list", do="set", set={"jobs": [], "data": []})
    first = project.render()
    assert "no answer came" in first.said, first.said
    assert project.states() == {"sending": 1, "committed": 1}
    later = project.render(jumps=(DAY,))
    assert later.code == 1, later.said
    assert "settle tiny sh010" in later.said
    assert project.states() == {"uncertain": 1, "committed": 1}
    project.desk.clear_faults()
    for told in (project.render(jumps=(DAY,)), project.run("status", "tiny", "--spend")):
        assert "settle" in told.said
    assert project.kept == 1 + taken
    return project


def test_settled_as_made(new_project):
    """The job's number, found by a person, is fetched by the next render; nothing is ordered."""
    project = in_doubt(new_project, taken=True)
    job = next(job.id for job in project.desk.jobs() if "flat" in job.prompt)
    assert project.run("settle", "tiny", "sh010", "--made", job).code == 0
    assert project.render().code == 0
    project.check_whole(shots=2)


@pytest.mark.parametrize(
    ("word", "taken"),
    [pytest.param("--not-made", False, marks=pytest.mark.long), ("--again", True)],
)
def test_settled_and_ordered_again(new_project, word, taken):
    """Said not to be made, or let go, it is ordered by the next render, and only then."""
    project = in_doubt(new_project, taken=taken)
    assert project.run("settle", "tiny", "sh010", word).code == 0
    assert project.kept == 1 + taken
    assert project.run("settle", "tiny", "sh010", word).code == 2
    assert project.render().code == 0
    assert project.kept == 2 + taken
    assert project.journal("--live") == []
    assert project.states() == {"abandoned": 1, "committed": 2}
    project.check_secret()


def test_a_clip_that_is_gone_is_not_paid_for_again_by_itself(new_project):
    """Without its store a paid film is refused shot by shot; --remake-missing pays again."""
    project = new_project()
    assert project.render().code == 0
    shutil.rmtree(project.output / "store")
    project.desk.advance(2 * 24 * 3600)  # the vendor has it no more
    refused = project.render()
    assert refused.code == 1, refused.said
    assert "--remake-missing" in refused.said
    assert project.kept == 4
    shutil.rmtree(project.output)  # the journal, too: the lock still knows
    refused = project.render()
    assert refused.code == 1, refused.said
    assert project.kept == 4


def test_remake_missing_pays_again(new_project):
    """Said so, a clip that is gone is ordered anew, once, and the chain behind it stands."""
    project = new_project()
    assert project.render().code == 0
    shutil.rmtree(project.output / "store")
    project.desk.advance(2 * 24 * 3600)  # the vendor has it no more
    done = project.render("--remake-missing")
    assert done.code == 0, done.said
    assert project.kept == 8
    assert project.journal("--live") == []
    assert json.loads(project.render("--json").out)["made"] == 0
    assert project.kept == 8
