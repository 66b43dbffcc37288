"""``storyreel review``: look at takes and choose, in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.browser import show_in_browser
from pipeline.cli.console import put, put_json, say
from pipeline.cli.interrupt import stop_on_interrupt


@click.command("review")
@one_board
@draft_options
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help="Instead of any that is free."
)
@click.option("--no-browser", is_flag=True, help="Print the link, and open nothing.")
@json_option
@settings_options
def command(
    board: Path,
    draft: bool,
    resolution: str | None,
    port: int | None,
    no_browser: bool,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Look at the film's takes and choose among them, in the browser.

    The page is this machine's alone; the link holds the key to it. It follows a render in another
    terminal as it goes. What is picked, rejected and noted there is written to the lock, as `pick`,
    `reject` and `note` write it. Ctrl-C ends it.
    """
    from pipeline.review.server import serve

    def ready(link: str) -> None:
        if as_json:
            put_json({"schema": 1, "url": link}, indent=None)
        else:
            put(link)
        if not no_browser:
            show_in_browser(link)
        say("Ctrl-C ends it")

    with stop_on_interrupt("the page is closed") as stop:
        serve(
            board, draft=draft_of(draft, resolution), port=port or 0, ready=ready, stop=stop,
            flags=flags,
        )  # fmt: skip
    return 0
