"""The contact sheet: a row a shot, frames across, on as many PNGs as it takes.

Two shots stand side by side where there are many, so that a sheet of a hundred shots is read at
its own size on a common screen, scrolled down once.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.files import write_whole
from pipeline.money import FREE
from pipeline.plan.step import Reuse, Step, Stuck
from pipeline.plan.take import Take
from pipeline.planned import PlannedFilm
from pipeline.reporting.shots import price_of_take
from pipeline.reporting.stills import frames_across, still
from pipeline.storyboard.shot import Shot, Size
from pipeline.timing import spell_seconds

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from pipeline.makers.lettering import Lettering

Colour = tuple[int, int, int]

FRAMES = 5
"""Frames of each shot, unless told otherwise."""

PAGE = 120
"""Shots on one picture; a sheet of more goes on in the next."""

_FEW = 16  # up to so many shots stand in one column
_THUMB = 160  # pixels across, of a wide film
_LOWEST, _HIGHEST = 90, 176
_WORDS = 272  # pixels for the words beside the frames
_GAP, _ROW_GAP, _MARGIN, _HEAD = 6, 14, 24, 64
_LINE = 20
_LINES = 5  # name, beat (two), take, length

_GROUND: Colour = (34, 34, 34)
_EMPTY: Colour = (52, 52, 52)
_INK: Colour = (240, 240, 238)
_FAINT: Colour = (188, 188, 184)
_MARKS: dict[str, Colour] = {"to make": (240, 196, 92), "failed": (255, 138, 128)}


@dataclass(frozen=True, slots=True)
class Row:
    """One shot on the sheet; ``mark`` says why it has no frames."""

    name: str
    lines: tuple[str, ...]
    frames: tuple[bytes, ...]
    mark: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where rows stand on a page: pixels, and how many columns of rows."""

    thumb: tuple[int, int]
    frames: int
    columns: int
    row: int

    @property
    def block(self) -> int:
        """Pixels across of one row."""
        return _WORDS + self.frames * (self.thumb[0] + _GAP)

    def size(self, rows: int) -> tuple[int, int]:
        """Pixels of a page of so many rows."""
        down = -(-rows // self.columns)
        width = self.columns * (self.block + _MARGIN) + _MARGIN
        return width, _HEAD + down * (self.row + _ROW_GAP) + _MARGIN

    def place(self, number: int, rows: int) -> tuple[int, int]:
        """The upper left corner of row ``number``, from 0: down the first column, then the next."""
        down = -(-rows // self.columns)
        column, line = divmod(number, down)
        return _MARGIN + column * (self.block + _MARGIN), _HEAD + line * (self.row + _ROW_GAP)


def write_sheet(planned: PlannedFilm, target: Path, *, frames: int = FRAMES) -> tuple[Path, ...]:
    """Write a film's contact sheet: ``target``, and ``…-2.png`` and so on where one is not enough.

    Args:
        planned: from ``plan_film``; nothing is made.
        target: the first picture's path.
        frames: how many of each shot, at least 1.

    Raises:
        OSError: it cannot be written.
    """
    rows = [_row(planned, step, frames) for step in planned.plan.steps]
    pages = [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]
    grid = grid_for(planned.film.size, len(rows), frames)
    paths = []
    for number, page in enumerate(pages, 1):
        path = target if number == 1 else target.with_stem(f"{target.stem}-{number}")
        where = f", page {number} of {len(pages)}" if len(pages) > 1 else ""
        write_whole(path, _as_png(_drawn(planned, page, grid, where)))
        paths.append(path)
    return tuple(paths)


def grid_for(size: Size, shots: int, frames: int) -> Grid:
    """The grid of a film of this shape; pure."""
    high = min(_HIGHEST, max(_LOWEST, _THUMB * size.height // size.width))
    thumb = (max(1, high * size.width // size.height), high)
    return Grid(thumb, frames, 1 if shots <= _FEW else 2, max(high, _LINES * _LINE))


def _row(planned: PlannedFilm, step: Step, count: int) -> Row:
    shot, action = step.shot, step.action
    if not isinstance(action, Reuse):
        mark = "failed" if isinstance(action, Stuck) else "to make"
        return Row(shot.id, _lines(planned, step, None), (), mark, f"{step.verb}: {action}")
    clip = planned.store.clip(action.clip)
    lines = _lines(planned, step, _take(planned, shot, action))
    try:
        frames = [
            still(planned.store, clip, index)
            for index in frames_across(shot, clip, planned.film.rate, count)
        ]
    except MediaError as error:
        return Row(shot.id, lines, (), "failed", error.why)
    return Row(shot.id, lines, tuple(frames))


def _take(planned: PlannedFilm, shot: Shot, action: Reuse) -> Take | None:
    takes = planned.lock.of(shot.id).takes
    same = [take for take in takes if take.clip == action.clip]
    return next((take for take in same if take.number == action.take), next(iter(same), None))


def _lines(planned: PlannedFilm, step: Step, take: Take | None) -> tuple[str, ...]:
    """What stands under a shot's name: its beat, its take and seed, its length and price."""
    shot = step.shot
    seed = take.seed if take else step.request.seed
    number = f"take {take.number}" if take else "no take"
    picked = take is not None and planned.lock.of(shot.id).pick == take.clip
    price = price_of_take(take) if take else str(step.price or "price unknown")
    route = f" · {take.route}" if take and take.route and take.price != FREE else ""
    return (
        shot.beat or shot.words,
        number + (", picked" if picked else "") + ("" if seed is None else f" · seed {seed}"),
        f"{spell_seconds(shot.wanted)} · {price}{route}",
    )


def _drawn(planned: PlannedFilm, rows: Sequence[Row], grid: Grid, where: str) -> Image:
    from PIL import Image, ImageDraw

    from pipeline.makers.lettering import Lettering, plain

    page = Image.new("RGB", grid.size(len(rows)), _GROUND)
    pen = ImageDraw.Draw(page)
    draft = " (draft)" if planned.draft else ""
    Lettering(26, bold=True).write(
        pen, _MARGIN, 42, plain(f"{planned.film.title}{draft}{where}"), _INK
    )
    bold, small = Lettering(20, bold=True), Lettering(16)
    for number, row in enumerate(rows):
        x, y = grid.place(number, len(rows))
        _write_words(pen, row, (x, y), bold, small)
        if row.frames:
            _paste(page, row.frames, grid, x + _WORDS, y)
        else:
            _mark(pen, row, grid, (x + _WORDS, y), small)
    return page


def _write_words(
    pen: ImageDraw, row: Row, corner: tuple[int, int], bold: Lettering, small: Lettering
) -> None:
    from pipeline.makers.lettering import plain

    x, y = corner
    room = _WORDS - 14
    bold.write(pen, x, y + 18, bold.shortened(row.name, room), _INK)
    beat, *facts = (plain(line) for line in row.lines)
    lines = [(line, _INK) for line in _two_lines(beat, small, room)]
    lines += [(line, _FAINT) for line in facts]
    for number, (line, colour) in enumerate(lines, 1):
        small.write(pen, x, y + 18 + number * _LINE, small.shortened(line, room), colour)


def _two_lines(text: str, small: Lettering, room: float) -> list[str]:
    """A text in at most two lines; what is left of it stands in the second, to be shortened."""
    from pipeline.makers.lettering import wrapped

    first, *others = wrapped(text, lambda line: small.width(line) <= room) or [""]
    return [first, " ".join(others)] if others else [first]


def _paste(page: Image, frames: Iterable[bytes], grid: Grid, x: int, y: int) -> None:
    from PIL import Image, ImageOps

    for number, data in enumerate(frames):
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            fitted = ImageOps.pad(picture.convert("RGB"), grid.thumb, color=(0, 0, 0))
        page.paste(fitted, (x + number * (grid.thumb[0] + _GAP), y))


def _mark(pen: ImageDraw, row: Row, grid: Grid, corner: tuple[int, int], small: Lettering) -> None:
    """A frame around nothing, and why."""
    from pipeline.makers.lettering import Lettering, plain

    x, y = corner
    right = x + grid.frames * (grid.thumb[0] + _GAP) - _GAP
    colour = _MARKS[row.mark]
    box = (x, y, right, y + grid.thumb[1] - 1)
    pen.rectangle(box, fill=_EMPTY, outline=colour, width=2)
    middle = y + grid.thumb[1] // 2
    Lettering(18, bold=True).write(pen, x + 16, middle - 6, row.mark, colour)
    text = small.shortened(plain(row.why), right - x - 32)
    small.write(pen, x + 16, middle + 20, text, _INK)


def _as_png(page: Image) -> bytes:
    data = io.BytesIO()
    page.save(data, "PNG", compress_level=4)
    return data.getvalue()
