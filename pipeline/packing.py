"""A film that travels: packed into one file here, put in place there; what the commands do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.api import cutting_tools, film_stands, my_turn, plan_film
from pipeline.errors import ToolError
from pipeline.files import digest_of_file
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.packs.kept import Tell
from pipeline.packs.packer import Packed, pack
from pipeline.packs.reading import open_pack
from pipeline.packs.unpacking import Unpacked, unpack
from pipeline.settings import read_settings
from pipeline.storyboard.resolver import Draft


def untold(_done: int, _total: int) -> None:
    """Nobody is told how far it is."""


def pack_film(
    board: Path,
    target: Path | None = None,
    *,
    draft: Draft | None = None,
    flags: Mapping[str, str | None] | None = None,
    everything: bool = False,
    partial: bool = False,
    waiting: Callable[[], None] | None = None,
    tell: Tell = untold,
) -> Packed:
    """Pack a board's film into one file; see ``packs/packer.py``.

    Args:
        board: the board.
        target: the file; absent, a name of the board's own in this folder.
        draft: pack its draft.
        flags: settings from a command line, by name.
        everything: every take's clip that is here, not only those that serve.
        partial: without the clips that are missing.
        waiting: called once if another process has the board in hand.
        tell: told how many bytes are packed, and of how many.

    Raises:
        PackError: clips are missing, or a file's name cannot go into a pack.
        StoryreelError: the board has faults, or is edited meanwhile.
    """
    with my_turn(plan_film(board, draft=draft, flags=flags).places, waiting):
        planned = plan_film(board, draft=draft, flags=flags)  # another one may have moved the lock
        film = digest_of_file(planned.places.film) if film_stands(planned, planned) else None
        tools = cutting_tools(find_ffmpeg(planned.settings.ffmpeg))
        return pack(
            planned, target, tools=tools, film=film, everything=everything, partial=partial,
            tell=tell,
        )  # fmt: skip


def unpack_film(
    file: Path,
    folder: Path | None = None,
    *,
    flags: Mapping[str, str | None] | None = None,
    tell: Tell = untold,
) -> Unpacked:
    """Put a packed film in place; see ``packs/unpacking.py``.

    Args:
        file: the pack.
        folder: where to; absent, a folder of the board's name in this one.
        flags: settings from a command line, by name.
        tell: told how many bytes are read and in place, and of how many.

    Raises:
        PackError: it is damaged or no pack, or files that differ stand there.
    """
    with open_pack(file) as opened:
        target = folder or Path(opened.manifest.name)
        return unpack(opened, target, flags=flags, tools=lambda: _tools(target, flags), tell=tell)


def _tools(folder: Path, flags: Mapping[str, str | None] | None) -> str | None:
    """The programs a film is cut with here; none where there is no ffmpeg: unpacking needs none."""
    try:
        return cutting_tools(find_ffmpeg(read_settings(folder, flags=flags).ffmpeg))
    except ToolError:
        return None
