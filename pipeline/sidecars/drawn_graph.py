"""The graph of a film's shots as text, Mermaid, DOT and JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pipeline.graph import ShotGraph
from pipeline.ids import ShotId
from pipeline.storyboard.shot import Film, FrameOf, Shot
from pipeline.timing import spell_seconds


def arrows(film: Film) -> Iterator[tuple[ShotId, ShotId, str]]:
    """From, to, and what is handed over: a frame, or nothing (``after``)."""
    for shot in film.shots:
        handed: dict[ShotId, list[str]] = {}
        for source in shot.sources:
            if isinstance(source, FrameOf):
                handed.setdefault(source.shot, []).append(str(source).removeprefix(source.shot))
        for first in shot.waits_for:
            yield first, shot.id, ", ".join(dict.fromkeys(handed.get(first, ["after"])))


def as_text(film: Film, graph: ShotGraph) -> str:
    """Chains as an outline: each shot below the deepest one it waits for, told with the rest."""
    by_name = {shot.id: shot for shot in film.shots}
    depth = graph.depth()
    words: dict[str, list[str]] = {}
    for first, then, what in arrows(film):
        words.setdefault(then, []).append(
            f"{first}.{what}" if what == "after" else f"{first}{what}"
        )
    parent = {
        name: max(firsts, key=lambda first: depth[first])
        for name, firsts in graph.waits_for.items()
        if firsts
    }
    lines = []
    for name in _outline(graph, parent):
        shot = by_name[ShotId(name)]
        indent = "  " * min(depth[name], 30)
        told = f"  <- {', '.join(_spoken(word) for word in words[name])}" if name in words else ""
        lines.append(f"{indent}{name}  {spell_seconds(shot.wanted)}{told}")
    return "\n".join((*lines, "", _longest(film, graph)))


def as_mermaid(film: Film, graph: ShotGraph) -> str:
    """A Mermaid flowchart; the longest chain is drawn thick."""
    numbers = {shot.id: f"s{index}" for index, shot in enumerate(film.shots)}
    path = _path(film, graph)
    along = set(itertools.pairwise(path))
    lines = ["flowchart LR"]
    lines += [f'  {numbers[shot.id]}["{_label(shot)}"]' for shot in film.shots]
    for first, then, what in arrows(film):
        line = "==>" if (first, then) in along else "-.->" if what == "after" else "-->"
        lines.append(f"  {numbers[first]} {line}|{what}| {numbers[then]}")
    return "\n".join(lines)


def as_dot(film: Film, graph: ShotGraph) -> str:
    """A DOT digraph; the longest chain is drawn bold."""
    path = _path(film, graph)
    along = set(itertools.pairwise(path))
    lines = ["digraph shots {", "  rankdir=LR; node [shape=box];"]
    lines += [f"  {json.dumps(shot.id)} [label={json.dumps(_label(shot))}];" for shot in film.shots]
    for first, then, what in arrows(film):
        style = "bold" if (first, then) in along else "dashed" if what == "after" else "solid"
        ends = f"{json.dumps(first)} -> {json.dumps(then)}"
        lines.append(f"  {ends} [label={json.dumps(what)}, style={style}];")
    return "\n".join((*lines, "}"))


def graph_document(film: Film, graph: ShotGraph) -> dict[str, Any]:
    """The graph as JSON data."""
    return {
        "schema": 1,
        "shots": [
            {"id": shot.id, "line": shot.line, "seconds": float(shot.wanted), "model": shot.model}
            for shot in film.shots
        ],
        "arrows": [{"from": a, "to": b, "hands_over": what} for a, b, what in arrows(film)],
        "order": list(graph.order),
        "critical_path": list(_path(film, graph)),
    }


def _outline(graph: ShotGraph, parent: dict[str, str]) -> Iterator[str]:
    """Every shot after its parent, children in order; a stack, for chains have no limit."""
    children: dict[str, list[str]] = {}
    for name in graph.order:
        if name in parent:
            children.setdefault(parent[name], []).append(name)
    stack = [name for name in reversed(graph.order) if name not in parent]
    while stack:
        name = stack.pop()
        yield name
        stack.extend(reversed(children.get(name, [])))


def _spoken(word: str) -> str:
    shot, dot, rest = word.partition(".")
    return f"after {shot}" if dot and rest == "after" else word


def _path(film: Film, graph: ShotGraph) -> tuple[str, ...]:
    cost: dict[str, Fraction] = {shot.id: shot.asked for shot in film.shots}
    return graph.critical_path(cost)


def _longest(film: Film, graph: ShotGraph) -> str:
    asked = {shot.id: shot.asked for shot in film.shots}
    path = _path(film, graph)
    seconds = spell_seconds(sum((asked[ShotId(name)] for name in path), Fraction(0)))
    shown = path if len(path) <= 12 else (*path[:5], "…", *path[-5:])
    return f"longest chain: {' > '.join(shown)} ({len(path)} shots, {seconds} of clip)"


def _label(shot: Shot) -> str:
    return f"{shot.id} {spell_seconds(shot.wanted)}"
