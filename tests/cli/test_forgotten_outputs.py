"""Outputs that a board asks for no more, and previews: told, and removed by ``clean`` alone."""

from __future__ import annotations

import contextlib
import json

import pytest

from pipeline.cli.main import exit_code_of

BOARD = """\
storyboard: 1
title: Film
format: {aspect: "3:2", resolution: 64p}
defaults: {model: card, duration: 4f}
deliver:
  web: {poster: sh010.first}
  tall: {aspect: "2:3", fit: fill}
shots:
  - {id: sh010, text: One}
  - {id: sh020, text: Two, transition: dissolve 2f}
"""


@pytest.fixture
def project(tmp_path):
    """A rendered board with two outputs, a preview, and a file of the author's own beside them."""
    board = tmp_path / "storyboards" / "film.storyboard.yaml"
    board.parent.mkdir()
    board.write_text(BOARD)
    assert run(tmp_path, "render", "film") == 0
    assert run(tmp_path, "assemble", "film", "--preview", "sh010..sh020") == 0
    (tmp_path / "output" / "film" / "film.mine.mp4").write_bytes(b"mine")
    return tmp_path


def run(folder, *words):
    """Run a command line in a folder; its exit code."""
    with contextlib.chdir(folder):
        return exit_code_of(list(words))


def test_what_is_asked_for_no_more_is_told_and_cleaned(project, capsys):
    """Of two outputs one is struck from the board: render names it, clean removes all of it."""
    films = project / "output" / "film"
    board = project / "storyboards" / "film.storyboard.yaml"
    board.write_text(BOARD.replace("  web: {poster: sh010.first}\n", ""))
    capsys.readouterr()
    assert run(project, "render", "film") == 0
    assert "film.web.mp4 is asked for no more" in capsys.readouterr().err

    assert run(project, "clean", "--yes", "--json") == 0
    gone = json.loads(capsys.readouterr().out)["leftovers"]
    names = {"film.web.mp4", "film.web.jpg", "film.web.cuts.json", "film.web.provenance.json"}
    assert names <= {path.rpartition("/")[2] for path in gone}
    left = {path.name for path in films.iterdir()}
    assert {"film.mp4", "film.tall.mp4", "film.tall.cuts.json", "film.mine.mp4"} <= left
    assert not left & {*names, "preview"}
    assert run(project, "render", "film") == 0
    assert "asked for no more" not in capsys.readouterr().err


def test_clean_keeps_the_outputs_of_a_board_with_faults(project):
    """Nobody knows what a board that cannot be read asks for."""
    board = project / "storyboards" / "film.storyboard.yaml"
    board.write_text(BOARD.replace("  web: {poster: sh010.first}\n", "  web: {posters: 1}\n"))
    assert run(project, "clean", "--yes") == 0

    assert (project / "output" / "film" / "film.web.mp4").is_file()
