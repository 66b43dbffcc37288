"""``storyreel watch`` as a user meets it: its lines, its page, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
import stories
from spoken import assert_fits

from pipeline.cli.rounds_told import done_words, why_words
from pipeline.errors import MediaError
from pipeline.film.assembler import Assembly
from pipeline.ids import ShotId
from pipeline.planned import Delivered, RenderedFilm
from pipeline.run.runner import Outcome
from pipeline.watching.told import Done

PROJECT = Path(__file__).parent.parent.parent
BOUND = 60  # seconds until a test gives up; nothing is measured by it


@pytest.fixture
def board(tmp_path):
    """A project's board of one small shot."""
    path = tmp_path / "storyboards" / "film.storyboard.yaml"
    path.parent.mkdir()
    path.write_text(stories.text("sh010", head=stories.HEAD.replace("0.5s", "4f")))
    return path


def watching(board, *words):
    """A watch as a process, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "watch", "film", "--no-browser", *words],
        cwd=board.parent.parent,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(process, event):
    """The next JSON line of this kind."""
    assert process.stdout
    for line in process.stdout:
        told = json.loads(line)
        assert_fits(told, "watch")
        if told["event"] == event:
            return told
    raise AssertionError(process.communicate(timeout=BOUND)[1])


def test_a_session_in_json_ends_with_zero(board):
    """The page shows the draft, a fault is told there and here, Ctrl-C ends all of it cleanly."""
    process = watching(board, "--json")
    try:
        url = until(process, "watching")["url"]
        first = until(process, "round")
        good = board.read_text()
        board.write_text(good.replace("prompt", "promt"))
        faulty = until(process, "faulty")
        page = shown(url)
        board.write_text(good.replace("happens", "goes"))
        second = until(process, "round")
    finally:
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=BOUND)

    assert (first["made"], first["cut_anew"]) == (["sh010"], True)
    assert Path(first["film"]).is_file()
    assert faulty["error"]["code"] == "board-faults"
    assert {fault["line"] for fault in faulty["faults"]} == {6}
    assert (page["good"], page["draft"]) == (False, True)
    assert {fault["line"] for fault in page["faults"]} == {6}
    assert [shot["id"] for shot in page["shots"]] == ["sh010"]
    assert second["shots"] == {"sh010": "changed: prompt"}
    assert json.loads(rest.splitlines()[-1])["event"] == "ended"
    assert process.returncode == 0
    assert "Traceback" not in said


def shown(url):
    """What the page is told, once it has seen that the board is at fault."""
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        client.get(url)
        film = f"{url.split('?')[0]}api/film"
        told = client.get(film).json()
        with client.stream("GET", f"{url.split('?')[0]}api/events", timeout=BOUND) as events:
            for line in events.iter_lines():
                if not told["faults"] and line.startswith("event: film"):
                    told = client.get(film).json()
                if told["faults"]:
                    break
    return told


def test_a_port_that_is_taken_ends_it_with_words(board):
    """The page and the rounds live and die together."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = watching(board, "--port", str(port))
        _, said = process.communicate(timeout=BOUND)

    assert process.returncode == 2
    assert f"Port {port} is taken" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("shots", "words"),
    [
        ({"sh010": "new"}, "sh010 new"),
        (
            {"sh010": "new", "sh020": "changed: prompt, seed", "sh030": "new"},
            "sh010, sh030 new; sh020 changed: prompt, seed",
        ),
        (dict.fromkeys(["a", "b", "c", "d"], "new"), "4 shots new"),
        ({"a": "new", "b": "follows a", "c": "forced", "d": "changed"},
         "a new; b follows a; c forced; 1 more reason"),
        ({str(n): f"reason {n}" for n in range(5)},
         "0 reason 0; 1 reason 1; 2 reason 2; 2 more reasons"),
    ],
)  # fmt: skip
def test_what_is_made_is_said_in_a_line(shots, words):
    """However much it is."""
    assert why_words(shots) == words


def done(shots=None, made=(), *, cut=True, film=True, changed=(), failed=None):
    """The end of a round that took 1.84 seconds."""
    outcome = Outcome({}, failed or {}, {}, stopped=False)
    path = Path("f.mp4")
    assembly = Assembly(4, (), (), (), "none") if cut else None
    delivered = (Delivered("", path, assembly),) if film else ()
    rendered = RenderedFilm(outcome, path if film else None, assembly, made, delivered)
    return Done(MappingProxyType(shots or {}), changed, rendered, float(Fraction(184, 100)))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            done({"sh040": "changed: prompt"}, ("sh040",)),
            "sh040 changed: prompt; 1 shot made, film cut in 1.8 s",
        ),
        (
            done(changed=(Path("boards/f.storyboard.yaml"),)),
            "f.storyboard.yaml changed; film cut in 1.8 s",
        ),
        (done(cut=False), "the film is as it was"),
        (
            done({"a": "new", "b": "new"}, ("a",), film=False,
                 failed={ShotId("b"): MediaError(Path("b"), "torn")}),
            "a, b new; 1 shot made, the film is not cut: the last one stays",
        ),
    ],
)  # fmt: skip
def test_a_round_is_a_line(told, words):
    """What changed, what was made of it, whether the film was cut."""
    assert "; ".join(done_words(told)) == words
