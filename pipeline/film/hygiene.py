"""How far chains have drifted: shots that start on one another's frames, and how each looks. Pure.

A model draws the frame it is given anew, and the next shot starts on that: what changes a little
in each adds up. Every link is held against the chain's first clip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ids import ShotId
from pipeline.media.drift import ClipLook, Look
from pipeline.models.catalog import ANIMATIC
from pipeline.storyboard.shot import Film, FrameOf, Picture, Shot

MOST_COLOUR = 4.0
"""A link further from its head in colour is warned of; about 2 is just seen side by side.

Measured on photographs: a cast that everybody sees is 2.5 to 4.5, another scene about 10.
"""

LEAST_SHARPNESS = -0.3
"""A link that lost more of its sharpness is warned of."""

_COMPARABLE = ("location", "style")  # a face before white says nothing about a scene's colours


@dataclass(frozen=True, slots=True)
class Chain:
    """Shots of which each starts on a frame of the one before.

    ``pictures`` are shown to some of them; ``matched`` ones are brought to another's colours.
    """

    shots: tuple[ShotId, ...]
    pictures: tuple[Picture, ...] = ()
    matched: frozenset[ShotId] = frozenset()

    @property
    def depth(self) -> int:
        """How many links it has behind its head."""
        return len(self.shots) - 1


@dataclass(frozen=True, slots=True)
class Link:
    """How far a shot is from its chain's head, all of it and its end alone.

    Colour as ``Look.colour_from``, the larger of the two; sharpness as a part, -0.2 is a fifth
    less. ``references`` are the colours' distances from named pictures. Where it is ``matched``
    the film shows it nearer than this: the clip is measured.
    """

    shot: ShotId
    colour: float
    sharpness: float
    references: tuple[tuple[str, float], ...] = ()
    matched: bool = False

    @property
    def off_colour(self) -> bool:
        """Whether its colours are so far off that it is warned of, and nothing is done about it."""
        return self.colour > MOST_COLOUR and not self.matched

    @property
    def drifted(self) -> bool:
        """Whether it is warned of."""
        return self.off_colour or self.sharpness < LEAST_SHARPNESS

    @property
    def badness(self) -> float:
        """How near it is to the thresholds, or how far beyond: 1 is on one of them."""
        return max(self.colour / MOST_COLOUR, self.sharpness / LEAST_SHARPNESS)


@dataclass(frozen=True, slots=True)
class Drift:
    """A chain and those of its links that could be held against its head, in order."""

    chain: Chain
    links: tuple[Link, ...]

    @property
    def worst(self) -> Link:
        """The link that is furthest off; the first of several."""
        return max(self.links, key=lambda link: link.badness)

    @property
    def first_drifted(self) -> Link | None:
        """The first link that is warned of."""
        return next((link for link in self.links if link.drifted), None)


def chains_of(film: Film) -> tuple[Chain, ...]:
    """Every chain, from a shot that starts on no other's frame to one that none starts on.

    Where two start on one shot there are two chains. Animatics are drawings: they are in none.
    """
    shots = {shot.id: shot for shot in film.shots}
    before = {shot.id: _before(shot) for shot in film.shots}
    followed = set(before.values())
    ends = (shot.id for shot in film.shots if before[shot.id] and shot.id not in followed)
    return tuple(_chain(end, before, shots) for end in ends)


def _chain(
    end: ShotId, before: Mapping[ShotId, ShotId | None], shots: Mapping[ShotId, Shot]
) -> Chain:
    walk: list[ShotId] = []
    name: ShotId | None = end
    while name is not None:
        walk.append(name)
        name = before[name]
    names = tuple(reversed(walk))
    pictures = dict.fromkeys(_pictures(shots[name] for name in names))
    return Chain(names, tuple(pictures), frozenset(n for n in names if shots[n].match))


def _before(shot: Shot) -> ShotId | None:
    drawn = shot.model == ANIMATIC
    return shot.first_frame.shot if isinstance(shot.first_frame, FrameOf) and not drawn else None


def _pictures(shots: Iterator[Shot]) -> Iterator[Picture]:
    for shot in shots:
        for source in shot.sources:
            if isinstance(source, Picture) and source.name and source.kind in _COMPARABLE:
                yield source


def drift_of(
    chain: Chain, looks: Mapping[ShotId, ClipLook], pictures: Mapping[str, Look]
) -> Drift | None:
    """How far a chain has drifted; none as long as its head or all of its links lack a look.

    Args:
        chain: one of ``chains_of``.
        looks: by shot, of those that were measured.
        pictures: looks of its pictures that were measured, by name.
    """
    head = looks.get(chain.shots[0])
    if head is None:
        return None
    links = tuple(
        _link(name, looks[name], head, pictures, matched=name in chain.matched)
        for name in chain.shots[1:]
        if name in looks
    )
    return Drift(chain, links) if links else None


def _link(
    name: ShotId, look: ClipLook, head: ClipLook, pictures: Mapping[str, Look], *, matched: bool
) -> Link:
    pairs: Sequence[tuple[Look, Look]] = ((look.whole, head.whole), (look.last, head.last))
    return Link(
        name,
        round(max(mine.colour_from(its) for mine, its in pairs), 1),
        round(min(mine.sharpness_from(its) for mine, its in pairs), 2),
        tuple((n, round(look.whole.colour_from(its), 1)) for n, its in pictures.items()),
        matched,
    )
