"""Several jobs of a shot in doubt: each is told with its command; none is taken for another."""

from __future__ import annotations

import contextlib
import json
import shlex
from fractions import Fraction

import pytest

from pipeline.cli.main import exit_code_of
from pipeline.errors import UsageError
from pipeline.ids import TakeKey
from pipeline.journal.attempt import Intent
from pipeline.journal.journal import Journal
from pipeline.journal.wall import Wall
from pipeline.planning import plan_film
from pipeline.settling import Finding, Which, settle

BOARD = """\
storyboard: 1
title: Harbour
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s, resolution: 720p}
shots:
  - {id: sh010, prompt: A harbour at dawn., takes: 3}
  - {id: sh020, prompt: It goes on.}
"""


class Doubts:
    """A board whose first shot has three takes; nothing was rendered."""

    def __init__(self, folder):
        self.board = folder / "storyboards" / "harbour.storyboard.yaml"
        self.board.parent.mkdir(parents=True)
        self.board.write_text(BOARD)
        self.journal = folder / "output" / "journal.db"
        self.journal.parent.mkdir()

    def plan(self):
        return plan_film(self.board)

    def send(self, key, variation, *, board="harbour", shot="sh010", state="uncertain"):
        """A job sent, of which nobody knows whether it was taken; or that was made."""
        intent = Intent(
            run="run-1", key=TakeKey(key), board=board, shot=shot, model="happyhorse-1.1",
            route="apiframe", mode="text", fields={"prompt": "x"}, seconds=Fraction(3),
            unit="credits", estimate=Fraction(72), seed=70 + variation, variation=variation,
        )  # fmt: skip
        with Journal(self.journal) as journal:
            attempt = journal.intend(intent, Wall())
            journal.move(attempt.id, "sending", body=b"{}", inputs_expire=5.0)
            if state == "uncertain":
                journal.move(attempt.id, "uncertain")
            else:
                journal.move(attempt.id, "submitted", handle={"job": "j-9"})
                journal.move(attempt.id, "succeeded", links=("https://example.org/a.mp4",))

    def states(self):
        with Journal(self.journal, look=True) as journal:
            return {one.key: (one.state, one.charged) for one in journal.all()}


@pytest.fixture
def doubts(tmp_path):
    """The board alone in its project."""
    with contextlib.chdir(tmp_path):
        yield Doubts(tmp_path)


NOT_MADE = Finding()


def test_without_saying_which_nothing_is_settled_and_each_is_told(doubts, capsys):
    """Each with its seed and the very command that means it; those commands settle them all."""
    doubts.send("k1-aaaa", 1)
    doubts.send("k1-bbbb", 2)
    before = doubts.states()
    assert exit_code_of(["settle", "harbour", "sh010", "--not-made"]) == 2
    told = capsys.readouterr().err
    assert doubts.states() == before
    commands = [line.partition(": storyreel ")[2] for line in told.splitlines() if "seed " in line]
    assert commands == [f"settle harbour sh010 --variation {n} --not-made" for n in (1, 2)]
    assert "variation 2, seed 72, uncertain, apiframe" in told

    assert exit_code_of(shlex.split(commands[1])) == 0
    assert {key: state for key, (state, _) in doubts.states().items()} == {
        "k1-aaaa": "uncertain", "k1-bbbb": "abandoned",
    }  # fmt: skip
    assert exit_code_of(["settle", "harbour", "sh010", "--not-made"]) == 0  # the only one left


def test_machines_get_the_same_commands_and_what_they_may_cost(doubts, capsys):
    """Nothing that may end in paying twice is called free."""
    doubts.send("k1-aaaa", 1)
    doubts.send("k1-bbbb", 2)
    assert exit_code_of(["settle", "harbour", "sh010", "--again", "--json"]) == 2
    ways = json.loads(capsys.readouterr().out)["error"]["retry_with"]
    assert [way["command"][4:] for way in ways] == [
        ["--variation", str(n), "--again", "--json"] for n in (1, 2)
    ]
    assert {way["costs"] for way in ways} == {"72 credits at the next render"}


def test_one_variation_of_two_requests_is_told_apart_by_its_key(doubts):
    """The board has changed in between: the first take of each is in doubt."""
    doubts.send("k1-aaaabbbbcccc1", 1)
    doubts.send("k1-aaaabbbbcccc2", 1)
    with pytest.raises(UsageError, match="several jobs are in doubt") as raised:
        settle(doubts.plan(), "sh010", NOT_MADE, Which(variation=1))
    keys = [way.command[5] for way in raised.value.ways]
    assert keys == ["k1-aaaabbbbcccc1", "k1-aaaabbbbcccc2"]  # no letters fewer tell them apart

    settle(
        doubts.plan(),
        "sh010",
        Finding(made="2b0c6c1e-0000-4000-8000-000000000007"),
        Which(key=keys[0]),
    )
    assert doubts.states()[keys[0]] == ("submitted", "yes")
    assert doubts.states()[keys[1]][0] == "uncertain"


def test_the_one_in_doubt_goes_before_one_that_is_only_not_fetched(doubts):
    """--again lets go of a job that was made only where it is named, or nothing else is meant."""
    doubts.send("k1-aaaa", 1)
    doubts.send("k1-bbbb", 2, state="succeeded")
    settle(doubts.plan(), "sh010", Finding(again=True), Which())
    assert [state for state, _ in doubts.states().values()] == ["abandoned", "succeeded"]


def test_a_job_of_a_renamed_shot_or_of_another_board_is_the_shots_that_wants_it(doubts):
    """The plan calls it uncertain under its new name, so it can be settled under that."""
    key = doubts.plan().plan.steps[1].key
    doubts.send(key, 1, board="older", shot="sh099")
    assert doubts.plan().plan.steps[1].verb == "uncertain"

    settle(doubts.plan(), "sh020", NOT_MADE, Which())
    assert doubts.states()[key] == ("abandoned", "no")


def test_a_job_of_a_shot_that_was_cut_can_be_settled(doubts):
    """The board has it no more, the journal does; a name that neither knows is told as that."""
    doubts.send("k1-aaaa", 1, shot="sh099")
    settle(doubts.plan(), "sh099", NOT_MADE, Which())
    assert doubts.states() == {"k1-aaaa": ("abandoned", "no")}
    with pytest.raises(UsageError, match="no shot `sh098`"):
        settle(doubts.plan(), "sh098", NOT_MADE, Which())


@pytest.mark.parametrize("which", [Which(variation=4), Which(key="k1-z")])
def test_a_job_that_is_not_there_is_told_with_those_that_are(doubts, which):
    """Naming another than the one in doubt settles nothing."""
    doubts.send("k1-aaaa", 1)
    with pytest.raises(UsageError, match="one job is in doubt") as raised:
        settle(doubts.plan(), "sh010", NOT_MADE, which)
    assert "--variation 1 --not-made" in raised.value.details
    assert doubts.states()["k1-aaaa"][0] == "uncertain"
