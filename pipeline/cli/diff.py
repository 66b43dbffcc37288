"""``storyreel diff``: what changed in the film between two versions of its board."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.cli.boards import BoardPath, draft_of, draft_options, settings_options
from pipeline.cli.console import put, put_json, say
from pipeline.places import SUFFIX


class _BoardOfAnyTime(BoardPath):
    """A board; one that is gone from here is known by its whole path."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path of the board meant."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            if str(value).endswith(SUFFIX):
                return Path(value)
            raise


@click.command("diff")
@click.argument("board", type=_BoardOfAnyTime())
@click.argument("revisions", metavar="[REV [REV]]", nargs=-1)
@draft_options
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="The form: text, Markdown (for a pull request), JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --as json.")
@settings_options
def command(
    board: Path,
    revisions: tuple[str, ...],
    draft: bool,
    resolution: str | None,
    form: str,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Show what changed in BOARD's film between two versions in git.

    REV is anything git knows: HEAD~3, main, v1, 3f2a91c. With one, that version is compared with
    the board as it lies here; without any, HEAD is. A..B is the same as A B; A...B begins where B
    parted from A, as a pull request does.

    Shots that were added, cut, moved, renamed, reprompted, reseeded, retimed, repicked are told in
    the order of the cut, with what the new version would cost to make. Nothing is made or written.
    """
    from pipeline.versions.diffing import diff_board

    difference = diff_board(board, revisions, draft=draft_of(draft, resolution), flags=flags)
    if as_json or form == "json":
        from pipeline.versions.document import diff_document

        put_json(diff_document(difference))
        return 0
    for note in difference.notes:
        say(note)
    if form == "markdown":
        from pipeline.cli.diff_markdown import diff_as_markdown

        put(diff_as_markdown(difference))
        return 0
    from pipeline.cli.diff_text import put_difference

    put_difference(difference)
    return 0
