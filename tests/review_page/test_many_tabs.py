"""Pages that nobody sees leave the browser's few lines to the one that is looked at."""

from __future__ import annotations

import pytest
from pages import CHROMIUM, Project, chromium, open_page, served

from pipeline.choosing import pick_take
from pipeline.planning import plan_film

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here")

TURN = """away => {
  Object.defineProperty(document, "hidden", { value: away, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
PICKED = "[data-shot=sh020] .facts:text('take 2 of 2, picked')"


@pytest.mark.long
def test_an_eighth_tab_opens_and_one_come_back_to_is_current(tmp_path, ffmpeg):
    """Browsers hold six connections to a server; each page that listens has one for good."""
    project = Project(tmp_path / "project", ffmpeg)
    with served(project.board) as link, chromium() as browser:
        context = browser.new_context()
        tabs = []
        for _ in range(8):
            tabs.append(open_page(context, link))
            tabs[-1].evaluate(TURN, arg=True)
        pick_take(plan_film(project.board), "sh020", 2)
        tabs[0].evaluate(TURN, arg=False)
        tabs[0].wait_for_selector(PICKED)

        assert tabs[1].query_selector(PICKED) is None
