"""The graph of shots as a picture: shots in columns by how many must be made before them. Pure.

What hangs together stands together. A chain too long for the page goes on in the next band; a
column too high is folded into two or more. Shots that wait for nobody and for whom nobody waits
stand at the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.reporting.told import ArrowTold

WIDE, HIGH = 92, 26
"""Pixels of a shot's box."""

ACROSS, DOWN = 148, 36
"""Pixels from one column, one row to the next."""

COLUMNS = 7
"""How many columns a band has."""

ROWS = 16
"""How many shots stand in a column at most."""

_MARGIN = 14
_BETWEEN = 26  # bands


@dataclass(frozen=True, slots=True)
class Box:
    """A shot, by the upper left corner of its box."""

    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow from one box to another as an SVG path, and where its words end: at its head."""

    first: str
    then: str
    what: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Label:
    """Words that end at a place."""

    words: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, lines and words on a sheet of so many pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]


def draw_graph(names: Sequence[str], arrows: Sequence[ArrowTold]) -> Drawing:
    """Lay out a graph.

    Args:
        names: every shot, in the order of the cut.
        arrows: who hands what to whom; free of circles.
    """
    boxes: dict[str, Box] = {}
    y = _MARGIN
    tied = {name for arrow in arrows for name in (arrow.first, arrow.then)}
    for tied_names in _clusters([name for name in names if name in tied], arrows):
        for band in _bands(_columns(tied_names, arrows)):
            y = _place(band, boxes, y) + _BETWEEN
    alone = [name for name in names if name not in tied]
    rows = [alone[start : start + COLUMNS] for start in range(0, len(alone), COLUMNS)]
    for row in rows:
        y = _place([[name] for name in row], boxes, y) + DOWN - HIGH
    width = max((box.x + WIDE for box in boxes.values()), default=0) + _MARGIN
    lines = tuple(_line(arrow, boxes) for arrow in arrows)
    placed = tuple(boxes[name] for name in names)
    return Drawing(width, max(y, 2 * _MARGIN), placed, lines, _labels(lines))


def _clusters(names: Sequence[str], arrows: Sequence[ArrowTold]) -> list[list[str]]:
    """Shots in the groups that arrows tie together, each in the order given."""
    near: dict[str, list[str]] = {name: [] for name in names}
    for arrow in arrows:
        near[arrow.first].append(arrow.then)
        near[arrow.then].append(arrow.first)
    group: dict[str, int] = {}
    for number, name in enumerate(names):
        reached = [] if name in group else [name]
        for one in reached:  # grows while it is read
            if group.setdefault(one, number) == number:
                reached += [other for other in near[one] if other not in group]
    clusters: dict[int, list[str]] = {}
    for name in names:
        clusters.setdefault(group[name], []).append(name)
    return list(clusters.values())


def _columns(names: Sequence[str], arrows: Sequence[ArrowTold]) -> list[list[str]]:
    """Shots by depth, each beside what it waits for; a column that is too high becomes several."""
    here = set(names)
    arrows = [arrow for arrow in arrows if arrow.then in here]
    depth = _depths(names, arrows)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in names:
        columns[depth[name]].append(name)
    firsts: dict[str, list[str]] = {}
    for arrow in arrows:
        firsts.setdefault(arrow.then, []).append(arrow.first)
    row: dict[str, int] = {}
    for column in columns:
        column.sort(key=lambda name: _mean(row, firsts.get(name, ())))  # stable: else the cut's
        row |= {name: place for place, name in enumerate(column)}
    return [
        column[start : start + ROWS] for column in columns for start in range(0, len(column), ROWS)
    ]


def _depths(names: Sequence[str], arrows: Sequence[ArrowTold]) -> dict[str, int]:
    """For each shot how many stand before it on its longest chain."""
    waiting: dict[str, list[str]] = {}
    missing = dict.fromkeys(names, 0)
    for arrow in arrows:
        waiting.setdefault(arrow.first, []).append(arrow.then)
        missing[arrow.then] += 1
    depth = {name: 0 for name in names if not missing[name]}
    ready = list(depth)
    for name in ready:  # grows while it is read
        for then in waiting.get(name, ()):
            depth[then] = max(depth.get(then, 0), depth[name] + 1)
            missing[then] -= 1
            if not missing[then]:
                ready.append(then)
    return depth


def _mean(row: Mapping[str, int], names: Iterable[str]) -> float:
    places = [row[name] for name in names if name in row]
    return sum(places) / len(places) if places else 0.0


def _bands(columns: Sequence[list[str]]) -> list[list[list[str]]]:
    return [list(columns[start : start + COLUMNS]) for start in range(0, len(columns), COLUMNS)]


def _place(band: Sequence[Sequence[str]], boxes: dict[str, Box], y: int) -> int:
    """Place a band's boxes below ``y``; where it ends."""
    for number, column in enumerate(band):
        for place, name in enumerate(column):
            boxes[name] = Box(name, _MARGIN + number * ACROSS, y + place * DOWN)
    highest = max(map(len, band), default=0)
    return y + max(0, highest - 1) * DOWN + HIGH


def _line(arrow: ArrowTold, boxes: Mapping[str, Box]) -> Line:
    first, then = boxes[arrow.first], boxes[arrow.then]
    x1, y1 = first.x + WIDE, first.y + HIGH // 2
    x2, y2 = then.x, then.y + HIGH // 2
    words = x2 - 10, y2 - 5
    if (
        x2 <= x1
    ):  # it goes on in a later band: out to the right, between the bands, in from the left
        gap = then.y - _BETWEEN // 2
        right, left = x1 + _MARGIN - 4, x2 - _MARGIN + 4
        path = f"M{x1} {y1}H{right}V{gap}H{left}V{y2}H{x2}"
        words = (x1 + x2) // 2, gap - 3
    elif x2 - x1 > ACROSS:  # past other columns: between the rows
        low = DOWN * 2 // 3  # a curve's middle is three quarters of the way to such points
        path = f"M{x1} {y1}C{x1 + 40} {y1 + low} {x2 - 40} {y2 + low} {x2} {y2}"
    else:
        half = (x1 + x2) // 2
        path = f"M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}"
    return Line(arrow.first, arrow.then, arrow.what, path, *words)


def _labels(lines: Sequence[Line]) -> tuple[Label, ...]:
    """What is handed over at each place, said once."""
    said: dict[tuple[int, int], dict[str, None]] = {}
    for line in lines:
        said.setdefault((line.x, line.y), {})[line.what] = None
    return tuple(Label(", ".join(words), x, y) for (x, y), words in said.items())


def along(path: Sequence[str]) -> set[tuple[str, str]]:
    """The arrows of a chain."""
    return set(itertools.pairwise(path))
