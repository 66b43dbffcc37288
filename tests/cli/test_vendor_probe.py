"""``doctor --probe``: one paid job that is never paid twice, and a file with no secret in it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import commands
import pytest

from pipeline.desk.server import Desk
from pipeline.journal.journal import Journal
from pipeline.places import PROBE

HOUSE = Path(__file__).parent.parent.parent
KEY = "afk_topsecret_4711"
SPEED = 50.0
PRICES = {"apiframe": ("72 credits", "72"), "empiriolabs": ("$0.42", "0.42")}


@pytest.fixture(params=PRICES)
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Each vendor's desk in turn."""
    clips = tmp_path_factory.getbasetemp() / "probe-clips"
    with Desk(request.param, size=64, speed=SPEED, clips=clips, accounts={KEY: 1000}) as one:
        yield one


def storyreel(root: Path, desk: Desk, *arguments: str) -> commands.Running:
    """A command at work without a terminal, its clock as quick as the desk's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return commands.start(*arguments, cwd=root, env={**kept, **desk.environment}, speed=SPEED)


def name_of(desk: Desk) -> str:
    return next(name for name in PRICES if f"STORYREEL_{name.upper()}_URL" in desk.environment)


def probed(root: Path, desk: Desk, *more: str) -> tuple[int, str]:
    """A probe to its end: its exit code, and all it said."""
    command = ("doctor", "--online", "--probe", name_of(desk), *more)
    done = storyreel(root, desk, *command).wait()
    assert "Traceback" not in done.stderr, done.stderr
    assert KEY not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def charges(desk: Desk) -> list[str]:
    return [str(entry.amount) for entry in desk.ledger() if entry.what == "charge"]


def record(root: Path) -> tuple[Path, dict[str, Any]]:
    (path,) = root.glob("storyreel-probe-*.json")
    return path, json.loads(path.read_text())


def states(root: Path) -> list[tuple[str, str]]:
    with Journal(root / "output" / "journal.db", look=True) as journal:
        return [(attempt.board, attempt.state) for attempt in journal.all()]


def test_a_probe_is_one_job_and_a_file_of_shapes(tmp_path: Path, desk: Desk) -> None:
    """Nothing without agreement; then one charge at the price told, its clip kept, no secret."""
    price, charge = PRICES[name_of(desk)]
    code, said = probed(tmp_path, desk)
    assert (code, charges(desk)) == (5, [])
    assert price in said
    assert "--yes" in said
    assert not list(tmp_path.glob("*.json"))

    code, said = probed(tmp_path, desk, "--yes")
    assert code == 0, said
    assert charges(desk) == [charge]
    assert states(tmp_path) == [(PROBE, "committed")]
    assert len(list(tmp_path.glob("output/store/clips/*/*.mp4"))) == 1
    path, document = record(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = document["exchanges"]
    assert [one["method"] for one in told if one["kind"] == "link"] == ["GET"]
    posted = next(one for one in told if one["method"] == "POST")
    assert posted["asked_body"]["prompt"].startswith("<string of ")
    assert "<secret>" in posted["asked"].values()
    words = {one["body"]["status"] for one in told if "status" in (one.get("body") or {})}
    assert words
    assert not any(word.startswith("<") for word in words)
    text = path.read_text()
    with Journal(tmp_path / "output" / "journal.db", look=True) as journal:
        (attempt,) = journal.all()
    job = next(iter((attempt.handle or {}).values()))
    for secret in (KEY, "paper boat", "signature=", str(job), *attempt.links):
        assert secret not in text, secret

    spent = storyreel(tmp_path, desk, "status", "--spend").wait().stdout
    assert re.search(rf"\(probe\).*{re.escape(price)}", spent), spent


def hit(root: Path, desk: Desk, number: int) -> commands.Running:
    """A probe that is hit by a signal once its job is out."""
    running = storyreel(root, desk, "doctor", "--online", "--probe", name_of(desk), "--yes")
    until = time.monotonic() + 60
    while not desk.jobs():
        assert time.monotonic() < until, running.wait()
        time.sleep(0.02)
    running.kill(number)
    return running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_an_interrupted_probe_is_gone_on_with_and_paid_once(tmp_path: Path, number: int) -> None:
    """Whatever ended it, the next one orders nothing: it fetches the clip of the job out there."""
    with Desk(size=64, time="3000", speed=SPEED, accounts={KEY: 1000}) as desk:
        ended = hit(tmp_path, desk, number).wait()
        assert ended.returncode == (130 if number == signal.SIGINT else -number), ended.stderr
        before = len(record(tmp_path)[1]["exchanges"])
        desk.advance(4000)
        code, said = probed(tmp_path, desk)  # nobody is asked, for nothing is ordered

        assert code == 0, said
        assert "nothing is ordered" in said
        assert charges(desk) == ["72"]
        assert states(tmp_path) == [(PROBE, "committed")]
        assert before >= 1
        assert len(record(tmp_path)[1]["exchanges"]) > before


@pytest.mark.long
def test_a_job_of_unknown_fate_is_left_alone_and_can_be_settled(tmp_path: Path) -> None:
    """A vendor without idempotency keys lost the answer: one charge until somebody settles it."""
    with Desk("empiriolabs", size=64, speed=SPEED, accounts={KEY: 1000}) as desk:
        desk.fault(on="submit", do="drop", when="after", how="reset")
        for _ in range(2):
            code, said = probed(tmp_path, desk, "--yes")
            assert code == 1, said
            assert "storyreel settle '(probe)' empiriolabs --made JOB" in said
            assert charges(desk) == ["0.42"]
        (job,) = desk.jobs()
        settled = storyreel(tmp_path, desk, "settle", PROBE, "empiriolabs", "--made", str(job.id))
        assert settled.wait().stderr == (
            f"empiriolabs: job {job.id} at empiriolabs is fetched by the next probe\n"
        )
        code, said = probed(tmp_path, desk)

        assert code == 0, said
        assert charges(desk) == ["0.42"]


def test_what_cannot_be_probed_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    """A route nobody knows, a word missing, a file in the way, no key: nothing is ordered."""
    with Desk(size=64, accounts={KEY: 1000}) as desk:
        for arguments, words in (
            (("--online", "--probe", "nowhere"), "no route that can be probed"),
            (("--probe", "apiframe"), "--probe goes with --online"),
            (("--online", "--yes"), "--yes goes with --probe"),
            (("--online", "--probe", "empiriolabs", "--yes"), "There is no key for EmpirioLabs"),
        ):
            done = storyreel(tmp_path, desk, "doctor", *arguments).wait()
            assert words in done.stderr
            assert done.returncode in (2, 6)
        assert not charges(desk)
