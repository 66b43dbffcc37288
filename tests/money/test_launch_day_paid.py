"""The sample film bought for real, through one vendor and through both: each shot once."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from project import HOUSE
from two_desks import both_desks

from pipeline.desk.ledger import read_ledger, total

BOARD = (HOUSE / "storyboards" / "launch-day.storyboard.yaml").read_text(encoding="utf-8")
SMALL = BOARD.replace("resolution: 720p\n  fps", "resolution: 64p\n  fps").replace(
    "  duration: 5s\n", "  duration: 5s\n  resolution: 720p\n", 1
)
SHOTS = 10
SECONDS = 56  # billed: each shot rounded up


def through(*routes):
    """The board with its routes, shot by shot in turn."""
    board = SMALL.replace("  routes: [apiframe, empiriolabs]\n", "")
    names = iter(routes * SHOTS)
    return re.sub(
        r"( +)- id: (sh\d+)\n",
        lambda found: f"{found[0]}{found[1]}  routes: [{next(names)}]\n",
        board,
    )


@pytest.fixture
def bought(tmp_path, stage, ready_clips):
    """Render a board against both desks; the project."""
    desks = []

    def render(board):
        context = both_desks(tmp_path, stage, ready_clips, board, second={"variety": True})
        desks.append(context)
        project = context.__enter__()
        refs = project.root / "storyboards" / "refs"
        shutil.copytree(HOUSE / "storyboards" / "refs", refs, dirs_exist_ok=True)
        project.planned = project.run("plan", "tiny", "--json")
        done = project.render()
        assert done.code == 0, done.said
        return project

    yield render
    for context in desks:
        context.__exit__(None, None, None)


def spent(project, route):
    return total(read_ledger(project.ledgers[route]))


@pytest.mark.long
def test_through_the_second_vendor_alone(bought):
    """Ten shots, one reference and several among them, for exactly what the plan said."""
    project = bought(through("empiriolabs"))
    plan = json.loads(project.planned.out)
    assert [step["route"] for step in plan["steps"]] == ["empiriolabs"] * SHOTS
    assert float(spent(project, "empiriolabs")) == plan["totals"]["at_most"]["usd"]
    assert float(spent(project, "empiriolabs")) == pytest.approx(0.14 * SECONDS)
    assert project.charged_at("apiframe") == {}
    assert sorted(project.charged().values()) == [1] * SHOTS
    assert project.journal("--live") == []


def test_through_both_in_mixture(bought):
    """Every other shot elsewhere, chains across vendors; one table, a sum for each unit."""
    project = bought(through("apiframe", "empiriolabs"))
    plan = json.loads(project.planned.out)
    assert {step["route"] for step in plan["steps"]} == {"apiframe", "empiriolabs"}
    sums = plan["totals"]["at_most"]
    assert float(spent(project, "empiriolabs")) == pytest.approx(sums["usd"])
    assert float(spent(project, "apiframe")) == sums["credits"]
    assert [len(project.charged_at(name)) for name in project.ledgers] == [5, 5]
    table = project.run("plan", "tiny", "--force", "sh010", "--force", "sh020").out
    assert "apiframe" in table
    assert "empiriolabs" in table
    assert " + $" in table
