"""The film is there right after its last clip: the rest was encoded while that one was made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BOARD = """\
storyboard: 1
title: Dissolving
format: {resolution: 64p}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s, resolution: 720p}
shots:
  - id: sh010
    prompt: Light over a flat coast.
  - {id: sh020, prompt: The light grows., transition: dissolve 6f, after: [sh010]}
  - {id: sh030, prompt: The light is gone., transition: dissolve 6f, after: [sh020]}
"""


def test_after_the_last_clip_only_its_own_parts_are_left(new_project):
    """Two bodies and a blend lie there when it comes; a body and a blend are left to encode."""
    project = new_project(BOARD)
    done = subprocess.run(
        [sys.executable, HERE / "cutting_ahead.py", "sh030", "3"],
        cwd=project.root,
        env={**project.whole_environment(), "PYTHONPATH": f"{HERE.parent.parent}:{HERE.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["pieces"] == 5
    assert told["before"] == 3
    # the two that are left may be begun before the run has ended
    assert {*told["encoded"], *told["blended"]} <= {"sh030"}
    assert {*told["kept"]} >= {"sh010", "sh020"}
    project.check_whole(shots=3)
