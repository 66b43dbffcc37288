"""``storyreel unpack``: put a packed film in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import json_option, settings_options
from pipeline.cli.console import put, put_json, say
from pipeline.cli.transfer import byte_bar
from pipeline.places import path_from_here

if TYPE_CHECKING:
    from pipeline.packs.unpacking import Unpacked


@click.command("unpack")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-d",
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to unpack into, instead of one of the board's name.",
)
@json_option
@settings_options
def command(file: Path, folder: Path | None, as_json: bool, **flags: str | None) -> int:
    """Put a packed film in place; it renders with no key and no network.

    Every byte of FILE is checked before anything is written. A file that is there and differs is
    never written over; one that is the same is fine, so it may be run again after it was cut off.
    """
    from pipeline.packing import unpack_film

    with byte_bar("unpacking", as_json=as_json) as tell:
        unpacked = unpack_film(file, folder, flags=flags, tell=tell)
    if as_json:
        put_json(_document(unpacked))
        return 0
    if unpacked.clips or unpacked.files:
        say(f"{_counted(unpacked.clips, 'clip')} and {_counted(unpacked.files, 'file')} unpacked")
    if unpacked.there:
        say(f"{_counted(unpacked.there, 'file')} of it were there already")
    if unpacked.missing:
        say(f"it was packed without the clips of {', '.join(unpacked.missing)}")
    if unpacked.other_tools:
        say(f"its film was cut with {unpacked.other_tools}: here its bytes may differ")
    put(f"see it: storyreel render {_words(unpacked)}")
    return 0


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _words(unpacked: Unpacked) -> str:
    """What to say to render it."""
    import shlex

    draft = ["--draft"] if unpacked.draft else []
    size = ["--resolution", unpacked.resolution] if unpacked.resolution else []
    return shlex.join([path_from_here(unpacked.board), *draft, *size])


def _document(unpacked: Unpacked) -> dict[str, Any]:
    return {
        "schema": 1,
        "board": str(unpacked.board),
        "files": unpacked.files,
        "clips": unpacked.clips,
        "there": unpacked.there,
        "draft": unpacked.draft,
        "resolution": unpacked.resolution,
        "film": unpacked.film,
        "missing": list(unpacked.missing),
        "other_tools": unpacked.other_tools,
    }
