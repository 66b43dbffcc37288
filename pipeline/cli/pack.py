"""``storyreel pack``: a film and all it is made from in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.console import put, put_json, say
from pipeline.cli.transfer import byte_bar, size_of
from pipeline.places import board_name

if TYPE_CHECKING:
    from pipeline.packs.packer import Packed


@click.command("pack")
@one_board
@draft_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, instead of BOARD.storyreel-pack.zip.",
)
@click.option("--all", "everything", is_flag=True, help="Also the takes that do not serve.")
@click.option("--partial", is_flag=True, help="Pack what is there, though clips are missing.")
@json_option
@settings_options
def command(
    board: Path,
    draft: bool,
    resolution: str | None,
    output: Path | None,
    everything: bool,
    partial: bool,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Put a film and all it is made from into one file.

    That is the board, the pictures it refers to, its lock and every clip that serves; never the
    journal or a key. On another machine `storyreel unpack` puts it in place and `storyreel render`
    cuts the same film, with no key and no network. The same film gives the same file.
    """
    from pipeline.packing import pack_film

    with byte_bar("packing", as_json=as_json) as tell:
        packed = pack_film(
            board,
            output,
            draft=draft_of(draft, resolution),
            flags=flags,
            everything=everything,
            partial=partial,
            waiting=lambda: say("waiting for another storyreel on this board"),
            tell=tell,
        )
    if as_json:
        put_json({"schema": 1, "board": board_name(board)} | _document(packed))
        return 0
    say(f"{packed.clips} clips and {packed.files} files, {size_of(packed.bytes)}")
    if packed.missing:
        say(f"without the clips of {', '.join(packed.missing)}")
    if packed.left_out:
        say(f"without takes whose clips are not here: {', '.join(packed.left_out)}")
    put(str(packed.file))
    return 0


def _document(packed: Packed) -> dict[str, Any]:
    return {
        "pack": str(packed.file),
        "bytes": packed.bytes,
        "files": packed.files,
        "clips": packed.clips,
        "film": packed.film,
        "missing": list(packed.missing),
        "left_out": list(packed.left_out),
    }
