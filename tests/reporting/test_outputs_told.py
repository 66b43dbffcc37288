"""The outputs a board asks for, in its report: as what each lies there, and whether still right."""

from __future__ import annotations

import re

import pytest

from pipeline.api import plan_film, render_film
from pipeline.reporting.report import report_path, write_report

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {model: animatic, duration: 0.25s}
deliver:
  web: {poster: sh020.first}
  square: {aspect: "1:1", fit: fill}
shots:
  - {id: sh010, prompt: A harbour at dawn.}
  - {id: sh020, prompt: It goes on.}
"""
CELL = re.compile(r"<td[^>]*>(.*?)</td>")


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The board, rendered once."""
    path = tmp_path_factory.mktemp("outputs") / "storyboards" / "film.storyboard.yaml"
    path.parent.mkdir()
    path.write_text(BOARD)
    done = render_film(plan_film(path))
    assert (done.outcome.whole, done.report_fault) == (True, "")
    return path


def told(board):
    """By output, its cells as the page has them: frame, length, size, how it stands, with it."""
    planned = plan_film(board)
    write_report(planned)
    text = report_path(planned.places.folder).read_text(encoding="utf-8")
    section = text.partition('id="outputs">Outputs')[2].partition("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', section)
    return {
        re.sub("<.*?>", "", name): (re.findall('href="(.*?)"', name), CELL.findall(cells))
        for name, cells in rows
    }


def test_each_output_is_told_with_its_size_length_and_link(board):
    """As the file is that lies there; its poster is linked beside it."""
    outputs = told(board)
    folder = board.parent.parent / "output" / "film"

    assert list(outputs) == ["web", "square"]
    link, cells = outputs["web"]
    assert link == ["film.web.mp4"]
    assert cells[:2] == ["96×64", "0.5s"]
    size = (folder / "film.web.mp4").stat().st_size
    assert cells[2] == f"{size / 1000:.{1 if size < 100_000 else 0}f} kB"
    assert cells[3] == '<span class="tag stands">current</span>'
    assert cells[4] == '<a href="film.web.jpg">poster</a>'
    assert outputs["square"][1][0] == "64×64"


def test_an_output_of_an_older_cut_and_one_that_is_gone_are_told(board):
    """The board moved on, a file was deleted: neither is called current."""
    (board.parent.parent / "output" / "film" / "film.square.mp4").unlink()
    board.write_text(BOARD.replace("0.25s", "0.5s", 1))
    outputs = told(board)

    assert "of an older cut" in outputs["web"][1][3]
    assert outputs["web"][1][1] == "0.5s"  # of the file, not of the board as it is now
    link, cells = outputs["square"]
    assert (link, cells[1:3]) == ([], ["-", "-"])
    assert "not made" in cells[3]


def test_a_board_that_asks_for_none_has_no_such_part(board):
    """Nothing to tell is not told."""
    head, _, shots = BOARD.partition("shots:")
    board.write_text(head.partition("deliver:")[0] + "shots:" + shots)
    write_report(plan_film(board))
    text = report_path(plan_film(board).places.folder).read_text(encoding="utf-8")

    assert "outputs" not in text.partition("</style>")[2].lower()
