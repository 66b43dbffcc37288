"""Makes the pictures of the README from a real run.

Run ``python .ci/pictures.py`` when the animatic, the plan or launch-day change; the pictures are
committed: a strip of launch-day's draft, a still of it, the review page (where a Chromium is
installed), and commands on a terminal.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text

from pipeline.api import Draft, plan_film, render_film
from pipeline.desk.server import Desk
from pipeline.media.frames import frame_at
from pipeline.media.probe import probe
from pipeline.review.server import serve

HERE = Path(__file__).parent
TARGET = HERE / "pictures"
PROJECT = HERE.parent
COLUMNS, ROWS, WIDE = 4, 3, 400
STILL = "sh020"

# rich's own template asks a font server; a README must not
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" class="rich-terminal">
<style>.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
 font-size: {char_height}px; line-height: {line_height}px; }} {styles}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
 height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def main() -> None:
    """Render in a copy of the project, and draw."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(PROJECT / "storyboards", root / "storyboards")
        board = root / "storyboards" / "launch-day.storyboard.yaml"
        planned = plan_film(board, draft=Draft())
        film = render_film(planned).film
        if film is None:
            sys.exit("launch-day was not rendered")
        strip(film, Path(folder))
        still(planned, film, Path(folder))
        page(board)
        terminal(root, "plan.svg", ["plan", "launch-day"])
        with Desk(size=180, time="1-3") as desk:
            terminal(
                root,
                "paid.svg",
                ["render", "launch-day", "--yes", "--max-cost", "1500credits"],
                ["status", "--spend"],
                STORYREEL_APIFRAME_URL=desk.url,
                STORYREEL_APIFRAME_KEY_VARIABLE="DESK_KEY",
                DESK_KEY=desk.key,
            )
        wrong = board.read_text(encoding="utf-8").replace("sh050.last", "sh05.last")
        wrong = wrong.replace("move: tilt_up", "move: tilt_upp")
        board.write_text(wrong, encoding="utf-8")
        terminal(root, "check.svg", ["check", "launch-day"])


def strip(film: Path, folder: Path) -> None:
    """A contact sheet of the film, evenly in time."""
    frames = probe(film).frames
    count = COLUMNS * ROWS
    pictures = []
    for number in range(count):
        path = folder / f"{number}.png"
        frame_at(film, int((number + 0.5) * frames / count), path)
        pictures.append(Image.open(path).convert("RGB"))
    high = WIDE * pictures[0].height // pictures[0].width
    gap = 6
    sheet = Image.new(
        "RGB", (COLUMNS * (WIDE + gap) - gap, ROWS * (high + gap) - gap), (255, 255, 255)
    )
    for number, picture in enumerate(pictures):
        place = ((number % COLUMNS) * (WIDE + gap), (number // COLUMNS) * (high + gap))
        sheet.paste(picture.resize((WIDE, high), Image.Resampling.LANCZOS), place)
    sheet.save(TARGET / "launch-day.jpg", quality=86)


def still(planned: object, film: Path, folder: Path) -> None:
    """One frame of the film, from the middle of a shot."""
    start = 0
    for shot in planned.film.shots:  # type: ignore[attr-defined]
        if shot.id == STILL:
            path = folder / "still.png"
            frame_at(film, start + shot.cut // 2, path)
            Image.open(path).convert("RGB").save(TARGET / "still.jpg", quality=86)
        start += shot.cut


def page(board: Path) -> None:
    """The review page, looking at the draft."""
    from playwright.sync_api import sync_playwright

    links: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def told(link: str) -> None:
        links.append(link)
        ready.set()

    server = threading.Thread(
        target=serve, args=(board,), kwargs={"draft": Draft(), "ready": told, "stop": stop}
    )
    server.start()
    ready.wait(60)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            look = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme="dark")
            look.goto(links[0])
            look.wait_for_load_state("load")
            look.wait_for_timeout(3000)
            look.screenshot(path=TARGET / "review.jpg", type="jpeg", quality=82)
            browser.close()
    finally:
        stop.set()
        server.join()


def terminal(root: Path, name: str, *commands: list[str], **environment: str) -> None:
    """What commands say, as a picture of a terminal."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        console = Console(record=True, width=106, file=nowhere, force_terminal=True)
        for words in commands:
            console.print(Text(f"$ storyreel {' '.join(words)}", style="bold"))
            console.print(Text.from_ansi(said_by(root, words, environment).rstrip()))
        svg = console.export_svg(title="storyreel", code_format=SVG, unique_id="storyreel")
    (TARGET / name).write_text(svg, encoding="utf-8", newline="\n")


def said_by(root: Path, words: list[str], environment: dict[str, str]) -> str:
    """A command's talk and data, in the order in which they came."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "--color", "always", *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "104", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.replace(str(root) + os.sep, "")


if __name__ == "__main__":
    main()
