"""``storyreel journal``: every paid job of this project, and what became of it."""

from __future__ import annotations

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json, say


@click.command("journal")
@click.option("--live", is_flag=True, help="Only jobs that are still out, or in doubt.")
@json_option
def command(live: bool, as_json: bool) -> int:
    """Show every paid job of this project, and what became of it, a line an event.

    Keys are in no journal; links and bodies are kept but not shown.
    """
    from pipeline.api import journal_of_here
    from pipeline.journal.telling import journal_document, journal_text

    with journal_of_here() as journal:
        attempts = journal.live() if live else journal.all()
        events = journal.events()
    if as_json:
        put_json(journal_document(attempts, events))
    elif attempts:
        put(journal_text(attempts, events))
    else:
        say("no paid jobs in this project")
    return 0
