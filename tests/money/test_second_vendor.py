"""A vendor without idempotency keys: killed at any instant, at most one charge until a person says.

What is uncertain is settled here as a person would: by what the vendor's own pages (its ledger)
say. After that each take has been charged exactly once.
"""

from __future__ import annotations

import signal

import pytest
from project import KEY, Undisturbed
from test_crash_points import moments
from two_desks import BOARD, SHOTS, both_desks

ONE = BOARD.replace("[apiframe, empiriolabs]", "[empiriolabs]")
# intent, sending, submitted, running, succeeded, fetched, committed: for each of four shots
STEPS = 28
SAMPLE = (9,)
HALF = {"accounts": {KEY: 150}}  # credits for two of four shots


@pytest.fixture
def other(tmp_path, stage, ready_clips):
    """A project whose shots go through EmpirioLabs alone."""
    with both_desks(tmp_path, stage, ready_clips, ONE) as project:
        yield project


@pytest.fixture
def half(tmp_path, stage, ready_clips):
    """A project whose first route runs out of money half-way."""
    with both_desks(tmp_path, stage, ready_clips, first=HALF) as project:
        yield project


@pytest.fixture(scope="module")
def film(tmp_path_factory, stage, ready_clips):
    """What a run through EmpirioLabs alone leaves that nobody disturbs."""
    with both_desks(tmp_path_factory.mktemp("calm"), stage, ready_clips, ONE) as project:
        done = project.render()
        assert done.code == 0, done.said
        project.check_whole(shots=SHOTS)
        project.check_secret()
        return Undisturbed(project.film(), project.lock())


def settle_by_the_ledgers(project):
    """Answer for each take in doubt what the vendor has; how many there were."""
    doubtful = [
        one for one in project.journal("--live") if one["state"] in ("uncertain", "sending")
    ]
    taken = {
        "apiframe": {job.prompt: job.id for job in project.desk.jobs()},
        "empiriolabs": {job.prompt: job.id for job in project.other.jobs()},
    }
    for attempt in doubtful:
        prompts = {"sh010": "Light", "sh020": "The light", "sh030": "A woman", "sh040": "A dog"}
        jobs = taken[attempt["route"]]
        job = next((jobs[p] for p in jobs if p.startswith(prompts[attempt["shot"]])), None)
        words = ["--made", job] if job else ["--not-made"]
        done = project.run("settle", "tiny", attempt["shot"], *words)
        assert done.code == 0, done.said
    return len(doubtful)


def recover(project, film=None):
    """Render, settle what is in doubt, and render again until all of it is there."""
    before = project.clips()
    for _ in range(SHOTS + 1):
        done = project.render()
        assert max(project.charged().values(), default=1) == 1
        if not settle_by_the_ledgers(project):
            break
    assert done.code == 0, done.said
    after = project.clips()
    assert {digest: after.get(digest) for digest in before} == before
    assert sorted(project.charged().values()) == [1] * SHOTS
    assert list(project.output.glob("store/incoming/*")) == []
    assert project.journal("--live") == []
    if film:
        assert project.film() == film.film
        assert project.lock() == film.lock


def killed_at(project, film=None, **fate):
    done = project.render(**fate)
    assert done.code in (-signal.SIGKILL, 0, 1), done.said
    recover(project, film)


@pytest.mark.parametrize("step", SAMPLE)
def test_killed_after_some_steps(other, film, step):
    """Killed right after a durable step: at most one charge each, exactly one once settled."""
    killed_at(other, film, after=step)


@pytest.mark.long
@pytest.mark.parametrize("step", range(1, STEPS + 1))
@pytest.mark.parametrize("side", ["after", "before"])
def test_killed_around_every_step(other, film, step, side):
    """As above, at every durable step in turn."""
    killed_at(other, film, **{side: step})


@pytest.mark.parametrize("moment", [pytest.param(m, marks=pytest.mark.long) for m in moments(60)])
def test_killed_at_many_moments(other, film, moment):
    """As above, at random moments."""
    other.render_until(moment)
    recover(other, film)


@pytest.mark.parametrize("fate", [{"after": 18}, {"before": 8}], ids=str)
def test_killed_while_the_first_route_fails_half_way(half, fate):
    """Two routes, the first out of money after two shots: still one charge each.

    Also where a lost answer, asked for again, meets an account without money.
    """
    killed_at(half, **fate)


@pytest.mark.long
@pytest.mark.parametrize("step", range(1, STEPS + 6))
@pytest.mark.parametrize("side", ["after", "before"])
def test_killed_at_every_step_while_the_first_route_fails(half, step, side):
    """As above, at every durable step in turn."""
    killed_at(half, **{side: step})


@pytest.mark.parametrize("moment", [pytest.param(m, marks=pytest.mark.long) for m in moments(60)])
def test_killed_at_many_moments_between_two_routes(half, moment):
    """As above, at random moments."""
    half.render_until(moment)
    recover(half)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_was_lost_waits_for_a_person(other, film, when):
    """Nobody can look it up here: it is uncertain, told with what to do, and ordered by nobody."""
    other.other.fault(prompt="flat", on="submit", do="drop", when=when)
    first = other.render()
    assert first.code == 1, first.said
    assert "settle tiny sh010" in first.said
    again = other.render()
    assert again.code == 1, again.said
    assert len(other.charged()) == SHOTS - 2 + (when == "after")  # sh020 follows sh010
    other.other.clear_faults()
    recover(other, film)
