"""The command where its streams are closed, full, cut off, or in no Unicode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import stories

PROJECT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the shell and its streams are POSIX's")


@pytest.fixture
def shell(tmp_path):
    """Run a line of shell in a project; ``storyreel`` is the real command."""
    boards = tmp_path / "storyboards"
    boards.mkdir()
    text = stories.text("sh010").replace("Test", "Tëst 🎬")
    (boards / "film.storyboard.yaml").write_text(text)

    def run(line, **env):
        environment = {
            **{name: value for name, value in os.environ.items() if "STORYREEL" not in name},
            "PYTHONPATH": str(PROJECT), "STORYREEL_CONFIG": str(tmp_path / "none"), **env,
        }  # fmt: skip
        line = line.replace("storyreel", f"{sys.executable} -m pipeline")
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {line}"],
            cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        told = done.stderr.decode(errors="replace")
        assert "Traceback" not in told
        assert "bug of its own" not in told
        return done.returncode, done.stdout.decode(errors="surrogateescape"), told

    return run


def test_a_reader_that_goes_stops_no_render(shell, tmp_path):
    """The first line is enough for it; the film is made all the same."""
    code, said, _ = shell("storyreel render film --json | head -1")

    assert code == 0
    assert json.loads(said)["event"] == "started"
    assert (tmp_path / "output" / "film" / "film.mp4").exists()


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_stop_no_render(shell, tmp_path, closed):
    """Nobody hears it, and the film is there; no file of ours got the closed numbers."""
    code, _, told = shell(f"storyreel render film {closed}")

    assert code == 0, told
    assert (tmp_path / "output" / "film" / "film.mp4").stat().st_size > 1000
    assert shell("storyreel check - <&-")[0] == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_output_that_cannot_be_written_is_told_after_the_work(shell, tmp_path):
    """A full disk behind standard output costs the lines, not the film, and is no success."""
    code, _, told = shell("storyreel render film --json > /dev/full")

    assert code == 1
    assert "Standard output could not be written" in told
    assert (tmp_path / "output" / "film" / "film.mp4").exists()


def test_no_letter_is_too_strange_to_print(shell):
    """A title with an emoji on a terminal that has none."""
    code, said, _ = shell("storyreel plan film", PYTHONIOENCODING="latin-1:strict")

    assert code == 0
    assert "sh010" in said


def test_a_name_that_is_no_unicode_comes_out_as_it_went_in(shell, tmp_path):
    """A byte of Latin-1 in a board's name: made, printed as it is, escaped in JSON."""
    boards = tmp_path / "storyboards"
    name = os.fsdecode(b"f\xfclm")
    try:
        (boards / "film.storyboard.yaml").rename(boards / f"{name}.storyboard.yaml")
    except OSError:
        pytest.skip("this disk wants Unicode names")
    strict = {"PYTHONIOENCODING": "utf-8:strict"}
    code, said, told = shell(
        "storyreel render $'f\\xfclm' && storyreel plan $'f\\xfclm' -o p.json", **strict
    )

    assert code == 0, told
    assert (tmp_path / said.splitlines()[0]).exists()
    code, said, _ = shell("storyreel check --json $'f\\xfclm'", **strict)
    assert json.loads(said.encode("utf-8"))["boards"][0]["file"].endswith(f"{name}.storyboard.yaml")
