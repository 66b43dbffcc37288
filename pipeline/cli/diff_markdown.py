"""A difference as Markdown: what a reviewer reads of it on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.cli.markdown import folded, quoted, sentence, spelled, table
from pipeline.versions.changes import Change, FilmChange
from pipeline.versions.diffing import Difference
from pipeline.versions.told import (
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
from pipeline.versions.words import marked

LIMIT = 60_000
"""Bytes of all of it, as of a plan: GitHub refuses a comment of more than 65,536 characters."""

_IN_SIGHT = 40  # rows of a table that are not folded


def diff_as_markdown(difference: Difference) -> str:
    """A difference as GitHub's Markdown, without a line break at its end."""
    planned = difference.new.planned
    kind = "draft of " if planned.draft else ""
    versions = f"{quoted(difference.old.name)} → {quoted(difference.new.name)}"
    heading = f"### {kind}{quoted(planned.board.name)}: {spelled(planned.film.title)}, {versions}"
    length = length_words(difference)  # ours, and plain
    if difference.changes.nothing:
        return f"{heading}\n\n**No change in the film** ({length})."
    whole = told(difference.changes)
    sums = f"**{sentence(cost_words(difference))}.** {length}."
    notes = [f"- {sentence(note)}" for note in difference.notes]
    parts = [heading, sums, *_of_all(whole), *_of_shots(whole.shots), *_rest(whole)]
    text = "\n\n".join(parts + (["\n".join(notes)] if notes else []))
    if len(text.encode()) <= LIMIT:
        return text
    return f"{heading}\n\n{sums}\n\nThis is too much to show here; `storyreel diff` tells it."


def _of_all(whole: Told) -> Iterator[str]:
    rows = [_film_row(one) for one in whole.film]
    rows += [
        (spelled(change.field), *_old_new(change), f"{len(shots)} shots: {spelled(named(shots))}")
        for change, shots in whole.shared
    ]
    if rows:
        yield table(("film", "was", "is", "reaches"), rows)


def _film_row(one: FilmChange) -> tuple[str, ...]:
    return spelled(one.change.field), *_old_new(one.change), sentence(reach_words(one))


def _of_shots(shots: Sequence[ToldShot]) -> Iterator[str]:
    rows = [row for one in shots for row in _shot_rows(one)]
    headers = ("shot", "", "was", "is")
    if rows[:_IN_SIGHT]:
        yield table(headers, rows[:_IN_SIGHT])
    if more := rows[_IN_SIGHT:]:
        yield folded(f"{len(more)} more", table(headers, more))


def _shot_rows(one: ToldShot) -> Iterator[tuple[str, ...]]:
    """What became of it, then a row for each change."""
    follows = f", starts on {named(one.shot.follows)}" if one.shot.follows else ""
    whole = one.shot.status != "kept" or one.shot.was or one.shot.move or not one.changes
    if whole:
        yield quoted(one.shot.id), spelled(f"{one.words}{follows}"), "", ""
    for place, change in enumerate(one.changes):
        first = place == 0 and not whole
        name = f"{quoted(one.shot.id)}{spelled(follows)}" if first else ""
        yield name, spelled(change.field), *_old_new(change)


def _old_new(change: Change) -> tuple[str, str]:
    if parts := parts_of(change):
        return "", quoted(marked(parts))
    return spelled(change.old or ""), spelled(change.new or "")


def _rest(whole: Told) -> Iterator[str]:
    if whole.reached:
        yield f"{sentence(reached_words(whole.reached))}."
    if whole.unchanged:
        yield f"{whole.unchanged} unchanged."
