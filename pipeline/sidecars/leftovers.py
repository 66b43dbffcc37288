"""Films that lie beside a board's own and that nothing asks for any more.

Only what has a cutting list is known to be made here; anything else in the folder is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from pipeline.sidecars.cutting import cutting_path, poster_path
from pipeline.sidecars.provenance import provenance_path

STAND_INS = "stand-ins"  # cut with `assemble --stand-ins`, which no board says
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LIST = ".cuts.json"


def forgotten_outputs(film: Path, asked: Collection[str]) -> tuple[Path, ...]:
    """The outputs beside a film whose names are not asked for; each is an mp4's path."""
    lists = film.parent.glob("*" + _LIST) if film.parent.is_dir() else ()
    names = (path.name.removesuffix(_LIST) for path in lists)
    own = (name.removeprefix(f"{film.stem}.") for name in names if name.startswith(f"{film.stem}."))
    gone = {name for name in own if _NAME.fullmatch(name)} - {*asked, STAND_INS}
    return tuple(film.with_name(f"{film.stem}.{name}.mp4") for name in sorted(gone))


def files_of(output: Path) -> tuple[Path, ...]:
    """The files of an output that are there, its cutting list last: by that they are known."""
    beside = (output, poster_path(output), output.with_suffix(".srt"), output.with_suffix(".vtt"),
              provenance_path(output), cutting_path(output))  # fmt: skip
    return tuple(path for path in beside if path.is_file())


def previews(folder: Path) -> tuple[Path, ...]:
    """What ``assemble --preview`` left in a film's folder."""
    preview = folder / "preview"
    found = [*preview.glob("*.mp4"), *(preview / "segments").glob("*")]
    return tuple(path for path in sorted(found) if path.is_file())
