"""A difference on a terminal: coloured where that is wanted, as wide as there is room."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click

from pipeline.cli.console import colouring, put, terminal_width
from pipeline.storyboard.drawing import harmless
from pipeline.versions.changes import Change, FilmChange
from pipeline.versions.diffing import Difference
from pipeline.versions.told import (
    MARKS,
    Told,
    ToldShot,
    cost_words,
    length_words,
    named,
    parts_of,
    reach_words,
    reached_words,
    told,
)
from pipeline.versions.words import Part, marked

_COLOURS = {"out": "red", "in": "green", "+": "green", "-": "red", "~": "yellow"}
_LEAST = 40  # columns
_WIDEST = 120

Words = Iterable[Part]


def put_difference(difference: Difference) -> None:
    """Print it: what became of the film, of several shots at once, shot by shot, the sums."""
    kind = "draft of " if difference.new.planned.draft else ""
    title = click.style(f"{kind}{harmless(difference.new.planned.film.title)}", bold=True)
    put(f"{title}  {harmless(f'{difference.old.name} → {difference.new.name}')}")
    put(length_words(difference))
    put("")
    if difference.changes.nothing:
        put("no change in the film")
        return
    for line in _lines(told(difference.changes), difference):
        put(line)
    put("")
    put(cost_words(difference))


def _lines(whole: Told, difference: Difference) -> Iterator[str]:
    for of_film in whole.film:
        yield from _of_film(of_film)
    for change, shots in whole.shared:
        yield from _change(change, 0)
        yield from _wrapped([Part("same", f"in {len(shots)} shots: {named(shots)}")], 4)
    if whole.film or whole.shared:
        yield ""
    makes = {step.shot.id: step for step in difference.new.planned.plan.to_make}
    for one in whole.shots:
        step = makes.get(one.shot.id) if one.shot.status != "cut" else None
        price = f"  {step.price or 'price unknown'}" if step else ""
        yield from _of_shot(one, price)
    if whole.reached:
        yield from _wrapped([Part("same", reached_words(whole.reached))], 0)
    if whole.unchanged:
        yield f"{whole.unchanged} unchanged"


def _of_film(one: FilmChange) -> Iterator[str]:
    yield from _change(one.change, 0)
    if reach := reach_words(one):
        yield from _wrapped([Part("same", reach)], 4)


def _of_shot(one: ToldShot, price: str) -> Iterator[str]:
    mark = MARKS[one.shot.status]
    name = click.style(f"{mark} {one.shot.id}", fg=_COLOURS[mark])
    follows = f", starts on {named(one.shot.follows)}" if one.shot.follows else ""
    yield f"{name}  {one.words}{follows}{click.style(price, dim=True)}"
    for change in one.changes:
        yield from _change(change, 4)


def _change(change: Change, indent: int) -> Iterator[str]:
    head = Part("same", f"{change.field}:")
    yield from _wrapped([head, *_old_and_new(change)], indent)


def _old_and_new(change: Change) -> Iterator[Part]:
    if parts := parts_of(change):
        plain = not colouring(sys.stdout)
        yield from [Part("same", marked(parts))] if plain else parts
        return
    yield Part("out", change.old) if change.old else Part("same", "none")
    yield Part("same", "→")
    yield Part("in", change.new) if change.new else Part("same", "none")


def _wrapped(parts: Words, indent: int) -> Iterator[str]:
    """Parts as lines that fit the terminal, each word in its part's colour, a blank between."""
    from rich.cells import cell_len

    room = min(max(terminal_width(), _LEAST), _WIDEST)
    line, width, empty = " " * indent, indent, True
    for part in parts:
        for word in part.text.split():
            shown = harmless(word)
            if not empty and width + 1 + cell_len(shown) > room:
                yield line
                line, width, empty = " " * (indent + 2), indent + 2, True
            colour = _COLOURS.get(part.kind)
            line += ("" if empty else " ") + (click.style(shown, fg=colour) if colour else shown)
            width, empty = width + cell_len(shown) + (not empty), False
    yield line
