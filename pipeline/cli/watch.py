"""``storyreel watch``: the draft film, kept current while its author types."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.boards import json_option, one_board, settings_options
from pipeline.cli.browser import show_in_browser
from pipeline.cli.interrupt import stop_on_interrupt

if TYPE_CHECKING:
    from pipeline.watching.rounds import Watched

_OVER = "the watch is over; the film as it was last cut stays"


@click.command("watch")
@one_board
@click.option(
    "--resolution", metavar="240p", help="The draft's short side; smaller is quicker to make."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help="Instead of any that is free."
)
@click.option("--no-browser", is_flag=True, help="Print the link, and open nothing.")
@json_option
@settings_options
def command(
    board: Path,
    resolution: str | None,
    port: int | None,
    no_browser: bool,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Keep the draft film current while you work on the board.

    Every save of the board, or of a picture, sound or clip it names, makes what changed and cuts
    the film anew; the review page shows it. A board with faults changes nothing: they are told,
    and the last good cut stays. Drafts are free: a watch never spends. Ctrl-C ends it.
    """
    from pipeline.cli.rounds_told import told
    from pipeline.film.halt import Halt
    from pipeline.storyboard.resolver import Draft
    from pipeline.watching.rounds import Watched
    from pipeline.watching.watch import watch

    draft = Draft(resolution)
    words = click.get_current_context().meta.get("storyreel.said", ())
    with stop_on_interrupt(_OVER) as stop, told(words, as_json=as_json) as teller:
        watched = Watched(board, draft, teller.tell, flags, teller.hear, teller.frames)
        ends = Halt(stop)
        with _reviewed(watched, port or 0, ends) as url:
            teller.watching(board, url)
            if url and not no_browser:
                show_in_browser(url)
            watch(watched, ends)
        teller.ended()
    return 0


@contextlib.contextmanager
def _reviewed(watched: Watched, port: int, ends: threading.Event) -> Iterator[str]:
    """The review page of a draft, served in a thread of its own; its address.

    Whichever ends first ends the other; what the page died of is raised.
    """
    from pipeline.review.server import serve

    address: list[str] = []
    died: list[BaseException] = []
    listening = threading.Event()

    def ready(url: str) -> None:
        address.append(url)
        listening.set()

    def run() -> None:
        try:
            serve(
                watched.board, draft=watched.draft, port=port, ready=ready, stop=ends,
                flags=watched.flags,
            )  # fmt: skip
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            died.append(error)
        finally:
            ends.set()
            listening.set()

    page = threading.Thread(target=run, name="review")
    page.start()
    try:
        listening.wait()
        if address:
            yield address[0]
    finally:
        ends.set()
        page.join()
        if died:
            raise died[0]
