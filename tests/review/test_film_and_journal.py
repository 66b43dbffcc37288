"""The film on disk as the page plays it, the journal beside it, and the command as a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import reviewed

from pipeline.cli.main import exit_code_of
from pipeline.journal.journal import Journal
from pipeline.review.showing import Showing


@pytest.fixture(scope="module")
def begun(tmp_path_factory, ffmpeg):
    """A board whose shots all have clips, assembled."""
    project = reviewed.begin(tmp_path_factory.mktemp("film") / "project", ffmpeg)
    for start in (90, 110):
        project.adopt(ffmpeg, "sh030", start)
    assert exit_code_of(["assemble", str(project.board)]) == 0
    return project


@pytest.fixture
def project(begun, tmp_path):
    return begun.copied(tmp_path / "project")


def test_the_film_on_disk_is_played_while_it_is_the_one_that_was_told(project):
    """Its address has a version; after another cut the old one is nothing, for its frames moved."""
    film = project.output / "harbour.mp4"
    with reviewed.serving(project) as server, reviewed.Listener(server) as page:
        page.until("film")
        first = server.film()
        whole = server.client.get(first["film"])
        part = server.client.get(first["film"], headers={"range": "bytes=-10"})
        server.post("pick", shot="sh030", take=2)
        after = server.film()
        assert exit_code_of(["assemble", str(project.board)]) == 0
        current = page.until_told(
            lambda told: told["film"] != first["film"] and told["film_is_current"]
        )
        old = server.client.get(first["film"])
        newer = server.client.get(current["film"])

    assert (whole.status_code, part.status_code) == (200, 206)
    assert whole.content[-10:] == part.content
    assert "immutable" not in whole.headers["cache-control"]
    assert after["film"] == first["film"]
    assert old.status_code == 404
    assert newer.content == film.read_bytes() != whole.content


def test_a_film_is_current_while_what_serves_is_what_it_shows(project):
    """Another take serves: the film on disk is not what would be cut."""
    showing = Showing(project.board)
    showing.look_first()
    before = showing.snapshot.document["film_is_current"]
    with contextlib.chdir(project.folder):
        assert exit_code_of(["pick", "sh030", "1", "--hold"]) == 0
        showing.look_first()
        picked = showing.snapshot.document["film_is_current"]
        assert exit_code_of(["reject", "sh010", "1"]) == 0
    showing.look_first()

    assert (before, picked) == (True, True)
    assert showing.snapshot.document["film_is_current"] is False


def test_looking_moves_nothing(project):
    """What planning itself leaves beside the journal is no news, or it would look for ever."""
    with Journal(project.folder / "output" / "journal.db"):
        pass
    heard = []
    showing = Showing(project.board)
    showing.look_first()

    def look():
        showing._rests_until = 0.0
        showing.look()

    look()  # files of the author's that were not known before are looked at once more
    showing.publish = lambda revision, news: heard.append((revision, news))
    look()
    look()
    project.lock.write_bytes(project.lock.read_bytes() + b"\n")
    look()
    look()

    assert heard == [(showing.snapshot.revision, [])]


def test_the_command_prints_the_link_and_ends_by_ctrl_c(project):
    """With ``--json`` one document; ended, it says a word and is no failure."""
    command = [sys.executable, "-m", "pipeline", "review", str(project.board), "--json"]
    home = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=home
    ) as process:
        told = json.loads(process.stdout.readline())
        server = reviewed.Server(told["url"])
        with server.client:
            title = server.film()["title"]
            with reviewed.Listener(server) as page:
                page.until("film")
                process.send_signal(signal.SIGINT)
                words, wrong = process.communicate(timeout=reviewed.PATIENCE)

    assert told == {"schema": 1, "url": server.link}
    assert title == "Harbour"
    assert (process.returncode, words) == (0, "")
    assert "the page is closed" in wrong
    assert "Traceback" not in wrong
