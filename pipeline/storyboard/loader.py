"""A file -> a checked board, or all its faults. Reads the file and looks at its pictures."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.files import digest_of_bytes
from pipeline.ids import Digest, ShotId
from pipeline.storyboard.decoding import MOST_BYTES, decode
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.fault import Fault, Source, in_order
from pipeline.storyboard.text import Parsed, parse, places

if TYPE_CHECKING:
    from pipeline.storyboard.model import Storyboard
    from pipeline.storyboard.pictures import BoardPicture

SUFFIX = ".storyboard.yaml"
ROOT_MARK = "storyreel.toml"
BOARDS_FOLDER = "storyboards"


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
    file = file or name
    with _without_collector():
        decoded = decode(data)
        if decoded.faults:
            raise BoardFaultsError(decoded.faults, file=file, source=decoded.source)
        source = decoded.source
        parsed = parse(source)
        storyboard = _validated(parsed, source, file)
        from pipeline.storyboard.rules import check

        root = root or find_root(path)
        checked = check(storyboard, parsed.item_lines["shots"], folder=folder, root=root)
        faults: tuple[Fault, ...] = ()
        if checked.findings:
            where = places(source)
            faults = in_order(finding.placed(where) for finding in checked.findings)
        if any(fault.severity == "error" for fault in faults):
            raise BoardFaultsError(faults, file=file, source=source)
    return Board(
        storyboard=storyboard,
        path=path,
        name=board_name(path),
        root=root,
        digest=digest_of_bytes(data if isinstance(data, bytes) else data.encode()),
        pictures=checked.pictures,
        lines=_lines(storyboard, parsed),
        warnings=faults,
        source=source,
    )


def board_name(path: Path) -> str:
    """``launch-day`` for ``launch-day.storyboard.yaml``."""
    return path.name.removesuffix(SUFFIX) if path.name.endswith(SUFFIX) else path.stem


def find_root(path: Path) -> Path:
    """The project's folder: what no board's picture may lie outside of.

    The nearest one with a ``storyreel.toml``, else the parent of a ``storyboards`` folder, else the
    board's own.
    """
    folder = path.absolute().parent
    around = (folder, *folder.parents)
    marked = next((parent for parent in around if (parent / ROOT_MARK).is_file()), None)
    boards = next((parent.parent for parent in around if parent.name == BOARDS_FOLDER), None)
    return marked or boards or folder


def _read(path: Path) -> bytes:
    """The file's bytes, no more of them than tell that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"The storyboard {path} cannot be read: {error.strerror or error}.",
            hint=f"Name a file such as {BOARDS_FOLDER}/film{SUFFIX}.",
        ) from error


def _validated(parsed: Parsed, source: Source, file: str) -> Storyboard:
    from pydantic import ValidationError

    from pipeline.storyboard.model import Storyboard

    storyboard, faults = None, list(parsed.faults)
    if parsed.value is not None or not faults:
        try:
            storyboard = Storyboard.model_validate(parsed.value)
        except ValidationError as error:
            from pipeline.storyboard.wording import faults_of_shape

            found = error.errors(include_url=False)
            faults += faults_of_shape(found, parsed.value, places(source))
    if storyboard is None or faults:
        raise BoardFaultsError(in_order(faults), file=file, source=source)
    return storyboard


def _lines(storyboard: Storyboard, parsed: Parsed) -> dict[ShotId, int]:
    lines = parsed.item_lines["shots"]
    return {ShotId(shot.id): line for shot, line in zip(storyboard.shots, lines, strict=True)}


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
