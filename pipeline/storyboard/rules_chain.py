"""Rules about chains and colours: what is matched exists, and no chain runs on for too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.ids import ShotId
from pipeline.models.catalog import ANIMATIC, FOOTAGE
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.matches import PREVIOUS, match_of
from pipeline.storyboard.resolver import model_of
from pipeline.storyboard.sources import WrittenFrame
from pipeline.storyboard.spelling import did_you_mean

DEEPEST = 4
"""Shots in a row, each from a frame of the one before, that are not warned of.

A rule of thumb: every model redraws the frame it is given, and what it changes the next one is
given. Makers who lengthen clips by their last frames tell of visible drift after three to five.
"""

_MOST_STEPS = 12


def matches_lead_somewhere(ground: Ground) -> Iterator[Finding]:
    """Every shot that another matches exists, and is another."""
    for place, shot in ground.shots():
        if shot.match is None:
            continue
        aim, name = Aim(("shots", place, "match")), ShotId(shot.id)
        whom = match_of(ground.board, place)
        if whom is None:
            yield Finding(
                "match-first",
                f"shot `{name}` is the film's first: there is none before it to match",
                aim,
                label="nothing before it",
                help="name another shot, or take it out",
                shot=name,
            )
        elif whom not in ground.first_places:
            yield Finding(
                "unknown-shot",
                f"shot `{name}` matches shot `{whom}`, which does not exist",
                aim,
                label="no such shot",
                help=did_you_mean(
                    whom,
                    [PREVIOUS, *(other for other in ground.first_places if other != name)],
                    f"name a shot of this board, or `{PREVIOUS}`",
                ),
                shot=name,
            )
        elif whom == name:
            yield Finding(
                "match-itself",
                f"shot `{name}` matches itself",
                aim,
                label="the shot itself",
                help=f"name another shot, or `{PREVIOUS}`",
                shot=name,
            )


def matches_end_somewhere(ground: Ground) -> Iterator[Finding]:
    """No shots match one another in a circle: one of them has to have the colours."""
    matches = _matches(ground)
    done: set[int] = set()
    for start in matches:
        path: dict[int, None] = {}
        place: int | None = start
        while place is not None and place not in done and place not in path:
            path[place] = None
            place = matches.get(place)
        if place is not None and place in path:
            walk = list(path)
            yield _circle(ground, walk[walk.index(place) :])
        done.update(path)


def _matches(ground: Ground) -> Mapping[int, int]:
    """By place, the place of the shot that is matched; a shot that matches itself is told."""
    meant = {place: match_of(ground.board, place) for place, _ in ground.shots()}
    places = ground.first_places
    return {
        place: places[whom]
        for place, whom in meant.items()
        if whom and whom in places and places[whom] != place
    }


def _circle(ground: Ground, walk: list[int]) -> Finding:
    first = walk.index(min(walk))
    around = walk[first:] + walk[:first]
    shots = ground.board.shots
    steps = [
        f"`{shots[place].id}` (line {ground.lines[place]}) matches `{shots[place].match}`"
        for place in around
    ]
    if len(steps) > _MOST_STEPS:
        left_out = len(steps) - _MOST_STEPS + 1
        steps[_MOST_STEPS // 2 : _MOST_STEPS // 2 + left_out] = [f"... {left_out} more ..."]
    return Finding(
        "match-circle",
        f"shots match one another in a circle: {', '.join(steps)}",
        Aim(("shots", around[0], "match")),
        label="the circle begins here",
        help="take `match` from the one whose colours are right",
        second=(Aim(("shots", around[-1], "match")), "and closes here"),
        shot=ShotId(shots[around[0]].id),
    )


def chains_are_short(ground: Ground) -> Iterator[Finding]:
    """No chain of shots that start on one another's frames grows long without a fixed picture."""
    depths = _depths(ground)
    for place, depth in depths.items():
        if depth == DEEPEST + 1:
            shot = ground.board.shots[place]
            head = _head(ground, place)
            yield Finding(
                "chain-deep",
                f"shot `{shot.id}` is the {_nth(depth)} in a row that starts on a frame of the one "
                f"before; colours and faces drift a little in each, away from `{head}`",
                Aim(("shots", place, "first_frame")),
                label="a long chain",
                severity="warning",
                help="start it on a picture again (`first_frame: refs/...`, or `references:` where "
                "the model takes them), or cut to another shot between",
                shot=ShotId(shot.id),
            )


def _depths(ground: Ground) -> dict[int, int]:
    """By place, how many shots in a row were drawn from one another's frames, it included.

    What shows pictures of its own besides begins anew; an animatic and footage redraw nothing.
    """
    befores = {place: _before(ground, place) for place, _ in ground.shots()}
    depths: dict[int, int] = {}
    for start in befores:
        walk: dict[int, None] = {}
        place: int | None = start
        while place is not None and place not in depths and place not in walk:
            walk[place] = None
            place = befores[place]
        for link in reversed(walk):
            before = befores[link]
            depths[link] = 0 if before is None else depths.get(before, 0) + 1
    return depths


def _before(ground: Ground, place: int) -> int | None:
    """The shot whose frame the one at ``place`` is drawn from, where that is all it is shown."""
    shot = ground.board.shots[place]
    if model_of(ground.board, shot) in (ANIMATIC, FOOTAGE):
        return None
    links = ground.links_by_shot[place]
    if any(not isinstance(link.source, WrittenFrame) for link in links):
        return None
    first = next((link.source for link in links if link.kind == "first_frame"), None)
    return ground.first_places.get(first.shot) if isinstance(first, WrittenFrame) else None


def _head(ground: Ground, place: int) -> str:
    seen: set[int] = set()
    at: int | None = place
    while at is not None and at not in seen:
        seen.add(at)
        place, at = at, _before(ground, at)
    return ground.board.shots[place].id


def _nth(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"
