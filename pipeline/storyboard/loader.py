"""A file -> a checked board, or all its faults. Reads the file and looks at its pictures."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.files import digest_of_bytes, read_regular
from pipeline.ids import Digest, ShotId
from pipeline.places import BOARDS_FOLDER, SUFFIX, board_name, find_root
from pipeline.storyboard.decoding import MOST_BYTES, decode
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.fault import Fault, Source, in_order
from pipeline.storyboard.text import Parsed, parse, places

if TYPE_CHECKING:
    from pipeline.storyboard.model import Storyboard
    from pipeline.storyboard.pictures import BoardPicture


@dataclass(frozen=True, slots=True)
class Board:
    """A storyboard without a fault, and all that was read with it.

    ``pictures`` are by path as written; ``lines`` is where each shot begins, from 1; ``digest``
    is of the file's bytes.
    """

    storyboard: Storyboard
    path: Path
    name: str
    root: Path
    digest: Digest
    pictures: Mapping[str, BoardPicture]
    lines: Mapping[ShotId, int]
    warnings: tuple[Fault, ...]
    source: Source


def load_board(path: Path, *, root: Path | None = None, file: str | None = None) -> Board:
    """Read and check a storyboard.

    Args:
        path: the file.
        root: of the project; found by ``find_root`` when absent.
        file: how to name the file to people; its path when absent.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        BoardFaultsError: the board has faults; it holds all of them.
    """
    data = _read(path)
    return load_board_text(
        data, name=path.name, folder=path.parent, root=root or find_root(path),
        file=file or str(path),
    )  # fmt: skip


def load_board_text(
    data: bytes | str, *, name: str, folder: Path, root: Path | None = None, file: str | None = None
) -> Board:
    """Check a storyboard's text, as if it were the file ``name`` in ``folder``.

    Raises:
        BoardFaultsError: the board has faults; it holds all of them.
    """
    path = folder / name
    root = root or find_root(path)
    with _without_collector():
        found = _examined(data, folder=folder, root=root)
    if found.storyboard is None or any(fault.severity == "error" for fault in found.faults):
        raise BoardFaultsError(found.faults, file=file or name, source=found.source)
    return Board(
        storyboard=found.storyboard,
        path=path,
        name=board_name(path),
        root=root,
        digest=digest_of_bytes(data if isinstance(data, bytes) else data.encode()),
        pictures=found.pictures,
        lines=found.lines,
        warnings=found.faults,
        source=found.source,
    )


def _read(path: Path) -> bytes:
    """The file's bytes, no more of them than tell that it is too large."""
    try:
        return read_regular(path, MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"The storyboard {path} cannot be read: {error.strerror or error}.",
            hint=f"Name a file such as {BOARDS_FOLDER}/film{SUFFIX}; "
            "storyreel check - reads standard input.",
        ) from error


@dataclass(frozen=True, slots=True)
class _Examined:
    """A board read as far as it can be, and everything wrong with it."""

    source: Source
    faults: tuple[Fault, ...]
    storyboard: Storyboard | None = None
    pictures: Mapping[str, BoardPicture] = field(default_factory=dict)
    lines: Mapping[ShotId, int] = field(default_factory=dict)


def _examined(data: bytes | str, *, folder: Path, root: Path) -> _Examined:
    """Bytes, text, shape, meaning: each looked at only if the one before it can be read."""
    decoded = decode(data)
    source = decoded.source
    if decoded.faults:
        return _Examined(source, decoded.faults)
    parsed = parse(source)
    storyboard, faults = _validated(parsed, source)
    if storyboard is None:
        return _Examined(source, in_order(faults))
    from pipeline.storyboard.rules import check

    lines = parsed.item_lines["shots"]
    checked = check(storyboard, lines, folder=folder, root=root)
    if checked.findings:
        where = places(source)
        faults += (finding.placed(where) for finding in checked.findings)
    begins = {ShotId(shot.id): line for shot, line in zip(storyboard.shots, lines, strict=True)}
    return _Examined(source, in_order(faults), storyboard, checked.pictures, begins)


def _validated(parsed: Parsed, source: Source) -> tuple[Storyboard | None, list[Fault]]:
    """The storyboard, if its shape is right, and all faults of text and shape."""
    from pydantic import ValidationError

    from pipeline.storyboard.model import Storyboard

    of_text = list(parsed.faults)
    if parsed.value is None and of_text:
        return None, of_text
    try:
        return Storyboard.model_validate(parsed.value), of_text
    except ValidationError as error:
        from pipeline.storyboard.wording import faults_of_shape

        found = error.errors(include_url=False)
        of_shape = faults_of_shape(found, parsed.value, places(source))
        # an unknown key is told before its being empty, all else of the text before its shape
        empty = [fault for fault in of_text if fault.code == "empty-value"]
        return None, [*(f for f in of_text if f not in empty), *of_shape, *empty]


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Python's cycle collector would walk the growing board again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
