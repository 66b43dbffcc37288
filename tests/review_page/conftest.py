"""A board, its page and a browser for the tests of a file."""

from __future__ import annotations

import pages
import pytest
from pages import Project, served


@pytest.fixture(scope="module")
def project(tmp_path_factory, ffmpeg):
    """A board with numbered takes."""
    return Project(tmp_path_factory.mktemp("page") / "project", ffmpeg)


@pytest.fixture(scope="module")
def link(project):
    """The link to the board's page."""
    with served(project.board) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    """One browser for all that is tried here."""
    with pages.chromium() as one:
        yield one


@pytest.fixture
def context(browser):
    """A dark room with no cookies; whatever goes wrong on its pages fails the test."""
    one = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 800})
    wrong = []
    one.on("weberror", lambda error: wrong.append(str(error.error)))
    one.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    yield one
    one.close()
    assert not wrong
