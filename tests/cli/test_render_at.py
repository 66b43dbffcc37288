"""``storyreel render --at``: an old film again, from the store alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import spoken
from commands import storyreel
from repositories import NOBODYS, Project, board, project

SHOTS = (
    "id: sh010, prompt: one",
    "id: sh020, prompt: two, first_frame: sh010.last",
    "id: sh030, prompt: three, transition: dissolve 2f",
)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A project whose film was rendered and committed."""
    made = project(tmp_path_factory.mktemp("rendered") / "a project")
    made.write(board(*SHOTS) + "deliver: {small: {resolution: 66p}}\n")
    run(made, "render", "film")
    made.commit(says="First cut")
    return made


@pytest.fixture
def made(rendered, tmp_path):
    """A copy of it."""
    return Project(Path(shutil.copytree(rendered.folder, tmp_path / "a project")))


def run(made, *words, code=0):
    done = storyreel(*words, cwd=made.folder, env=NOBODYS)
    assert done.returncode == code, done.stderr
    return done


def change(made):
    """Another film, rendered but not committed; two takes of a shot, the second picked."""
    made.write(made.board.read_text().replace("prompt: one", "prompt: another").replace("2f", "4f"))
    run(made, "render", "film", "--force", "sh030")


def present(made):
    """Everything of the project but the old films and what the store keeps of pieces."""
    shown = ("at", "segments")
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(made.folder.rglob("*"))
        if path.is_file() and not set(shown) & set(path.parts)
    }


def test_an_old_film_is_the_same_bytes_and_the_present_one_is_left_alone(made):
    """Film and outputs come again to the byte; lock, receipt and all else are not touched."""
    before = {
        name: (made.folder / "output" / "film" / name).read_bytes()
        for name in ("film.mp4", "film.small.mp4")
    }
    change(made)
    there = present(made)
    shown = run(made, "render", "film", "--at", "HEAD")
    folder = made.folder / "output" / "film" / "at" / made.git("rev-parse", "--short=12", "HEAD")

    assert {name: (folder / name).read_bytes() for name in before} == before
    assert (folder.parent.parent / "film.mp4").read_bytes() != before["film.mp4"]
    assert present(made) == there
    assert shown.stdout.split("\n")[0].endswith("film.mp4")
    assert not {"receipt.json", "report.html", "film.lock.toml"} & {
        p.name for p in folder.iterdir()
    }


def test_machines_are_told_which_version_was_shown_and_where(made):
    """The last event, kept to its schema; a second time nothing is cut."""
    speaker = spoken.Speaker(made.folder)
    first = speaker("render", "film", "--at", "HEAD", "--json").last
    again = speaker("render", "film", "--at", "main", "--json").last

    assert (first["at"]["subject"], first["made"], first["reused"]) == ("First cut", 0, 3)
    assert (first["cut_anew"], again["cut_anew"]) == (True, False)
    assert first["film"] == again["film"]


def test_takes_that_are_not_here_are_listed_and_nothing_is_made(made):
    """Free ones, too; with the way to them; exit 1, and no file of the old film."""
    shutil.rmtree(made.folder / "output" / "store" / "clips")
    there = present(made)
    refused = run(made, "render", "film", "--at", "HEAD", "--draft", code=1)
    plain = spoken.Speaker(made.folder)("render", "film", "--at", "HEAD", "--json")

    assert "3 of 3 shots have no clip in this store" in refused.stderr
    assert "sh010: never made, or no longer kept (free)" in refused.stderr
    assert "git worktree add" in refused.stderr
    assert (plain.code, plain.error["code"]) == (1, "takes-missing")
    assert "sh020: " in plain.error["details"]
    assert present(made) == there
    assert not (made.folder / "output" / "film" / "at").exists()


def test_paid_takes_are_never_ordered_for_it(made):
    """A version that was never bought is told with its price, whatever else is said."""
    paid = board(*SHOTS[:2]).replace("animatic", "happyhorse-1.1").replace("64p", "720p")
    made.commit(paid.replace("0.25s", "3s"))
    refused = run(made, "render", "film", "--at", "HEAD", "--yes", code=1)

    assert "sh010: never made, or no longer kept (paid, 72 credits)" in refused.stderr
    assert (
        "sh020: starts on a frame of sh010, which is not here (paid, 72 credits)" in refused.stderr
    )
    assert not (made.folder / "output" / "journal.db").exists()


def test_the_picks_of_a_version_are_those_of_its_lock(made):
    """The lock in git says which take served then, not the one beside the board now."""
    run(made, "retake", "sh010", "--yes")
    run(made, "pick", "sh010", "2")
    run(made, "render", "film")
    second = (made.folder / "output" / "film" / "film.mp4").read_bytes()
    made.commit(says="Second take")
    run(made, "pick", "sh010", "1")
    run(made, "render", "film")
    run(made, "render", "film", "--at", "HEAD")
    (shown,) = (made.folder / "output" / "film" / "at").glob("*/film.mp4")
    difference = json.loads(run(made, "diff", "film", "--json").stdout)

    assert shown.read_bytes() == second
    assert [c["kind"] for c in difference["shots"][0]["changes"]] == ["repicked"]
    assert [c["new"] for c in difference["shots"][0]["changes"]] == ["take 1"]


@pytest.mark.parametrize(
    "words", [("--force", "sh010"), ("--shot", "sh010"), ("--remake-missing",), ("--verify",)]
)
def test_what_would_make_or_choose_is_refused_beside_it(rendered, words):
    """An old film is shown whole, as it was."""
    refused = run(rendered, "render", "film", "--at", "HEAD", *words, code=2)

    assert "--at shows a version as it was" in refused.stderr
