"""Killed at any instant, run again: each take is paid for once, and the film is the same."""

from __future__ import annotations

import random
import signal

import pytest

# intent, sending, submitted, running, succeeded, fetched, committed: for each of four shots
STEPS = 28
SAMPLE = (6, 17)
SEED = 20261121
LONGEST = 1.2  # seconds: about what a run takes before it cuts the film


def recover(project, film):
    """The next plain render brings it to the end; what was whole before still is."""
    before = project.clips()
    again = project.render()
    assert again.code == 0, again.said
    after = project.clips()
    assert {digest: after.get(digest) for digest in before} == before
    project.check_whole(film)


def killed_at(project, film, **fate):
    done = project.render(**fate)
    assert done.code in (-signal.SIGKILL, 0), done.said
    recover(project, film)
    return done.code != 0


@pytest.mark.parametrize("step", SAMPLE)
def test_killed_after_some_steps(project, undisturbed, step):
    """Killed right after a durable step, the next render pays nothing twice."""
    assert killed_at(project, undisturbed, after=step)


@pytest.mark.long
@pytest.mark.parametrize("step", range(1, STEPS + 1))
@pytest.mark.parametrize("side", ["after", "before"])
def test_killed_around_every_step(project, undisturbed, step, side):
    """As above, at every durable step in turn: right after it, and just before it."""
    killed_at(project, undisturbed, **{side: step})


def moments(count):
    chance = random.Random(SEED)
    return [round(chance.uniform(0.02, LONGEST), 3) for _ in range(count)]


@pytest.mark.parametrize("moment", moments(2))
def test_killed_at_some_moments(project, undisturbed, moment):
    """Killed at a random moment, the next render pays nothing twice."""
    project.render_until(moment)
    recover(project, undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("moment", moments(200))
def test_killed_at_many_moments(project, undisturbed, moment):
    """As above, 200 times."""
    project.render_until(moment)
    recover(project, undisturbed)
