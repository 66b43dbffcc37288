"""``--debug-log``: a line a request, made for its owner alone, with no secret in it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import commands
import pytest

from pipeline.cli.debug_log import debug_log
from pipeline.desk.server import Desk
from pipeline.errors import UsageError
from pipeline.journal.journal import Journal
from pipeline.vendors.errors import NotSentError
from pipeline.vendors.http import Session
from pipeline.vendors.listening import speak_of
from pipeline.vendors.patience import Patience

HOUSE = Path(__file__).parent.parent.parent
KEY = "afk_topsecret_4711"
SPEED = 20.0
BOARD = """\
storyboard: 1
title: Two
format: {resolution: 64p}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s, resolution: 720p}
shots:
  - id: sh010
    prompt: Light over a velvety coast.
    first_frame: refs/woman.png
  - id: sh020
    prompt: The velvety light grows.
"""


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def storyreel(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command whose clock is as quick as the desk's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = commands.run(*arguments, cwd=root, env={**kept, **variables}, speed=SPEED)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def asked(desk: Desk, path: str = "/v2/me", key: str = KEY, port: int | None = None) -> None:
    """One request to the desk, or to a port where nobody is."""

    async def run() -> None:
        url = desk.url if port is None else f"http://127.0.0.1:{port}"
        one = Session("Acme", url, key_header="X-API-Key", key=key, patience=Patience(connect=2))
        try:
            await one.ask("GET", path, query={"token": "t0ken-in-a-query"})
        finally:
            await one.close()

    asyncio.run(run())


def test_a_render_leaves_a_line_a_request_and_no_secret(tmp_path: Path) -> None:
    """Uploads, jobs, looks, a retry, downloads, each with its shot; not one secret of theirs."""
    boards = tmp_path / "storyboards"
    (boards / "refs").mkdir(parents=True)
    shutil.copy(HOUSE / "storyboards/refs/astronaut.png", boards / "refs" / "woman.png")
    (boards / "two.storyboard.yaml").write_text(BOARD)
    log = tmp_path / "requests.jsonl"
    with Desk(size=64, time="1", speed=SPEED, accounts={KEY: 1000}) as desk:
        desk.fault(on="poll", do="status", status=503, nth=1)
        where = {**desk.environment, "STORYREEL_DEBUG_LOG": "requests.jsonl"}
        done = storyreel(tmp_path, "render", "two", "--yes", **where)
    assert done.returncode == 0, done.stderr
    told = lines(log)
    text = log.read_text()
    with Journal(tmp_path / "output" / "journal.db", look=True) as journal:
        links = [link for attempt in journal.all() for link in attempt.links]
    clips = [Path(urlsplit(link).path).name for link in links]

    assert len(clips) == 2
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert (told[0]["event"], told[0]["command"]) == ("begun", "render")
    requests = [line for line in told if line["event"] == "request"]
    shapes = {(r["method"], re.sub(r"[0-9a-f-]{36}", "ID", r["path"])) for r in requests}
    assert shapes >= {
        ("POST", "/v2/uploads"),
        ("POST", "/v2/videos/generate"),
        ("GET", "/v2/jobs/ID"),
        ("GET", "/cdn/videos/<uuid>.mp4"),
    }
    assert {r["shot"] for r in requests} == {"sh010", "sh020"}
    assert all(r["ids"]["x-request-id"] for r in requests if r["status"] < 300)
    assert [r["status"] for r in requests].count(503) == 1
    decided = [line for line in told if line["event"] == "decided"]
    assert [(d["verb"], d["error"]) for d in decided] == [("poll", "VendorDownError")]
    uploaded = next(r for r in requests if r["path"] == "/v2/uploads")
    assert uploaded["sent"] > 100_000
    for secret in (KEY, "velvety", "https://", "http://", "x-api-key", "signature", *links, *clips):
        assert secret not in text, secret


def test_lines_are_appended_each_whole_and_other_requests_are_not_heard(tmp_path: Path) -> None:
    """Two commands write one file; what is asked outside of them is nobody's business."""
    log = tmp_path / "log"
    with Desk(accounts={KEY: 5}) as desk:
        for _ in range(2):
            with debug_log(str(log), "doctor"):
                speak_of("sh010", 3)
                asked(desk)
        asked(desk)
    told = lines(log)

    assert [line["event"] for line in told] == ["begun", "request"] * 2
    assert told[1]["path"] == "/v2/me"
    assert (told[1]["shot"], told[1]["attempt"]) == ("sh010", 3)
    assert "t0ken" not in log.read_text()


def test_a_request_without_an_answer_has_its_error(tmp_path: Path) -> None:
    """The class of what went wrong, no status."""
    log = tmp_path / "log"
    with Desk(accounts={KEY: 5}) as desk, debug_log(str(log), "doctor"):
        desk.fault(on="me", do="drop", how="reset")
        for port in (None, 1):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is another test's
                asked(desk, port=port)
    assert isinstance(caught.value, NotSentError)
    told = [line for line in lines(log) if line["event"] == "request"]

    assert [line["error"] for line in told] == ["ReadError", "ConnectError"]
    assert not any("status" in line for line in told)


def test_a_key_is_not_written_down_wherever_it_stands(tmp_path: Path) -> None:
    """Not even in a path, where it has no business."""
    log = tmp_path / "log"
    with Desk(accounts={KEY: 5}) as desk, debug_log(str(log), "doctor"):
        asked(desk, f"/v2/jobs/{KEY}")

    assert KEY not in log.read_text()
    assert "/v2/jobs/<key>" in log.read_text()


@pytest.mark.parametrize("place", ["", "no/such/folder/log"])
def test_a_file_that_cannot_be_written_is_told_before_anything_begins(
    tmp_path: Path, place: str
) -> None:
    """With its name, its reason and the way out; nothing was asked."""
    with (
        pytest.raises(UsageError, match="cannot be written") as caught,
        debug_log(str(tmp_path / place), "render"),
    ):
        raise AssertionError("it began")

    assert "Nothing was begun" in (caught.value.details or "")


def test_the_command_tells_it_too(tmp_path: Path) -> None:
    """Wrong usage, exit code 2."""
    done = storyreel(tmp_path, "--debug-log", "no/log", "routes")

    assert done.returncode == 2
    assert "debug log no/log cannot be written" in done.stderr
    assert not done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_ends_the_log_and_not_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One note, and no more tries."""
    with Desk(accounts={KEY: 5}) as desk, debug_log("/dev/full", "render"):
        asked(desk)
        asked(desk)
    said = capsys.readouterr().err

    assert said.count("the debug log /dev/full ends here") == 1
    assert "No space left" in said
