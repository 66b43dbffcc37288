"""``storyreel export``: a film for an editor's program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.console import put, put_json, say
from pipeline.cli.transfer import byte_bar
from pipeline.places import board_name, path_from_here

if TYPE_CHECKING:
    from pipeline.exporting import Exported
    from pipeline.timing import Length


@click.command("export")
@one_board
@click.option(
    "--as", "form", type=click.Choice(["otio"]), default="otio", help="The form: OpenTimelineIO."
)
@click.option(
    "--for",
    "flavour",
    type=click.Choice(["resolve", "premiere"]),
    default="resolve",
    help="Whose ways to follow: resolve (the default; other OTIO readers too) or premiere.",
)
@draft_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write, instead of the film's own export folder.",
)
@click.option(
    "--handles", metavar="8f", help="Name the shots with less than this to spare on a side."
)
@click.option("--partial", is_flag=True, help="Export what is there, though clips are missing.")
@json_option
@settings_options
def command(
    board: Path,
    form: str,  # noqa: ARG001 - there is one so far
    flavour: Any,
    draft: bool,
    resolution: str | None,
    output: Path | None,
    handles: str | None,
    partial: bool,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Hand a film over to an editor's program: its cut as OpenTimelineIO, its clips beside it.

    Written are FILM.otio and media/sh010_t2.mp4 and so on, in output/NAME/export. Each clip is
    there whole, so that an editor can trim the other way; transitions, speeds and what is known of
    every shot go along. It is meant for Resolve 18.5, Premiere 25.6 and later ones, and for all
    that reads OpenTimelineIO. The clips are hard links to the store's, read-only, where the disk
    allows it; else copies. Files there that are not storyreel's are left alone.
    """
    from pipeline.exporting import export_film

    wanted = _length(handles)
    with byte_bar("exporting", as_json=as_json) as tell:
        done = export_film(
            board,
            output,
            flavour=flavour,
            handles=wanted,
            draft=draft_of(draft, resolution),
            flags=flags,
            partial=partial,
            waiting=lambda: say("waiting for another storyreel on this board"),
            tell=tell,
        )
    if as_json:
        put_json({"schema": 1, "board": board_name(board)} | _document(done, flavour))
    else:
        _tell(done)
        put(path_from_here(done.file))
    return 0


def _length(handles: str | None) -> Length | None:
    from pipeline.errors import UsageError
    from pipeline.timing import parse_length

    try:
        return None if handles is None else parse_length(handles)
    except ValueError as error:
        raise UsageError(f"--handles {handles} means nothing: {error}.") from error


def _tell(done: Exported) -> None:
    say(f"{len(done.media)} files ({len(done.linked)} linked, {len(done.copied)} copied, "
        f"{len(done.media) - len(done.linked) - len(done.copied)} there), "
        f"{done.frames} frames")  # fmt: skip
    if done.missing:
        say(f"without the clips of {', '.join(done.missing)}")
    for name, words in done.untold.items():
        say(f"not in the timeline: {name} {', '.join(words)}")
    for shot, (before, behind) in done.short.items():
        say(f"{shot} has {before} frames to spare before what is shown and {behind} behind")
    if done.removed:
        say(f"removed what no shot shows any more: {', '.join(done.removed)}")
    if done.left:
        say(f"left alone, not storyreel's: {', '.join(done.left)}")


def _document(done: Exported, flavour: str) -> dict[str, Any]:
    return {
        "as": "otio",
        "for": flavour,
        "file": str(done.file),
        "frames": done.frames,
        "rate": str(done.rate),
        "media": list(done.media),
        "linked": list(done.linked),
        "copied": list(done.copied),
        "removed": list(done.removed),
        "left": list(done.left),
        "missing": list(done.missing),
        "untold": {name: list(words) for name, words in done.untold.items()},
        "short": {shot: list(spare) for shot, spare in done.short.items()},
    }
