"""A board with numbered clips, the real server before it, and headless Chromium to look at it."""

from __future__ import annotations

import contextlib
import queue
import shutil
import threading
from typing import TYPE_CHECKING

import clips

from pipeline.api import adopt_clip
from pipeline.review.server import serve
from pipeline.sidecars.lock_file import load_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from pipeline.api import Draft
    from pipeline.media.ffmpeg import FFmpeg

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FRAMES = 24  # of every clip
PATIENCE = 30_000  # milliseconds until a page that does not get there has failed
RATES = {"sh010": "24", "sh020": "25", "sh030": "30000/1001"}
FIRST = {"sh010": 100, "sh020": 200, "sh030": 300}
"""The number that the first frame of a shot's first take carries; the second's is 50 more."""

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 96p, fps: 24}
defaults: {model: happyhorse-1.1, duration: 1s, aspect: "16:9", resolution: 720p}
shots:
  - id: sh010
    scene: Dawn
    beat: <img src=x onerror="document.title='broken in'"> Boats.
    prompt: A harbour at dawn.
  - {id: sh020, scene: Dawn, beat: A rope, prompt: A rope is cast off.}
  - {id: sh030, scene: Noon, prompt: The open sea.}
"""

READ = """(seen) => {
  if (!seen || seen.tagName !== "VIDEO" || seen.readyState < 2) return null;
  return (NUMBER_SEEN)(seen);
}""".replace("NUMBER_SEEN", clips.NUMBER_SEEN)
"""The number in a video's picture."""

NUMBER = f"""() => {{
  const box = document.querySelector(".room:not([hidden]) .stage").getBoundingClientRect();
  const over = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return ({READ})(over.find((one) => one.matches("video, .card-shown")));
}}"""
"""The number in the picture that lies on top in the middle of the stage."""

BENEATH = f"""() => ({READ})(document.querySelector(".layer:not(.over) video"))"""
"""The number in the cut's other picture: what goes out under a transition."""


class Project:
    """A board with two takes in its second shot, one in the others; every frame is numbered."""

    def __init__(self, folder: Path, ffmpeg: FFmpeg) -> None:
        self.ffmpeg = ffmpeg
        self.folder = folder
        self.board = folder / "storyboards" / "harbour.storyboard.yaml"
        self.board.parent.mkdir(parents=True)
        self.board.write_text(BOARD)
        for shot in RATES:
            self.adopt(shot, FIRST[shot])
        self.adopt("sh020", FIRST["sh020"] + 50)

    def adopt(self, shot: str, start: int, *, frames: int = FRAMES) -> None:
        """A further take of a shot, as another program would bring it."""
        file = self.folder.parent / f"{shot}-{start}.mp4"
        clips.make(
            self.ffmpeg, file, size=(144, 96), rate=RATES[shot], frames=frames, start=start,
            sound=frames / 24, codec=clips.TWO_B_FRAMES,
        )  # fmt: skip
        adopt_clip(self.board, shot, file)

    def block(self, shot: str):
        """A shot's takes, pick and notes as the lock has them."""
        return load_lock(self.board.with_name("harbour.lock.toml")).of(shot)

    def picked(self, shot: str) -> int | None:
        """The number of the take that a person picked."""
        block = self.block(shot)
        return next((take.number for take in block.takes if take.clip == block.pick), None)


@contextlib.contextmanager
def served(board: Path, draft: Draft | None = None) -> Iterator[str]:
    """The link to the page of a board or its draft, as long as it is served."""
    links: queue.Queue[str] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=lambda: serve(board, draft=draft, ready=links.put, stop=stop))
    thread.start()
    try:
        yield links.get(timeout=PATIENCE / 1000)
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; to be closed before anything else wants an event loop in this thread."""
    from playwright.sync_api import sync_playwright

    quiet = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--mute-audio")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(quiet))
        yield browser
        browser.close()


def open_page(context: BrowserContext, link: str, room: str = "") -> Page:
    """A page that has its film, in a room such as ``#shot/sh010``."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(link)
    page.wait_for_selector("#board:not([aria-busy])", state="attached")
    if room:
        page.evaluate("room => { location.hash = room; }", room)
        page.wait_for_selector(".room:not([hidden])")
    return page


def wait_for_number(page: Page, number: int) -> None:
    """Until that frame is on the screen; fails where another one stays."""
    try:
        page.wait_for_function(f"number => ({NUMBER})() === number", arg=number)
    except Exception as error:
        place = page.get_attribute(".room:not([hidden])", "data-frame")
        seen = page.evaluate(NUMBER)
        raise AssertionError(f"{seen} is seen at {place}, not {number}") from error
