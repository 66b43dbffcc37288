"""The prompts in a report: as they are sent, and only where there is one."""

from __future__ import annotations

from pipeline.api import plan_film
from pipeline.reporting.report import report_path, write_report

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {duration: 0.25s}
shots:
  - {id: title, model: card, text: Harbour}
  - {id: sh010, model: animatic, prompt: A harbour at dawn.}
"""


def test_a_card_has_no_prompt_and_leaves_no_empty_line(tmp_path):
    """One prompt is shown for two shots: that of the one which has one."""
    path = tmp_path / "storyboards" / "film.storyboard.yaml"
    path.parent.mkdir()
    path.write_text(BOARD)
    planned = plan_film(path)

    write_report(planned)

    text = report_path(planned.places.folder).read_text(encoding="utf-8")
    assert text.count('<p class="prompt">') == 1
    assert '<p class="prompt">A harbour at dawn.' in text
