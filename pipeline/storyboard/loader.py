"""A file -> a checked board, or all its faults. Reads it, and looks at what it shows."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.files import digest_of_bytes, read_regular
from pipeline.ids import Digest, ShotId
from pipeline.places import BOARDS_FOLDER, SUFFIX, board_name, find_root
from pipeline.storyboard.decoding import MOST_BYTES, decode
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.fault import Fault, Places, Source, in_order
from pipeline.storyboard.text import Parsed, parse, places

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from pipeline.storyboard.clips import BoardClip
    from pipeline.storyboard.doubts import Doubts
    from pipeline.storyboard.finding import Finding
    from pipeline.storyboard.fonts import BoardFont
    from pipeline.storyboard.model import Storyboard
    from pipeline.storyboard.pictures import BoardPicture
    from pipeline.storyboard.sounds import BoardSound


@dataclass(frozen=True, slots=True)
class Board:
    """A storyboard without a fault, and all that was read with it.

    ``pictures``, ``clips``, ``sounds`` and ``fonts`` are by path as written; ``lines`` is where
    each shot begins, from 1, ``voice_lines`` where each line of voice-over does; ``digest`` is of
    the file's bytes.
    """

    storyboard: Storyboard
    path: Path
    name: str
    root: Path
    digest: Digest
    pictures: Mapping[str, BoardPicture]
    clips: Mapping[str, BoardClip]
    sounds: Mapping[str, BoardSound]
    fonts: Mapping[str, BoardFont]
    voice_lines: tuple[int, ...]
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
        clips=found.clips,
        sounds=found.sounds,
        fonts=found.fonts,
        voice_lines=_voice_lines(found.storyboard, found.source),
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
    clips: Mapping[str, BoardClip] = field(default_factory=dict)
    lines: Mapping[ShotId, int] = field(default_factory=dict)
    sounds: Mapping[str, BoardSound] = field(default_factory=dict)
    fonts: Mapping[str, BoardFont] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Shaped:
    """What the rules can look at, and all faults of text and shape.

    ``where`` and ``doubts`` are there if parts had to be taken out first.
    """

    storyboard: Storyboard | None
    faults: list[Fault]
    where: Places | None = None
    doubts: Doubts | None = None


def _examined(data: bytes | str, *, folder: Path, root: Path) -> _Examined:
    """Bytes, text, shape, meaning: each looked at as far as the one before it can be read."""
    decoded = decode(data)
    source = decoded.source
    if decoded.faults:
        return _Examined(source, decoded.faults)
    parsed = parse(source)
    shaped = _shaped(parsed, source)
    if shaped.storyboard is None:
        return _Examined(source, in_order(shaped.faults))
    from pipeline.storyboard.rules import check

    lines = parsed.item_lines["shots"]
    checked = check(shaped.storyboard, lines, folder=folder, root=root)
    faults = in_order([*shaped.faults, *_placed(checked.findings, shaped, source)])
    if shaped.doubts:
        return _Examined(source, faults)
    shots = shaped.storyboard.shots
    begins = {ShotId(shot.id): line for shot, line in zip(shots, lines, strict=True)}
    return _Examined(
        source,
        faults,
        shaped.storyboard,
        checked.pictures,
        checked.clips,
        begins,
        checked.sounds,
        checked.fonts,
    )


def _voice_lines(board: Storyboard, source: Source) -> tuple[int, ...]:
    """Where each line of voice-over begins; looked for only where there are any."""
    if not (board.sound and board.sound.voice_over):
        return ()
    where, path = places(source), ("sound", "voice_over")
    return tuple(where.value((*path, n)).line for n in range(len(board.sound.voice_over)))


def _placed(findings: Sequence[Finding], shaped: _Shaped, source: Source) -> Iterator[Fault]:
    """The findings that hold, at their places."""
    settled = shaped.doubts.settled(findings) if shaped.doubts else findings
    if findings:
        where = shaped.where or places(source)
        yield from (finding.placed(where) for finding in settled)


def _shaped(parsed: Parsed, source: Source) -> _Shaped:
    from pydantic import ValidationError

    from pipeline.storyboard.model import Storyboard
    from pipeline.storyboard.model_sound import as_written

    if parsed.value is None and parsed.faults:
        return _Shaped(None, list(parsed.faults))
    try:
        storyboard = Storyboard.model_validate(parsed.value)
    except ValidationError as error:
        return _pruned(parsed, source, as_written(error.errors(include_url=False), parsed.value))
    if any(fault.code == "empty-value" for fault in parsed.faults):
        return _pruned(parsed, source, [])
    return _Shaped(storyboard, list(parsed.faults))


def _pruned(parsed: Parsed, source: Source, refused: list[ErrorDetails]) -> _Shaped:
    """What is left of a board without the parts that were refused, and their faults."""
    from pydantic import ValidationError

    from pipeline.storyboard.model import Storyboard
    from pipeline.storyboard.pruning import prune
    from pipeline.storyboard.wording import faults_of_shape

    where = places(source)
    of_shape = faults_of_shape(refused, parsed.value, where)
    # an unknown key is told before its being empty, all else of the text before its shape
    empty = [fault for fault in parsed.faults if fault.code == "empty-value"]
    faults = [*(fault for fault in parsed.faults if fault not in empty), *of_shape, *empty]
    pruned = prune(parsed.value, refused, where)
    if pruned is None:
        return _Shaped(None, faults)
    try:
        return _Shaped(Storyboard.model_validate(pruned.value), faults, where, pruned.doubts)
    except ValidationError:  # something lies so oddly that it is better not guessed at
        return _Shaped(None, faults)


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
