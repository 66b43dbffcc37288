"""Paid takes whose clips are not here: fetched by their jobs, missing, or made again when said."""

from __future__ import annotations

from dataclasses import replace

import pytest
import stories
from test_planner import PAID, World, said

from pipeline.ids import ShotId
from pipeline.plan.facts import PaidJob
from pipeline.plan.planner import make_plan

FETCH = "fetch: paid before, its clip is fetched again from apiframe; nothing is charged"
CHAIN = ("sh010", "sh020 first_frame: sh010.last")
DAY = 24 * 3600.0


def bought(tmp_path, *shots, job="j-1", route="apiframe"):
    """A world in which the board's takes were paid for and no clip is here; its film."""
    world = World()
    world.make_all(stories.film_of(stories.text(*shots, head=PAID), tmp_path))
    world.states = dict.fromkeys(world.states, "missing")
    for name, block in world.lock.shots.items():
        takes = tuple(
            replace(take, route=route, job=job, price="120 credits",
                    frames={"last": world.pixels[take.clip, "last"]})
            for take in block.takes
        )  # fmt: skip
        world.lock = replace(
            world.lock, shots={**world.lock.shots, name: replace(block, takes=takes)}
        )
    return world, stories.film_of(stories.text(*shots, head=PAID), tmp_path, lock=world.lock)


def test_a_job_in_the_lock_is_enough(tmp_path):
    """Without a journal nobody knows how old it is: it is asked for."""
    world, film = bought(tmp_path, "sh010")
    plan = make_plan(film, stories.graph_of(film), world.facts)

    assert said(film, world.facts) == [f"sh010 {FETCH}"]
    assert str(plan.at_most) == str(plan.certain) == "free"
    assert plan.to_make == ()
    assert [step.shot.id for step in plan.to_run] == ["sh010"]
    assert plan.steps[0].route == "apiframe"


def test_a_chain_is_known_by_the_frames_in_the_lock(tmp_path):
    """The shot that starts on a clip that is not here is fetched as well, not made anew."""
    world, film = bought(tmp_path, *CHAIN)

    assert said(film, world.facts) == [f"sh010 {FETCH}", f"sh020 {FETCH}"]


def test_a_missing_clip_does_not_make_its_chain_anew(tmp_path):
    """Nobody knows the jobs: both are missing, neither is a new shot at a new price."""
    world, film = bought(tmp_path, *CHAIN, job=None)

    assert [line.partition(":")[0] for line in said(film, world.facts)] == [
        "sh010 missing",
        "sh020 missing",
    ]


def test_the_journal_alone_knows_a_job_and_its_age(tmp_path):
    """Within the time the route keeps a clip it is fetched; later it is missing, and why."""
    world, film = bought(tmp_path, "sh010", job=None, route=None)
    young = replace(world.facts, bought=lambda _: PaidJob("apiframe", DAY - 1))
    old = replace(world.facts, bought=lambda _: PaidJob("apiframe", DAY + 1))

    assert said(film, young) == [f"sh010 {FETCH}"]
    assert said(film, old)[0].startswith("sh010 missing: paid before")
    assert "is missing (apiframe keeps a clip for 24 h); --remake" in said(film, old)[0]


def held(world, shot="sh010"):
    """The same world with a person holding the shot's first take."""
    block = world.lock.shots[ShotId(shot)]
    takes = tuple(replace(take, model="happyhorse-1.1") for take in block.takes)
    block = replace(block, takes=takes, pick=takes[0].clip, held=True)
    world.lock = replace(world.lock, shots={**world.lock.shots, ShotId(shot): block})


@pytest.mark.parametrize("now", ["Another.", "Another., model: animatic"])
def test_a_held_take_is_fetched_by_the_request_it_was_made_for(tmp_path, now):
    """The board asks for something else, even of another model: its job is asked all the same."""
    world, _ = bought(tmp_path, "sh010")
    held(world)
    text = stories.text("sh010", head=PAID).replace("sh010 happens", now)
    film = stories.film_of(text, tmp_path, lock=world.lock)
    step, again = (
        make_plan(film, stories.graph_of(film), world.facts, remake_missing=remake).steps[0]
        for remake in (False, True)
    )

    assert again == step  # what may come free is not paid for first
    assert f"{step.verb}: {step.action}" == FETCH.replace(": ", ": take 1, held: ", 1)
    assert step.fetch.held == world.lock.shots["sh010"].takes[0]
    assert step.route == "apiframe"


def test_a_held_take_nobody_has_any_more_is_missing_with_the_way_out(tmp_path):
    """Too late, or no job known: neither fetched nor paid for again by itself."""
    world, _ = bought(tmp_path, "sh010")
    held(world)
    text = stories.text("sh010", head=PAID).replace("sh010 happens", "Another.")
    film = stories.film_of(text, tmp_path, lock=world.lock)
    old = replace(world.facts, bought=lambda _: PaidJob("apiframe", DAY + 1))

    said_of_it = said(film, old)[0]
    assert said_of_it.startswith("sh010 missing: paid before")
    assert "(take 1 is held, apiframe keeps a clip for 24 h: storyreel pick sh010 --clear" in (
        said_of_it
    )


def test_a_route_that_cannot_be_asked_leaves_it_missing(tmp_path):
    """A job at somebody storyreel does not speak with."""
    world, film = bought(tmp_path, "sh010", route="elsewhere")

    assert said(film, world.facts)[0].startswith("sh010 missing")


def test_remaking_is_priced_and_asks_the_job_first(tmp_path):
    """It may come out free, so its price is not certain; with no job it is."""
    world, film = bought(tmp_path, "sh010")
    plan = make_plan(film, stories.graph_of(film), world.facts, remake_missing=True)
    other, same = bought(tmp_path, "sh010", job=None)
    sure = make_plan(same, stories.graph_of(same), other.facts, remake_missing=True)

    assert plan.steps[0].fetch is not None
    assert (str(plan.certain), plan.at_most.amounts) != (str(plan.at_most), ())
    assert sure.steps[0].fetch is None
    assert sure.certain == sure.at_most == plan.at_most


def test_a_clip_that_is_here_is_no_matter_of_jobs(tmp_path):
    """Reuse first; a forced take is made, whatever is missing."""
    world, film = bought(tmp_path, "sh010")
    here = replace(world.facts, state=lambda _: "good")

    assert said(film, here) == ["sh010 reuse: take 1"]
    assert said(film, world.facts, forced={ShotId("sh010")}) == ["sh010 make: forced"]
