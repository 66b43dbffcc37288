"""What was begun in an earlier run: failed takes, jobs of a board that has changed since."""

from __future__ import annotations

import time

from project import TWO


def test_a_failed_take_is_ordered_again_only_when_said(new_project):
    """--retry-failed 1 orders a failed take once more; a plain render does not."""
    project = new_project(TWO)
    project.desk.fault(prompt="flat", do="fail", times=1)
    assert project.render().code == 1
    assert project.render().code == 1
    assert project.kept == 1
    done = project.render("--retry-failed", "1")
    assert done.code == 0, done.said
    assert project.kept == 2
    assert project.states() == {"failed": 1, "committed": 2}


def test_retry_failed_is_a_number(new_project):
    """A take that fails each time is tried so often and no more; each is given back."""
    project = new_project(TWO)
    project.desk.fault(prompt="flat", do="fail")
    assert project.render("--retry-failed", "2").code == 1
    assert project.states() == {"failed": 3, "committed": 1}
    assert project.kept == 1


def test_a_job_whose_shot_has_changed_is_fetched_all_the_same(new_project):
    """It was paid for: its clip comes into the store, though the board asks for another now."""
    project = new_project(TWO)
    project.desk.fault(prompt="flat", do="long", seconds=60, times=1)
    first = project.start("render", "tiny", "--yes")
    until = time.monotonic() + 60
    while len(project.desk.jobs()) < 2:
        assert time.monotonic() < until, first.out.read_text()
        time.sleep(0.01)
    first.kill(2)
    assert first.wait().code == 130
    project.write(TWO.replace("flat coast", "steep coast"))
    project.desk.clear_faults()
    project.desk.advance(100)
    done = project.render()
    assert done.code == 0, done.said
    assert project.kept == 3
    assert len(project.clips()) == 3
    project.write(TWO)
    back = project.render()
    assert back.code == 0, back.said
    assert project.kept == 3
    project.check_whole(shots=3)


def test_a_job_that_was_out_for_hours_is_looked_at(new_project):
    """The deadline is of one run's waiting: a job left alone for longer is fetched all the same."""
    project = new_project(TWO)
    assert project.render(after=6).code < 0
    done = project.render(jumps=(3 * 3600.0,))
    assert done.code == 0, done.said
    project.check_whole(shots=2)


def test_what_a_killed_writer_of_the_lock_left_is_cleared(new_project):
    """Half a lock beside the board, where git would see it, is gone after the next take."""
    project = new_project(TWO)
    left = project.root / "storyboards" / ".tiny.lock.toml.abc123.part"
    left.write_text("half")
    assert project.render().code == 0
    assert not left.exists()
    project.check_whole(shots=2)
