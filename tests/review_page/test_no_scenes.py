"""The review page of a board without scenes."""

from __future__ import annotations

import pages
import pytest

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.skipif(not pages.CHROMIUM, reason="no Chromium here"),
]

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {model: animatic, duration: 0.25s}
shots:
  - {id: sh010, prompt: A harbour at dawn.}
  - {id: sh020, SCENE prompt: The open sea.}
"""


def headings_of(folder, scene, browser):
    """The headings on the page of the board, once its cards are there."""
    board = folder / "storyboards" / "harbour.storyboard.yaml"
    board.parent.mkdir(parents=True)
    board.write_text(BOARD.replace("SCENE", scene))
    with pages.served(board) as link:
        page = pages.open_page(browser.new_context(), link)
        page.wait_for_selector("#board li >> nth=1")
        return [heading.inner_text() for heading in page.query_selector_all("#board h2")]


def test_shots_stand_under_a_heading_only_where_there_are_scenes(tmp_path):
    """A film that knows no scenes is not told so; among scenes, what is in none is."""
    with pages.chromium() as browser:
        none = headings_of(tmp_path / "none", "", browser)
        one = headings_of(tmp_path / "one", "scene: Noon,", browser)

    assert none == []
    assert [heading.split(" 1")[0] for heading in one] == ["No scene", "Noon"]
