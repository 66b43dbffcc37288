from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import casts
import pytest

from pipeline.api import adopt_clip, plan_film
from pipeline.cli.chains_told import chain_lines, chain_warnings
from pipeline.cli.main import exit_code_of

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

BOARD = """\
storyboard: 1
title: Chain
format: {aspect: "4:3", resolution: 64p, fps: 24}
defaults: {model: happyhorse-1.1, duration: 3s, resolution: 720p}
shots:
  - {id: sh010, prompt: Skin.}
  - {id: sh020, prompt: More., first_frame: sh010.last}
  - {id: sh030, prompt: More again., first_frame: sh020.last}
"""


@pytest.fixture
def board(tmp_path: Path, ffmpeg: FFmpeg) -> Path:
    """A chain of three whose last clip has a cast; its clips were bought elsewhere."""
    path = tmp_path / "storyboards" / "chain.storyboard.yaml"
    path.parent.mkdir()
    path.write_text(BOARD)
    for shot, light in (("sh010", casts.NONE), ("sh020", casts.NONE), ("sh030", (0.8, 0.96, 1.2))):
        frames = 12 if shot == "sh030" else 11 + int(shot == "sh020")  # no two are one clip
        file = casts.clip(ffmpeg, tmp_path / f"{shot}.mp4", light, frames=frames)
        adopt_clip(path, shot, file)
    return path


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    assert exit_code_of(list(words)) == 0
    told = capsys.readouterr()
    return told.out, told.err


def told_plan(capsys: pytest.CaptureFixture[str], board: Path) -> list[dict[str, Any]]:
    out, _ = ran(capsys, "plan", str(board), "--json")
    chains: list[dict[str, Any]] = json.loads(out)["chains"]
    return chains


def test_drift_is_told_and_matching_it_makes_nothing_anew(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A render measures, the plan remembers; `match` changes the film alone, no key."""
    assert told_plan(capsys, board) == []
    _, err = ran(capsys, "render", str(board), "--yes")
    assert "chain sh010 > sh020 > sh030 (2 deep): colour " in err
    assert "sh030 has drifted from sh010" in err
    assert "match: sh010" in err
    (chain,) = told_plan(capsys, board)
    assert (chain["depth"], chain["worst"]) == (2, "sh030")
    assert [link["drifted"] for link in chain["links"]] == [False, True]
    out, _ = ran(capsys, "plan", str(board))
    assert "warning: sh030 has drifted" in out
    out, _ = ran(capsys, "plan", str(board), "--as", "markdown")
    assert "drifted from" in out
    _, again = ran(capsys, "render", str(board), "--yes")
    assert "sh030 has drifted from sh010" in again

    keys = [step.key for step in plan_film(board).plan.steps]
    board.write_text(BOARD.replace("sh020.last}", "sh020.last, match: sh010}"))
    planned = plan_film(board)
    assert [step.key for step in planned.plan.steps] == keys
    assert not planned.plan.to_run
    _, err = ran(capsys, "render", str(board), "--yes")
    assert "(matched in the film)" in err
    assert "has drifted" not in err


def test_a_long_chain_is_warned_of_before_it_is_paid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`plan` says so beside the price, with the line; a draft is free and says nothing."""
    shots = "".join(
        f"  - {{id: s{n}, prompt: On., first_frame: s{n - 1}.last}}\n" for n in range(1, 7)
    )
    path = tmp_path / "long.storyboard.yaml"
    path.write_text(BOARD.partition("  - ")[0] + "  - {id: s0, prompt: On.}\n" + shots)
    out, _ = ran(capsys, "plan", str(path))
    assert "warning: long.storyboard.yaml:11: shot `s5` is the 5th in a row" in out
    out, _ = ran(capsys, "plan", str(path), "--draft")
    assert "in a row" not in out


def test_many_chains_are_told_in_few_lines() -> None:
    """The worst are named and the others counted; a shot in two chains is warned of once."""
    chains = [
        {
            "shots": ["a", f"b{n}"],
            "depth": 1,
            "worst": f"b{n}",
            "links": [{"shot": f"b{n}", "colour": float(n), "sharpness": -0.1, "drifted": True}],
            "warning": "a has drifted",
        }
        for n in range(9)
    ]
    lines = chain_lines(chains)
    assert len(lines) == 7
    assert lines[0] == "chain a > b8: colour 8, sharpness -10 % by b8"
    assert lines[-1] == "3 more chains, none further off in colour"
    assert chain_warnings(chains) == ["a has drifted"]
