"""Where a page stands after a reload, and the law by which it shows frames of the film."""

from __future__ import annotations

import pages
import pytest
from pages import FIRST, open_page, wait_for_number

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.skipif(pages.CHROMIUM is None, reason="there is no Chromium here"),
]


def test_the_moment_survives_a_reload(context, link):
    """In the cut, and in a shot with its take: the address holds it."""
    page = open_page(context, link, "#cut")
    for _ in range(30):
        page.keyboard.press(".")
    wait_for_number(page, FIRST["sh020"] + 6)
    page.wait_for_url("**/#cut/30")
    page.reload()
    page.wait_for_selector(".room:not([hidden])")
    wait_for_number(page, FIRST["sh020"] + 6)
    page.evaluate("location.hash = '#shot/sh030'")
    page.wait_for_selector("body[data-view=shot]")
    page.keyboard.press(".")
    page.keyboard.press(".")
    wait_for_number(page, FIRST["sh030"] + 2)
    page.wait_for_url("**/#shot/sh030/1/2")
    page.reload()
    page.wait_for_selector(".room:not([hidden])")

    wait_for_number(page, FIRST["sh030"] + 2)


LAW = """async () => {
  const {blendOf, transitionWords} = await import("/assets/blends.js");
  const {clipFrame, movingFrames} = await import("/assets/cut.js");
  const piece = {first: 2, end: 12, frames: 8, hold: 3, speed: 2, rate: [12, 1], url: "x"};
  return {
    black: [0, 1, 4, 7].map((at) => blendOf("fade_black", at / 8)).map(({comes, goes}) =>
      Math.round(255 * comes.opacity + 128 * (1 - comes.opacity) * goes.opacity)),
    wipe: blendOf("wipe_left", 0.25).comes.clipPath,
    slide: ["comes", "goes"].map((side) => blendOf("slide_right", 0.25)[side].transform),
    words: ["slide_up", "radial"].map((kind) => transitionWords(kind, 8)),
    frames: [...Array(8).keys()].map((offset) => clipFrame(piece, offset, [12, 1])),
    moving: movingFrames(piece, [12, 1]),
  };
}"""


def test_the_page_knows_the_film_s_law_of_blends_speed_and_hold(context, link):
    """Grey into white has ffmpeg's levels; a fast shot skips frames, then its last one stands."""
    law = open_page(context, link).evaluate(LAW)

    assert law["black"] == pytest.approx([128, 37, 87, 223], abs=2)
    assert law["wipe"] == "inset(0 0 0 75.000%)"
    assert law["slide"] == ["translateX(-75.000%)", "translateX(25.000%)"]
    assert law["words"] == ["slide up, 8 frames", "radial, 8 frames; shown here as a dissolve"]
    assert law["frames"] == [2, 4, 6, 8, 10, 10, 10, 10]
    assert law["moving"] == 5
