"""Killed on the way into every system call that writes, renames, sends or connects.

Needs ``strace`` (Linux). The number of calls of a run is not always the same, so a few of the last
points may not kill. A point is taken at every call of the rare kinds, and at even steps of the
frequent ones: ``STRIDE`` says which; ``MONEY_STRIDE=1`` in the environment sweeps every call.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

STRIDE = {"write": 4, "pwrite64": 4, "recvfrom": 4, "sendto": 2, "openat": 8}
CALLS = (
    "write", "pwrite64", "fsync", "fdatasync", "rename", "sendto", "recvfrom", "connect", "openat",
)  # fmt: skip
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
]


def wait_until(so):
    while not so():
        time.sleep(0.01)


def traced(project, *options):
    """A render under strace; how it ended."""
    running = project.start("render", "tiny", "--yes", held=True)
    trace = project.root.parent / "trace"
    status = Path(f"/proc/{running.pid}/status")
    wait_until(lambda: "State:\tT" in status.read_text())
    watcher = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", trace, *options, "-p", str(running.pid)]
    )
    wait_until(lambda: "TracerPid:\t0" not in status.read_text() or watcher.poll() is not None)
    running.kill(signal.SIGCONT)
    done = running.wait()
    watcher.wait()
    return done


def calls_of(project, call):
    """How many calls of this kind a thread of an undisturbed run makes at most."""
    done = traced(project, "-e", f"trace={call}")
    assert done.code == 0, done.said
    by_thread = {}
    for line in (project.root.parent / "trace").read_text(errors="replace").splitlines():
        number, _, told = line.partition(" ")
        if told.lstrip().startswith(f"{call}("):
            by_thread[number] = by_thread.get(number, 0) + 1
    return max(by_thread.values(), default=0)


@pytest.mark.parametrize("call", CALLS)
def test_killed_at_every_call(new_project, undisturbed, call):
    """At each of them in turn: nothing is paid twice, nothing is lost, the film is the same."""
    most = calls_of(new_project(), call)
    killed = 0
    stride = int(os.environ.get("MONEY_STRIDE", STRIDE.get(call, 1)))
    for number in range(1, most + 1, stride):
        project = new_project()
        done = traced(
            project, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}"
        )
        killed += done.code == -signal.SIGKILL
        before = project.clips()
        again = project.render()
        assert again.code == 0, (number, again.said)
        assert before.items() <= project.clips().items()
        project.check_whole(undisturbed)
    print(f"{call}: killed at {killed} of {most} calls")  # noqa: T201 - shown by -rP
    assert killed
