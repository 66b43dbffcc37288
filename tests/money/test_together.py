"""Two renders at once: of one board, and of two boards that share a shot."""

from __future__ import annotations

import os
import re
import signal

import pytest
from project import BOARD

OTHER = """\
storyboard: 1
title: Other
format: {resolution: 64p}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s, resolution: 720p}
shots:
  - id: intro
    prompt: Something else.
  - id: coast
    prompt: Light over a flat coast.
    seed: 4711
"""
SHARING = BOARD.replace("flat coast.\n", "flat coast.\n    seed: 4711\n", 1)


def both(project, *words):
    """Two renders, begun together."""
    return [project.start("render", word, "--yes") for word in (words[0], words[-1])]


def test_one_board_rendered_twice_at_once(project, undisturbed):
    """One waits for the other and then finds everything done."""
    for running in both(project, "tiny"):
        done = running.wait()
        assert done.code == 0, done.said
    project.check_whole(undisturbed)


def test_two_boards_share_a_shot(new_project):
    """The shared take is paid for once, and both films are cut from it."""
    project = new_project(SHARING)
    project.write(OTHER, "other")
    for running in both(project, "tiny", "other"):
        done = running.wait()
        assert done.code == 0, done.said
    project.check_whole(shots=5)
    locks = [project.lock(name) for name in ("tiny", "other")]
    shared = [set(re.findall(r"takes\.[\w-]+\.(\w+) = ", lock)) for lock in locks]
    assert len(shared[0] & shared[1]) == 1
    assert all(project.film(name) for name in ("tiny", "other"))


@pytest.mark.long
@pytest.mark.parametrize("step", range(1, 22, 2))
def test_one_of_two_boards_is_killed(new_project, step):
    """Whichever has the shared take in hand may die: the other goes on with it, paid for once."""
    project = new_project(SHARING)
    project.write(OTHER, "other")
    first = project.start("render", "tiny", "--yes", after=step)
    second = project.start("render", "other", "--yes")
    assert first.wait().code in (0, -signal.SIGKILL)
    done = second.wait()
    assert done.code == 0, done.said
    for name in ("tiny", "other"):
        again = project.run("render", name, "--yes")
        assert again.code == 0, again.said
    project.check_whole(shots=5)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)]
)
def test_stopped_once(project, undisturbed, number):
    """A signal ends it soon and cleanly; the next render goes on with the same jobs."""
    done = project.render_until(0.45, number)
    assert done.code == 130, done.said
    again = project.render()
    assert again.code == 0, again.said
    project.check_whole(undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("moment", [0.1 * n for n in range(1, 16)])
@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_stopped_at_any_moment(project, undisturbed, moment, twice):
    """Once or twice, at any moment: it leaves without a traceback and nothing is lost."""
    import time

    running = project.start("render", "tiny", "--yes")
    time.sleep(moment)
    for _ in range(1 + twice):
        try:
            os.kill(running.pid, signal.SIGINT)
        except ProcessLookupError:
            break
        time.sleep(0.02)
    done = running.wait()
    assert done.code in (0, 130), done.said
    again = project.render()
    assert again.code == 0, again.said
    project.check_whole(undisturbed)
