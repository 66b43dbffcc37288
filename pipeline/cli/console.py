"""What every command needs to talk: colour or not, how wide, tables, amounts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import IO, Any

import click

from pipeline.cli.streams import write
from pipeline.settings import wants_colour

_chosen = {"color": "auto"}


def choose_colour(choice: str) -> None:
    """Remember ``--color`` for this run."""
    _chosen["color"] = choice


def colouring(stream: IO[Any]) -> bool:
    """Whether to colour what goes to ``stream``."""
    if _chosen["color"] == "auto":
        return wants_colour(stream.isatty())
    return _chosen["color"] == "always"


def terminal_width() -> int:
    """How many characters fit on a line; 100 where nobody looks."""
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def say(text: str) -> None:
    """Talk to a person: on standard error, so that standard output stays data."""
    write(text, sys.stderr, color=colouring(sys.stderr))


def put(text: str, *, newline: bool = True) -> None:
    """Put out data: on standard output."""
    write(text, sys.stdout, color=colouring(sys.stdout), newline=newline)


def put_json(document: Any, *, indent: int | None = 2) -> None:
    """Put out one JSON document; ``indent`` absent, on a line of its own."""
    import json

    text = json.dumps(document, ensure_ascii=False, indent=indent)
    # a path that is no Unicode: JSON has an escape for that
    put(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def put_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> None:
    """Put out a table that fits the terminal; the last column takes what is left.

    Args:
        headers: one a column.
        rows: of as many cells; a cell may carry click's colours.
        right: columns of figures, by number from 0.
    """
    from rich.cells import cell_len, set_cell_size

    def width_of(cell: str) -> int:
        return cell_len(click.unstyle(cell))

    widths = [max(width_of(row[i]) for row in (headers, *rows)) for i in range(len(headers))]
    room = max(12, terminal_width() - sum(widths[:-1]) - 2 * (len(widths) - 1))

    def line(row: Sequence[str]) -> str:
        cells = []
        for index, cell in enumerate(row):
            space = " " * (widths[index] - width_of(cell))
            cells.append(space + cell if index in right else cell + space)
        last = row[-1]
        cells[-1] = (
            last if width_of(last) <= room else set_cell_size(click.unstyle(last), room - 1) + "…"
        )
        return "  ".join(cells).rstrip()

    put(click.style(line(headers), dim=True))
    for row in rows:
        put(line(row))
