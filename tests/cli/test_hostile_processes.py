"""Renders that are killed, or meet each other: the same film in the end, and nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stories

PROJECT = Path(__file__).parent.parent.parent
SHOTS = ("sh010", "sh020 first_frame: sh010.last", "sh030 duration: 13f", "sh040")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")


def start(root):
    """Start a render in a session of its own, that it may be killed with all it started."""
    environment = {
        **{name: value for name, value in os.environ.items() if "STORYREEL" not in name},
        "PYTHONPATH": str(PROJECT), "STORYREEL_CONFIG": str(root / "none"),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "render", "film", "--json"],
        cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def finished(render):
    """The last line of a render that came to its end."""
    said, told = render.communicate(timeout=120)
    assert render.returncode == 0, told
    return json.loads(said.splitlines()[-1])


@pytest.fixture
def root(tmp_path):
    """A project with a board of four shots."""
    (tmp_path / "project" / "storyboards").mkdir(parents=True)
    board = tmp_path / "project" / "storyboards" / "film.storyboard.yaml"
    board.write_text(stories.text(*SHOTS))
    return tmp_path / "project"


@pytest.mark.long
def test_killed_after_a_shot_the_next_render_goes_on_to_the_same_film(root, tmp_path):
    """After kill -9 with a shot stored: it is not made again, and the film is as it would be."""
    with start(root) as killed:
        for line in killed.stdout:
            if json.loads(line)["event"] == "stored":
                os.killpg(killed.pid, signal.SIGKILL)
                break
        killed.stdout.read()
    end = finished(start(root))
    undisturbed = tmp_path / "undisturbed"
    (undisturbed / "storyboards").mkdir(parents=True)
    board = undisturbed / "storyboards" / "film.storyboard.yaml"
    board.write_text(stories.text(*SHOTS))

    assert killed.returncode == -signal.SIGKILL
    assert (end["made"] + end["reused"], end["failed"]) == (4, [])
    assert end["reused"] >= 1
    film = Path(finished(start(undisturbed))["film"])
    assert Path(end["film"]).read_bytes() == film.read_bytes()
    lock = (root / "storyboards" / "film.lock.toml").read_text()
    assert lock.count(".takes.") == 4


def test_two_renders_of_one_board_make_each_shot_once(root):
    """The second waits, finds everything made, and says so."""
    both = [start(root), start(root)]
    ends = [finished(render) for render in both]

    assert sorted(end["made"] for end in ends) == [0, 4]
    assert ends[0]["film"] == ends[1]["film"]
    assert len(list((root / "output" / "store" / "clips").rglob("*.mp4"))) == 4
