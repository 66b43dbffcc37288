"""The report in headless Chromium, opened as a file: offline, without scripts, narrow, printed."""

from __future__ import annotations

import pages
import pytest

from pipeline.api import plan_film, render_film

AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.skipif(pages.CHROMIUM is None, reason="there is no Chromium here"),
]

BOARD = """\
storyboard: 1
title: Harbour, a film with a rather long name that goes on
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {model: animatic, duration: 0.25s}
deliver:
  web: {poster: sh010.first}
shots:
  - {id: sh010, scene: Dawn, beat: Boats, prompt: A harbour at dawn., takes: 2}
  - {id: sh020, scene: Dawn, prompt: It goes on., first_frame: sh010.last}
  - {id: a_shot_with_a_long_name_030, scene: Noon, prompt: SHOUTED}
""".replace("SHOUTED", "unbroken" * 30)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a film with takes, a note and an output, and a shot that changed since."""
    path = tmp_path_factory.mktemp("report") / "storyboards" / "film.storyboard.yaml"
    path.parent.mkdir()
    path.write_text(BOARD)
    done = render_film(plan_film(path))
    assert done.outcome.whole
    path.write_text(BOARD.replace("It goes on.", "It ends."))
    from pipeline.reporting.report import write_report

    return write_report(plan_film(path)).path


@pytest.fixture(scope="module")
def browser(report):  # noqa: ARG001 - it renders before Playwright has its event loop
    """One browser for all that is tried here."""
    with pages.chromium() as one:
        yield one


# shots out of sight are laid out only when they come near: here all are looked at
LAID_OUT = ".shot { content-visibility: visible !important; }"


def opened(browser, report, *, light="dark", size=DESK, scripts=False):
    """The page in a room of its own, offline; with every address it asked for, and its faults."""
    context = browser.new_context(
        color_scheme=light, viewport=size, java_script_enabled=scripts, offline=True,
        bypass_csp=scripts,
    )  # fmt: skip
    asked, wrong = [], []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    page = context.new_page()
    page.goto(report.as_uri())
    return context, page, asked, wrong


def test_it_asks_for_nothing_but_its_film(browser, report):
    """Offline and without scripts all is there; whatever it loads lies in its own folder."""
    context, page, asked, wrong = opened(browser, report)
    page.locator("details").first.locator("summary").click()  # opens without a script
    assert page.locator("details[open]").count() == 1
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        assert picture.bounding_box()["width"] > 10
    context.close()

    outside = {url for url in asked if not url.startswith("data:")}
    assert outside <= {report.as_uri(), report.with_name("film.mp4").as_uri()}
    assert not wrong


@pytest.mark.parametrize(
    "size",
    [pytest.param(PHONE, id="phone"), pytest.param(DESK, id="desk", marks=pytest.mark.long)],
)
def test_nothing_of_it_is_wider_than_the_window(browser, report, size):
    """Only the timeline, the graph and tables move sideways, each in its own frame."""
    context, page, *_ = opened(browser, report, size=size, scripts=True)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.add_style_tag(content=LAID_OUT)
    wide = page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
          .filter((one) => !one.closest(".scroll") && !one.closest(".skip"))
          .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    across = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert (wide, across) == ([], size["width"])


@pytest.mark.parametrize(
    "light", ["dark", pytest.param("light", marks=pytest.mark.long)]
)  # fmt: skip
def test_axe_finds_nothing_to_complain_of(browser, report, light):
    """WCAG 2.2 A and AA, and good practice, with everything folded out."""
    from axe_playwright_python.sync_playwright import Axe

    context, page, *_ = opened(browser, report, light=light, size=PHONE, scripts=True)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.add_style_tag(content=LAID_OUT)
    told = Axe().run(page, options={"runOnly": AXE}).response["violations"]
    context.close()

    found = {one["id"]: [node["html"] for node in one["nodes"]] for one in told}
    assert not found


@pytest.mark.long
def test_it_prints_with_all_that_is_folded(browser, report, tmp_path):
    """What is folded away on the screen is on the paper, dark on light, on few pages."""
    context, page, *_ = opened(browser, report)
    path = tmp_path / "report.pdf"
    page.pdf(path=path, format="A4")
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    folded = page.locator("details > *:not(summary)").first.is_visible()
    context.close()

    assert path.read_bytes()[:5] == b"%PDF-"
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert folded
