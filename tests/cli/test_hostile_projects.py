"""Projects of odd names in odd places: a right film or a clear error, and never a file outside."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest
import stories

from pipeline.cli.main import exit_code_of

BOARD = stories.text("sh010")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store in which the board's only clip is already made, so that the rest is quick."""
    root = tmp_path_factory.mktemp("made")
    (root / "film.storyboard.yaml").write_text(BOARD)
    assert run(root, "render", "film") == 0
    return root / "output" / "store"


def run(folder, *words):
    """Run a command line in a folder; its exit code."""
    with contextlib.chdir(folder):
        return exit_code_of([str(word) for word in words])


def project(root, made, name="film.storyboard.yaml"):
    """A project with a board and the clip it wants."""
    boards = root / "storyboards"
    board = boards / name
    board.parent.mkdir(parents=True)
    board.write_text(BOARD)
    shutil.copytree(made, root / "output" / "store")
    return board


def files(root):
    """Every file under ``root``."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.mark.skipif(os.name == "nt", reason="Windows allows few of these names")
@pytest.mark.parametrize(
    "name",
    ["two words", "it's \"q\"", "100%s%d", "a:b", "🎬 film", "new\nline", "-rf", ".hidden",
     "concat:x|y", "[x]{y}$HOME;`id`", "\\back", "store", "x" * 200],
)  # fmt: skip
def test_any_name_of_folder_and_board_gives_its_film(tmp_path, made, capsys, name):
    """The film is there, whole, under its name; everything written lies in the project."""
    root = tmp_path / name
    project(root, made, f"{name}.storyboard.yaml")
    assert run(root, "render", "--json", "--", name) == 0, capsys.readouterr().err
    film = Path(json.loads(capsys.readouterr().out.splitlines()[-1])["film"])

    assert film.is_relative_to(root / "output")
    assert film.name == f"{name}.mp4"
    assert film.stat().st_size > 1000
    assert run(root, "render", "--", f"storyboards/{name}.storyboard.yaml") == 0
    assert "1 reused" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert {Path(file).parts[0] for file in files(root)} == {"output", "storyboards"}


def test_boards_of_one_name_in_two_folders_share_nothing_but_clips(tmp_path, made, capsys):
    """Each has its film, its lock and its draft."""
    for episode in ("ep01", "ep02"):
        board = tmp_path / "storyboards" / episode / "film.storyboard.yaml"
        board.parent.mkdir(parents=True)
        board.write_text(BOARD.replace("Test", episode))
    shutil.copytree(made, tmp_path / "output" / "store")
    boards = [f"storyboards/{episode}/film.storyboard.yaml" for episode in ("ep01", "ep02")]
    assert run(tmp_path, "render", *boards) == 0
    first, second = capsys.readouterr().out.split()

    assert (first, second) == ("output/ep01/film/film.mp4", "output/ep02/film/film.mp4")
    assert (tmp_path / first).read_bytes() != (tmp_path / second).read_bytes()  # their titles


@pytest.mark.parametrize(
    "where", ["output", "output/film", "output/store", "storyboards/film.lock.toml"]
)
def test_a_file_where_a_folder_is_needed_is_told(tmp_path, capsys, where):
    """And the other way round: exit code 1, the place in the words, nothing overwritten."""
    (tmp_path / "storyboards").mkdir()
    (tmp_path / "storyboards" / "film.storyboard.yaml").write_text(BOARD)
    place = tmp_path / where
    place.parent.mkdir(exist_ok=True)
    place.mkdir() if where.endswith("toml") else place.write_text("mine")

    assert run(tmp_path, "render", "film") == 1
    told = capsys.readouterr().err
    assert str(place) in told
    assert "bug" not in told
    assert "hint" in told
    assert place.is_dir() or place.read_text() == "mine"


def test_a_board_that_is_no_file_is_told(tmp_path, capsys):
    """A folder, a pipe, a broken link, a name no disk takes: exit code 2 at once."""
    (tmp_path / "folder.storyboard.yaml").mkdir()
    (tmp_path / "link.storyboard.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.storyboard.yaml")
    for name, why in (("folder", "directory"), ("link.storyboard.yaml", "link to nothing"),
                      ("pipe", "pipe"), ("x" * 300, "no storyboard")):  # fmt: skip
        assert run(tmp_path, "render", name) == 2
        assert why in capsys.readouterr().err
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("sh010 happens", "'   '", "says nothing"),
        ("64p", "10p", "too small"),
        ("64p", "9999p", "at most 8192"),
    ],
)
def test_what_could_only_fail_later_is_a_fault(tmp_path, capsys, before, after, why):
    """Exit code 3, the place, and nothing made."""
    (tmp_path / "film.storyboard.yaml").write_text(BOARD.replace(before, after))

    assert run(tmp_path, "render", "film") == 3
    assert why in capsys.readouterr().err
    assert files(tmp_path) == {"film.storyboard.yaml"}


@pytest.mark.parametrize("resolution", ["99p", "1p", "2162p", "../../x", "２４０p", ""])
def test_a_draft_of_no_size_is_refused(tmp_path, resolution):
    """A resolution names a folder, too: none that leads elsewhere."""
    (tmp_path / "film.storyboard.yaml").write_text(BOARD)

    assert run(tmp_path, "plan", "film", "--draft", "--resolution", resolution) == 2
    assert files(tmp_path) == {"film.storyboard.yaml"}


def test_a_draft_wider_than_can_be_drawn_is_refused(tmp_path, capsys):
    """99:1 at 2160p: the side, and what to change."""
    board = BOARD.replace("resolution: 64p", "resolution: 64p, aspect: 99:1")
    (tmp_path / "film.storyboard.yaml").write_text(board)

    assert run(tmp_path, "plan", "film", "--draft", "--resolution", "2160p") == 2
    assert "213840 pixels" in capsys.readouterr().err


def test_clean_waits_for_no_render_and_takes_nothing_from_one(tmp_path, made, capsys):
    """While a board is rendered nothing is removed; folders left by a kill go when they are old."""
    from pipeline.files import held

    project(tmp_path, made)
    store = tmp_path / "output" / "store"
    (store / "incoming" / ".animatic-x").mkdir()
    left = store / "incoming" / ".animatic-x" / "sound.raw"
    left.write_text("half")
    os.utime(left, (0, 0))
    turn = tmp_path / "output" / "film" / "render.flock"
    with held(turn):
        assert run(tmp_path, "clean", "--yes") == 2
    assert "being rendered" in capsys.readouterr().err
    assert left.exists()
    assert list(store.glob("clips/*/*.mp4"))

    assert run(tmp_path, "clean", "--yes") == 0
    assert not left.parent.exists()
    assert not list(store.glob("clips/*/*.mp4"))  # no film was cut from it


def test_init_and_doctor_take_a_folder_as_they_find_it(tmp_path, capsys):
    """A .gitignore in Latin-1 keeps its bytes; a binary schema and torn settings are findings."""
    folder = tmp_path / "-two words"
    folder.mkdir()
    (folder / ".gitignore").write_bytes(b"caf\xe9\n")
    assert run(tmp_path, "init", "--", "-two words") == 0
    assert "cd ./'-two words' && " in capsys.readouterr().out
    assert (folder / ".gitignore").read_bytes() == b"caf\xe9\n/output/\n.env\n"
    (folder / "storyboards" / "storyboard.schema.json").write_bytes(b"\xff")
    assert run(folder, "doctor") == 0
    assert "of another version" in capsys.readouterr().out
    (folder / "storyreel.toml").write_text("jobs =")
    assert run(folder, "doctor") == 1
    assert "fail  settings" in capsys.readouterr().out


@pytest.mark.parametrize("store", ["../elsewhere", "/tmp/elsewhere", "way-out"])
def test_a_project_writes_nothing_outside_of_itself(tmp_path, capsys, store):
    """A stranger's project may not choose where clips go; its user may."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "way-out").symlink_to(tmp_path)
    (project / "film.storyboard.yaml").write_text(BOARD)
    (project / "storyreel.toml").write_text(f'store = "{store}"\n')

    assert run(project, "render", "film") == 2
    assert "outside the project" in capsys.readouterr().err
    (project / "storyreel.toml").write_text('store = "clips here"\n')
    assert run(project, "plan", "film") == 0
    assert run(project, "plan", "film", "--store", "../elsewhere") == 0
    assert {path.name for path in tmp_path.iterdir()} == {"project"}
