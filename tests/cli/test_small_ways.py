"""What a new user stumbles over: options, places, and words."""

from __future__ import annotations

import pytest
from commands import storyreel
from repositories import board, project


@pytest.fixture
def film(tmp_path):
    """A project with one board."""
    made = project(tmp_path / "a project")
    made.write(board("id: sh010, prompt: a fox waits", "id: sh020, prompt: the end"))
    (made.folder / "storyboards" / "refs").mkdir()
    return made


def test_boards_are_found_from_below_their_project(film):
    """By name, as git finds its repository; from a folder with no project around there is none."""
    below = storyreel("check", "film", cwd=film.folder / "storyboards" / "refs")
    outside = storyreel("check", "film", cwd=film.folder.parent)
    assert below.returncode == 0, below.stderr
    assert "no storyboard film" in outside.stderr


def test_color_is_taken_after_the_command_too(film):
    """It colours as if it stood where it goes; a value that is none is told."""
    after = storyreel("plan", "film", "--color", "always", cwd=film.folder)
    before = storyreel("--color", "always", "plan", "film", cwd=film.folder)
    assert "\x1b[" in after.stdout
    assert after.stdout == before.stdout
    assert storyreel("plan", "film", "--color", "pink", cwd=film.folder).returncode == 2


def test_the_nearest_option_is_offered(film):
    """``--drft`` is ``--draft`` and not ``--at``, which sorts before it."""
    told = storyreel("render", "film", "--drft", cwd=film.folder).stderr
    assert "--draft" in told
    assert "--at" not in told


def test_takes_of_the_draft_are_told_where_the_film_has_none(film):
    """With the command that shows them."""
    storyreel("render", "film", "--draft", cwd=film.folder)
    told = storyreel("takes", "film", cwd=film.folder)
    assert "its draft has 2: storyreel takes film --draft" in told.stderr


def test_a_narrow_terminal_keeps_the_columns_that_count(film):
    """A take of an older prompt says so, and no line is too long for 60 columns."""
    storyreel("render", "film", cwd=film.folder)
    film.write(board("id: sh010, prompt: a fox runs", "id: sh020, prompt: the end"))
    told = storyreel("takes", "film", cwd=film.folder, env={"COLUMNS": "60"}).stdout
    assert "made for the old prompt" in told
    assert all(len(line) <= 60 for line in told.splitlines())


def test_subtitles_yes_has_its_way_out(film):
    """The fault says how subtitles are asked for."""
    film.write(film.board.read_text() + "subtitles: yes\n")
    assert "`subtitles: {}`" in storyreel("check", "film", cwd=film.folder).stderr


def test_paths_are_told_as_seen_from_here(film):
    """``sheet`` and ``report`` print what ``render`` prints: a path from this folder."""
    storyreel("render", "film", cwd=film.folder)
    sheet = storyreel("sheet", "film", cwd=film.folder).stdout
    report = storyreel("report", "film", cwd=film.folder).stdout
    assert sheet.strip() == "output/film/sheet.png"
    assert report.startswith("output/film/")
