"""Rules about what shots use: it exists, its moment lies inside, and nothing waits for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.graph import find_circle
from pipeline.ids import ShotId
from pipeline.storyboard.fault import Path
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground, Link
from pipeline.storyboard.prompt import mentions
from pipeline.storyboard.sources import WrittenFrame, WrittenName, WrittenPicture, shot_in
from pipeline.storyboard.spelling import did_you_mean, listed, nearest
from pipeline.timing import Length, spell_seconds

_VERBS = {
    "first_frame": "starts on",
    "last_frame": "ends on",
    "references": "is shown",
    "background": "is drawn on",
    "after": "comes after",
}
_MOST_CIRCLES = 5


def links_lead_somewhere(ground: Ground) -> Iterator[Finding]:
    """Every reference and every shot that a shot names exists."""
    for link in ground.links:
        if isinstance(link.source, WrittenFrame) and link.source.shot not in ground.first_places:
            yield _no_such_shot(ground, link.source.shot, Aim(link.path), link.shot)
        if isinstance(link.source, WrittenName) and link.source.name not in ground.board.references:
            yield _no_such_reference(ground, link, link.source.name)


def after_names_shots(ground: Ground) -> Iterator[Finding]:
    """Every shot under ``after`` exists."""
    for place, shot in ground.shots():
        for index, other in enumerate(shot.after or ()):
            if other not in ground.first_places:
                aim = Aim(("shots", place, "after", index))
                yield _no_such_shot(ground, other, aim, ShotId(shot.id))


def frames_can_be_read(ground: Ground) -> Iterator[Finding]:
    """A frame is ``.first``, ``.last`` or ``@`` and a time within its shot."""
    for link in ground.links:
        found = _unreadable(ground, link) or _outside(ground, link)
        if found:
            yield found


def mentions_are_known(ground: Ground) -> Iterator[Finding]:
    """Every ``@name`` in a prompt is a reference, or a shot whose frame is shown."""
    for place, shot in ground.shots():
        shown = {
            link.source.shot
            for link in ground.links_by_shot[place]
            if link.kind == "references" and isinstance(link.source, WrittenFrame)
        }
        for name in dict.fromkeys(mention.name for mention in mentions(shot.prompt)):
            if name not in ground.board.references and name not in shown:
                yield _unknown_mention(ground, place, ShotId(shot.id), name)


def nothing_waits_for_itself(ground: Ground) -> Iterator[Finding]:
    """No shot uses itself, and no shots wait for one another in a circle."""
    edges = _edges(ground)
    for edge in edges:
        if edge.place == edge.other:
            shot = ground.board.shots[edge.place].id
            yield Finding(
                "own-frame",
                f"shot `{shot}` waits for itself",
                Aim(edge.path),
                label="the shot itself",
                help="name an earlier shot",
                shot=ShotId(shot),
            )
    yield from _circles(ground, [edge for edge in edges if edge.place != edge.other])


@dataclass(frozen=True, slots=True)
class _Edge:
    """A shot that waits for another, and where it says so."""

    place: int
    other: int
    path: Path
    verb: str
    written: str


def _edges(ground: Ground) -> list[_Edge]:
    first = ground.first_places
    edges = [
        _Edge(link.place, first[link.source.shot], link.path, _VERBS[link.kind], link.written)
        for link in ground.links
        if isinstance(link.source, WrittenFrame) and link.source.shot in first
    ]
    edges += (
        _Edge(place, first[other], ("shots", place, "after", index), _VERBS["after"], other)
        for place, shot in ground.shots()
        for index, other in enumerate(shot.after or ())
        if other in first
    )
    return edges


def _circles(ground: Ground, edges: list[_Edge]) -> Iterator[Finding]:
    """One finding a circle; its last arrow is then taken away, and the next is looked for."""
    if all(edge.other < edge.place for edge in edges):
        return  # each waits for an earlier one: no circle, and networkx stays unopened
    by_pair: dict[tuple[str, str], _Edge] = {}
    waits_for: dict[str, list[str]] = {shot.id: [] for shot in ground.board.shots}
    for edge in edges:
        pair = (ground.board.shots[edge.place].id, ground.board.shots[edge.other].id)
        if pair not in by_pair:
            by_pair[pair] = edge
            waits_for[pair[0]].append(pair[1])
    for _ in range(_MOST_CIRCLES):
        circle = find_circle(waits_for)
        if circle is None:
            return
        walk = _from_the_top(ground, circle)
        pairs = list(zip(walk, [*walk[1:], walk[0]], strict=True))
        yield _circle(ground, [by_pair[pair] for pair in pairs])
        waits_for[pairs[0][0]].remove(pairs[0][1])


def _from_the_top(ground: Ground, circle: list[str]) -> list[str]:
    """The circle beginning with the shot that stands first in the board."""
    start = min(range(len(circle)), key=lambda index: ground.first_places[circle[index]])
    return circle[start:] + circle[:start]


_MOST_STEPS = 12


def _circle(ground: Ground, edges: list[_Edge]) -> Finding:
    steps = [
        f"`{ground.board.shots[edge.place].id}` (line {ground.lines[edge.place]}) "
        f"{edge.verb} `{edge.written}`"
        for edge in edges
    ]
    if len(steps) > _MOST_STEPS:
        left_out = len(steps) - _MOST_STEPS + 1
        steps[_MOST_STEPS // 2 : _MOST_STEPS // 2 + left_out] = [f"... {left_out} more ..."]
    return Finding(
        "circle",
        f"shots wait for one another in a circle: {', '.join(steps)}",
        Aim(edges[0].path),
        label="the circle begins here",
        help="let one of them start on something else",
        second=(Aim(edges[-1].path), "and closes here"),
        shot=ShotId(ground.board.shots[edges[0].place].id),
    )


def _no_such_shot(ground: Ground, name: str, aim: Aim, shot: ShotId) -> Finding:
    second = None
    hint = did_you_mean(name, list(ground.first_places), "name a shot of this board")
    if name in ground.board.references:
        hint = f"`{name}` is a reference, not a shot"
        second = (Aim(("references", name), "key"), "a reference")
    elif (stem := re.split(r"[.@]", name)[0]) in ground.first_places:
        hint = f"name the shot alone: `{stem}`"
    return Finding(
        "unknown-shot",
        f"shot `{shot}` names shot `{name}`, which does not exist",
        aim,
        label="no such shot",
        help=hint,
        second=second,
        shot=shot,
    )


def _no_such_reference(ground: Ground, link: Link, name: str) -> Finding:
    references = ground.board.references
    message = f"shot `{link.shot}` uses reference `{name}`, which is not defined"
    if name in ground.first_places:
        return Finding(
            "unknown-reference",
            message,
            Aim(link.path),
            label="this is a shot",
            help=f"name one of its frames: `{name}.last`",
            shot=link.shot,
            second=(Aim(("shots", ground.first_places[name], "id")), "the shot"),
        )
    near = nearest(name, references)
    second = (Aim(("references", near), "key"), "a similar name is defined here") if near else None
    known = (
        f"references here are: {listed(list(references))}"
        if references
        else "define it under `references:`"
    )
    return Finding(
        "unknown-reference",
        message,
        Aim(link.path),
        label="no such reference",
        help=f"did you mean `{near}`?" if near else known,
        second=second,
        shot=link.shot,
    )


def _unknown_mention(ground: Ground, place: int, shot: ShotId, name: str) -> Finding:
    near = nearest(name, ground.board.references)
    hint = (
        f"did you mean `@{near}`?"
        if near
        else "define it under `references:`; a plain @ is written `@@`"
    )
    second = (Aim(("references", near), "key"), "a similar name is defined here") if near else None
    if name in ground.first_places:
        hint = f"`{name}` is a shot; show one of its frames: `references: [{name}.last]`"
    aim = Aim(("shots", place, "prompt"), "part", rf"(?<![\w@.])@{re.escape(name)}(?![A-Za-z0-9_])")
    return Finding(
        "unknown-reference",
        f"the prompt of `{shot}` speaks of `@{name}`, which is not defined",
        aim,
        label="no such reference",
        help=hint,
        second=second,
        shot=shot,
    )


def _unreadable(ground: Ground, link: Link) -> Finding | None:
    """``sh010@soon``, or ``sh010.lst`` which would pass for a file's name."""
    shot = shot_in(link.written)
    is_path = isinstance(link.source, WrittenPicture)
    if link.source is not None and not (is_path and shot in ground.first_places):
        return None
    name = shot or link.written
    return Finding(
        "bad-frame",
        f"`{link.written}` is no frame of a shot",
        Aim(link.path),
        label="cannot be read",
        shot=link.shot,
        help=f"write `{name}.first`, `{name}.last` or a time from its start: `{name}@2s`",
    )


def _outside(ground: Ground, link: Link) -> Finding | None:
    source = link.source
    if not isinstance(source, WrittenFrame) or not isinstance(source.moment, Length):
        return None
    if source.shot not in ground.first_places:
        return None
    place = ground.first_places[source.shot]
    shot = ground.board.shots[place]
    length = ground.wanted(shot)
    if length is None or source.moment.at(ground.rate) < length:
        return None
    by_clip = ground.clip(shot) and shot.duration is None
    said = Aim(("shots", place, "clip")) if by_clip else ground.aim_at(place, "duration")
    return Finding(
        "frame-time",
        f"`{link.written}` lies outside its shot: `{source.shot}` is {spell_seconds(length)} long",
        Aim(link.path),
        label="after its end",
        help=f"take an earlier moment, or its last frame: `{source.shot}.last`",
        second=(said, f"{spell_seconds(length)}"),
        shot=link.shot,
    )
