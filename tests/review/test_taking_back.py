"""What the page takes back, and how seldom the board is planned for what it writes."""

from __future__ import annotations

import contextlib

import pytest
import reviewed

from pipeline.choosing import note_frame, pick_take
from pipeline.cli.main import exit_code_of
from pipeline.review.showing import Known, Showing


@pytest.fixture(scope="module")
def begun(tmp_path_factory, ffmpeg):
    """A board with takes, never changed."""
    return reviewed.begin(tmp_path_factory.mktemp("taken") / "project", ffmpeg)


@pytest.fixture
def project(begun, tmp_path):
    """A copy of it to change."""
    return begun.copied(tmp_path / "project")


def commanded(project, *words):
    """A command in the project's folder."""
    with contextlib.chdir(project.folder):
        assert exit_code_of([*words, "--board", str(project.board)]) == 0


def test_a_pick_and_a_rejection_are_taken_back_as_the_commands_do(project, tmp_path):
    """The lock has the bytes of pick --clear and reject --undo, and the state knows at once."""
    other = project.copied(tmp_path / "other")
    with reviewed.serving(project) as server:
        server.post("pick", shot="sh010", take=2)
        server.post("reject", shot="sh010", take=1)
        cleared = server.post("pick", shot="sh010", clear=True).json()
        undone = server.post("reject", shot="sh010", take=1, undo=True).json()
        takes = server.shot("sh010")["takes"]
        again = server.post("pick", shot="sh010", clear=True)
    for words in (
        ["pick", "sh010", "2"],
        ["reject", "sh010", "1"],
        ["pick", "sh010", "--clear"],
        ["reject", "sh010", "1", "--undo"],
    ):
        commanded(other, *words)

    assert cleared["said"][0] == "sh010 take 2 is picked no more"
    assert undone["said"][:2] == ["sh010 take 1 is rejected no more", "now: take 1"]
    assert [(take["serves"], take["picked"], take["rejected"]) for take in takes] == [
        (True, False, False), (False, False, False),
    ]  # fmt: skip
    assert (again.status_code, again.json()["error"]["message"]) == (
        422, "sh010 has no pick to take away.",
    )  # fmt: skip
    assert project.lock.read_bytes() == other.lock.read_bytes()


class Counting(Showing):
    """Counts how often the board is planned."""

    plans = 0

    def plan(self):
        self.plans += 1
        return super().plan()


@pytest.fixture
def showing(project):
    """A board that was looked at, until nothing more was new."""
    one = Counting(project.board)
    one.look_first()
    one.refresh()
    one.plans = 0
    return one


@pytest.mark.parametrize("deed", ["pick", "note"])
def test_what_was_written_is_told_by_the_plan_that_was_made_for_it(showing, deed):
    """The board is not planned again, and the state is the one that planning would tell."""
    before, planned = showing.files(), showing.plan()
    if deed == "pick":
        planned = pick_take(planned, "sh010", 2).after
        known = Known(planned, before)
    else:
        from pipeline.review.deeds import noted

        words = {"shot": "sh010", "take": 2, "frame": 3, "text": "Look."}
        known = Known(noted(planned, words).after, before)
    told = showing.refresh(known=known)
    plans = showing.plans

    assert plans == 1
    assert told == showing.refresh()


@pytest.mark.parametrize("moved", ["board", "lock"])
def test_a_plan_that_may_be_old_is_not_told(showing, project, moved):
    """Somebody wrote to the board, or another one to the lock, before the state was told."""
    before, planned = showing.files(), showing.plan()
    after = pick_take(planned, "sh010", 2).after
    if moved == "board":
        project.edit("The end.", "The very end.")
    else:
        note_frame(after, "sh010", 3, "Look.", number=2)
    told = showing.refresh(known=Known(after, before))

    assert showing.plans == 2
    assert told == showing.refresh()


def test_a_question_for_the_head_of_the_events_is_answered(project):
    """Nothing follows it, so that it does not stay open."""
    with reviewed.serving(project) as server:
        answer = server.client.head("/api/events")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
