"""The review page in headless Chromium, before the real server: what a person sees and does."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pages
import pytest
from pages import FIRST, FRAMES, NUMBER, Project, open_page, served, wait_for_number

from pipeline.api import Draft

AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.skipif(pages.CHROMIUM is None, reason="there is no Chromium here"),
]


def test_a_take_is_picked_with_the_keyboard_alone(context, link, project):
    """Arrows and Enter open a shot, a number and p pick; the lock has it, and u takes it back.

    What was picked by nobody is so again; a rejection goes and comes likewise.
    """
    page = open_page(context, link)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("#take-strip button >> nth=1")
    page.keyboard.press("2")
    page.keyboard.press("p")
    page.wait_for_selector("#said :text('sh020 take 2 is picked')")
    picked = project.picked("sh020")
    told = page.inner_text("#take-strip [aria-pressed=true]")
    page.keyboard.press("u")
    page.wait_for_selector("#said :text('sh020 take 2 is picked no more')")
    unpicked = project.picked("sh020")
    page.keyboard.press("x")
    page.wait_for_selector("#said :text('sh020 take 2 is rejected')")
    rejected = len(project.block("sh020").rejected)
    page.keyboard.press("u")
    page.wait_for_selector("#said :text('sh020 take 2 is rejected no more')")

    assert (picked, unpicked) == (2, None)
    assert re.sub(r"\s+", " ", told).startswith("2 serves picked")
    assert (rejected, len(project.block("sh020").rejected)) == (1, 0)


@pytest.mark.parametrize(
    "shot", ["sh030", *(pytest.param(shot, marks=pytest.mark.long) for shot in ("sh010", "sh020"))]
)
def test_stepping_shows_the_very_frame(context, link, shot):
    """At 24, 25 and 30000/1001 every frame is found by a step on, and by steps back and leaps."""
    page = open_page(context, link, f"#shot/{shot}")
    page.keyboard.press("1")
    for frame in range(FRAMES - 1):
        wait_for_number(page, FIRST[shot] + frame)
        page.keyboard.press(".")
    wait_for_number(page, FIRST[shot] + FRAMES - 1)
    page.keyboard.press(",")
    page.keyboard.press("ArrowLeft")
    wait_for_number(page, FIRST[shot] + FRAMES - 3)
    page.keyboard.press("Home")
    wait_for_number(page, FIRST[shot])
    page.keyboard.press("End")
    wait_for_number(page, FIRST[shot] + FRAMES - 1)

    assert page.inner_text("#take-frame").startswith(f"frame {FRAMES - 1} of {FRAMES}")


def test_number_keys_show_another_take_on_the_same_frame(context, link):
    """A/B: the frame stays; and two takes played together stand on one frame when stopped."""
    page = open_page(context, link, "#shot/sh020")
    page.keyboard.press("1")
    for _ in range(5):
        page.keyboard.press(".")
    wait_for_number(page, FIRST["sh020"] + 5)
    page.keyboard.press("2")
    wait_for_number(page, FIRST["sh020"] + 55)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('#shot-room').dataset.frame > 8")
    page.keyboard.press("Space")
    frame = int(page.get_attribute("#shot-room", "data-frame"))
    wait_for_number(page, FIRST["sh020"] + 50 + frame)
    page.keyboard.press("1")

    wait_for_number(page, FIRST["sh020"] + frame)


def test_a_note_is_written_at_the_frame_that_is_seen(context, link, project):
    """N asks for words, Enter writes them down for this frame; the list leads back to it."""
    page = open_page(context, link, "#shot/sh030")
    for _ in range(7):
        page.keyboard.press(".")
    page.keyboard.press("n")
    page.keyboard.type("p is a letter, no pick")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notes button")
    page.keyboard.press("Home")
    page.click(".notes button")
    wait_for_number(page, FIRST["sh030"] + 7)
    notes = [(note.frame, note.text) for note in project.block("sh030").notes]

    assert notes == [(7, "p is a letter, no pick")]
    assert project.picked("sh030") is None
    assert page.inner_text(".notes button") == "take 1 00:00:00:07"


def test_a_take_lands_while_one_looks_and_two_pages_agree(context, link, project):
    """A take that another program brings shows up by itself, on the frame one was looking at."""
    page, other = open_page(context, link, "#shot/sh010"), open_page(context, link)
    for _ in range(4):
        page.keyboard.press(".")
    wait_for_number(page, FIRST["sh010"] + 4)
    project.adopt("sh010", FIRST["sh010"] + 50)
    page.wait_for_selector("#take-strip button >> nth=1")
    other.wait_for_selector("[data-shot=sh010] .facts:text('take 1 of 2')")
    wait_here = page.evaluate(NUMBER)
    heard = page.inner_text("#heard")
    page.keyboard.press("2")
    wait_for_number(page, FIRST["sh010"] + 54)
    page.keyboard.press("p")
    other.wait_for_selector("[data-shot=sh010] .facts:text('take 2 of 2, picked')")

    assert page.get_attribute("#shot-room", "data-frame") == "4"
    assert heard == "sh010: take 2 is here."
    assert wait_here in (None, FIRST["sh010"] + 4)  # None: two lie side by side now


def test_the_cut_plays_every_shot_in_order_without_rendering_it(context, link, project):
    """Each shot's serving take comes after the one before it, from its first to its last frames."""
    page = open_page(context, link, "#cut")
    page.evaluate(f"""() => {{
        const seen = window.seen = [];
        const look = () => {{
            const number = ({NUMBER})();
            if (number !== null && number !== seen.at(-1)) seen.push(number);
            requestAnimationFrame(look);
        }};
        look();
    }}""")
    page.keyboard.press("Space")
    page.wait_for_selector("#cut-room .play[aria-label=Stop]")
    page.wait_for_selector("#cut-room .play[aria-label=Play]")
    seen = page.evaluate("window.seen")
    shots = [number // 100 for number in seen]

    assert seen == sorted(seen)
    assert sorted(set(shots)) == [1, 2, 3]
    assert all(shots.count(shot) > FRAMES // 3 for shot in set(shots))
    assert not list(project.folder.rglob("harbour.mp4"))


def test_faults_of_the_board_are_told_while_the_film_stays(context, link, project):
    """A board that breaks shows its fault's line; what was there stays, and so does the moment."""
    page = open_page(context, link, "#cut")
    for _ in range(30):
        page.keyboard.press(".")
    text = project.board.read_text()
    before = page.get_attribute("#cut-room", "data-frame")
    project.board.write_text(text.replace("duration: 1s", "duration: soon"))
    page.wait_for_selector("#faults li")
    told = page.inner_text("#faults")
    page.click("#faults li button")
    marked = page.inner_text("#text mark")
    page.keyboard.press("Escape")
    project.board.write_text(text)
    page.wait_for_selector("#faults", state="hidden")

    assert "line 4" in told
    assert "duration: soon" in marked
    assert page.get_attribute("#cut-room", "data-frame") == before == "30"


def test_the_moment_stays_when_the_board_is_retimed(context, link, project):
    """A shot before becomes shorter: one stays on the same frame of the same shot; a card waits."""
    page = open_page(context, link, "#cut")
    for _ in range(30):
        page.keyboard.press(".")
    wait_for_number(page, FIRST["sh020"] + 6)
    text = project.board.read_text()
    project.board.write_text(text.replace("at dawn.", "at dusk.\n    duration: 0.5s"))
    page.wait_for_selector("#cut-room[data-frame='18']")
    seen = page.evaluate(NUMBER)
    page.keyboard.press("Home")
    page.wait_for_selector(".layer.over .card-shown:has-text('sh010')")
    page.keyboard.press("]")
    wait_for_number(page, FIRST["sh020"])
    project.board.write_text(text)
    page.wait_for_selector("#cut-room[data-frame='24']")

    assert seen == FIRST["sh020"] + 6
    assert page.inner_text("#cut-side h2") == "sh020"


@pytest.mark.long
def test_what_is_refused_is_told_with_its_way_out(browser, link):
    """The server's own sentence and hint are read out, and commands as a shell takes them."""
    context = browser.new_context()  # where a refusal is no fault of the test
    page = open_page(context, link, "#shot/sh030")
    page.evaluate("""async () => {
        const {ask} = await import("/assets/film.js"), {sayFault} = await import("/assets/said.js");
        const way = {command: ["storyreel", "takes", "a b"], costs: "nothing", why: "shows them"};
        await ask("pick", {shot: "sh030", take: 99}).catch(
            (fault) => sayFault({...fault, retry_with: [way]}));
    }""")
    told = page.inner_text("#said-words[role=alert]")
    context.close()

    assert "99" in told.splitlines()[0]
    assert "storyreel takes 'a b' shows them; nothing" in told


@pytest.mark.long
def test_a_render_in_another_process_is_seen_live(context, ffmpeg, tmp_path):
    """Cards say that their shots are made, takes land, and the film on disk can be played."""
    own = Project(tmp_path / "project", ffmpeg)
    command = [sys.executable, "-m", "pipeline", "render", own.board, "--draft", "--yes"]
    with served(own.board, Draft()) as link:
        page = open_page(context, link)
        page.evaluate("""() => {
            window.told = new Set();
            new MutationObserver(() => document.querySelectorAll(".card .tag").forEach(
                (tag) => told.add(tag.textContent))).observe(document.querySelector("#board"),
                {subtree: true, childList: true, characterData: true, attributes: true});
        }""")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as render:
            for shot in pages.RATES:
                page.wait_for_selector(f"[data-shot={shot}] .tag:text-is('stands')")
            assert render.wait() == 0
        page.wait_for_selector("#run", state="hidden")
        page.keyboard.press("c")
        page.wait_for_selector("#source:text-is('Film on disk')")
        page.keyboard.press("f")
        page.keyboard.press("]")
        page.wait_for_function("() => document.querySelector('.layer.over video').currentTime > 1")
        source = page.get_attribute(".layer.over video", "src")

    assert page.evaluate("told.has('making') && told.has('to do')")
    assert source.startswith("/film?v=")


@pytest.mark.long
def test_a_transition_shows_both_shots(context, ffmpeg, tmp_path):
    """Within a dissolve both frames are the film's, the new one by its share; then it ends."""
    own = Project(tmp_path / "project", ffmpeg)
    board = own.board.read_text().replace("cast off.", "cast off., transition: dissolve 8f")
    own.board.write_text(board)
    with served(own.board) as link:
        page = open_page(context, link, "#cut")
        for _ in range(20):
            page.keyboard.press(".")
        wait_for_number(page, FIRST["sh020"] + 4)
        page.wait_for_function(f"() => ({pages.BENEATH})() === {FIRST['sh010'] + 20}")
        share = page.evaluate("document.querySelector('.layer.over').style.opacity")
        page.keyboard.press("Space")
        page.wait_for_selector("#cut-room .play[aria-label=Play]")
        shown = page.inner_text("#cut-frame")
        state = page.evaluate("fetch('/api/film').then(answer => answer.json())")

    assert state["frames"] == 24 + 24 + 20 - 8
    assert float(share) == pytest.approx(4 / 8)
    assert shown.startswith("frame 59 of 60")
    assert page.locator(".layer.over").get_attribute("style") in (None, "")


def test_what_an_author_writes_is_words_and_never_markup(context, link):
    """A beat with markup in it is shown as it is written, and nothing of it runs."""
    page = open_page(context, link, "#shot/sh010")

    assert page.inner_text("#shot-side .beat").startswith("<img src=x onerror=")
    assert page.locator("#board .beat img, #shot-side .beat img").count() == 0
    assert page.title() == "sh010 · Harbour"


MAIN_ROOMS = {("#", "board"): (), ("#shot/sh020/2", "shot"): ("u", "w"), ("#cut", "cut"): ("n",)}
ROOMS = MAIN_ROOMS | {
    ("#shot/sh020", "shot"): (), ("#cut/", "cut"): ("?",), ("#/", "board"): ("y",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("light", "rooms"),
    [
        pytest.param("dark", MAIN_ROOMS, id="main rooms"),
        pytest.param("dark", ROOMS, id="dark", marks=pytest.mark.long),
        pytest.param("light", ROOMS, id="light", marks=pytest.mark.long),
    ],
)
def test_axe_finds_nothing_to_complain_of(browser, link, light, rooms):
    """Board, shot, wipe, note, cut, keys and text keep WCAG 2.2 A and AA, and good practice."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=light, viewport={"width": 1280, "height": 800})
    page = open_page(context, link)
    found = {}
    for (address, room), keys in rooms.items():
        page.keyboard.press("Escape")
        page.evaluate("address => { location.hash = address; }", address)
        page.wait_for_selector(f"body[data-view={room}]")
        for key in keys:
            page.keyboard.press(key)
        for told in Axe().run(page, options={"runOnly": AXE}).response["violations"]:
            found[address, told["id"]] = [node["html"] for node in told["nodes"]]
    context.close()

    assert not found


POSTER = "() => document.querySelector('[data-shot=sh000] img').hasAttribute('src')"
WATCH = """() => {
  window.touched = new Set();
  const card = (node) => (node.closest ?? node.parentElement.closest).call(
    node.closest ? node : node.parentElement, "[data-shot]")?.dataset.shot ?? "the board";
  new MutationObserver((all) => all.forEach(({target}) => touched.add(card(target)))).observe(
    document.querySelector("#board"),
    {subtree: true, childList: true, attributes: true, characterData: true});
}"""
"""Writes down whose cards are touched from now on."""


def many_shots(state, count):
    """A film's state as if its first shot were there so many times, each with its own poster."""
    shot = state["shots"][0]
    take = {**shot["takes"][0], "serves": True}
    shots = [
        {
            **shot,
            "id": f"sh{number:03}",
            "scene": f"scene {number // 25}",
            "span": {"start": 24 * number, "frames": 24, "overlap": 0},
            "takes": [{**take, "poster": f"/posters/{number}.jpg"}],
        }
        for number in range(count)
    ]
    return {**state, "frames": 24 * count, "revision": "1", "shots": shots}


def test_three_hundred_shots_fetch_few_posters_and_change_one_card(context, link):
    """Only posters near the screen are asked for; news of one shot touches one card."""
    page = open_page(context, link)
    state = many_shots(page.evaluate("fetch('/api/film').then(answer => answer.json())"), 300)
    asked = []

    def film(route):
        etag = {"ETag": state["revision"]}
        route.fulfill(body=json.dumps(state), content_type="application/json", headers=etag)

    def poster(route):
        asked.append(route.request.url)
        route.fulfill(body=b"", content_type="image/jpeg")

    page.route("**/api/film", film)
    page.route("**/posters/*", poster)
    page.reload()
    page.wait_for_selector("[data-shot=sh299]", state="attached")
    page.wait_for_function(POSTER)
    page.evaluate(WATCH)
    at_first = len(asked)
    state["shots"][3] |= {"standing": "to do", "beat": "Another beat."}
    state["revision"] = "2"
    page.evaluate("import('/assets/film.js').then(film => film.refresh())")
    page.wait_for_selector("[data-shot=sh003] :text('Another beat.')")

    assert 0 < at_first <= 60
    assert page.evaluate("[...touched]") == ["sh003"]
    assert page.evaluate("document.querySelectorAll('*').length") < 300 * 20
