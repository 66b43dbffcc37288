"""A planned film -> its pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import __version__
from pipeline.errors import UsageError
from pipeline.ids import Digest, ShotId
from pipeline.packs.contents import Item, contents_of
from pipeline.packs.errors import PackError
from pipeline.packs.kept import Tell
from pipeline.packs.manifest import SUFFIX_OF_A_PACK, Manifest
from pipeline.packs.reading import open_pack
from pipeline.packs.writing import write_pack
from pipeline.planned import PlannedFilm


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed: files and clips, and what is missing in it."""

    file: Path
    files: int
    clips: int
    bytes: int
    film: Digest | None
    missing: tuple[ShotId, ...]
    left_out: tuple[str, ...]


def pack(
    planned: PlannedFilm,
    target: Path | None,
    *,
    tools: str,
    film: Digest | None,
    everything: bool,
    partial: bool,
    tell: Tell,
) -> Packed:
    """Write a film's pack.

    Args:
        planned: from ``plan_film``.
        target: its file; absent, a name of the board's own in this folder.
        tools: the programs the film is cut with, by version.
        film: the film's digest, where it lies there cut from these clips.
        everything: every take's clip that is here, not only those that serve.
        partial: without the clips that are missing.
        tell: told how many bytes are packed, and of how many.

    Raises:
        PackError: clips are missing, or a file's name cannot go into a pack.
        UsageError: something that is no pack stands where it would be written.
    """
    target = target or Path(_usual_name(planned))
    _refuse_to_overwrite(target)
    contents = contents_of(planned, everything=everything, partial=partial)
    write_pack(target, _manifest(planned, contents.items, tools, film, contents.missing),
               contents.items, tell)  # fmt: skip
    size = target.stat().st_size
    files = sum(not name.startswith(("clips/", "frames/")) for name in contents.items)
    return Packed(target, files, contents.clips, size, film, contents.missing, contents.left_out)


def _usual_name(planned: PlannedFilm) -> str:
    draft = ".draft" if planned.draft else ""
    return f"{planned.board.name}{draft}{SUFFIX_OF_A_PACK}"


def _manifest(
    planned: PlannedFilm,
    items: Mapping[str, Item],
    tools: str,
    film: Digest | None,
    missing: tuple[ShotId, ...],
) -> Manifest:
    board = planned.board
    return Manifest(
        storyreel=__version__,
        tools=tools,
        board=board.path.absolute().relative_to(board.root.absolute()).as_posix(),
        draft=planned.draft is not None,
        resolution=planned.draft.resolution if planned.draft else None,
        film=film,
        missing=missing,
        members={name: item.member for name, item in items.items()},
    )


def _refuse_to_overwrite(path: Path) -> None:
    """Nothing but an older pack gives way to a pack."""
    if not path.exists():
        return
    try:
        with open_pack(path):
            return
    except (PackError, UsageError):
        raise UsageError(
            f"{path} is there already and is no pack.", hint="Give the pack another name: -o FILE."
        ) from None
