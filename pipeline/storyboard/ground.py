"""What all rules look at: the board with its links read once, and where each thing was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.ids import ShotId
from pipeline.models.abilities import Model
from pipeline.models.catalog import CARD, FOOTAGE, models
from pipeline.storyboard.beside import Shelf
from pipeline.storyboard.card import background_picture
from pipeline.storyboard.clips import BoardClip
from pipeline.storyboard.fault import Path
from pipeline.storyboard.finding import Aim
from pipeline.storyboard.fonts import BoardFont
from pipeline.storyboard.footage import footage_seconds
from pipeline.storyboard.lengths import wanted_seconds
from pipeline.storyboard.model import ShotEntry, Storyboard
from pipeline.storyboard.pictures import BoardPicture
from pipeline.storyboard.resolver import model_of, reference_images
from pipeline.storyboard.sounds import BoardSound
from pipeline.storyboard.sources import WrittenFrame, WrittenName, WrittenSource, parse_source
from pipeline.timing import parse_rate

LinkKind = Literal["references", "first_frame", "last_frame", "background"]


@dataclass(frozen=True, slots=True)
class Link:
    """A picture that a shot asks for; ``source`` is absent where it cannot be read."""

    place: int
    shot: ShotId
    kind: LinkKind
    path: Path
    written: str
    source: WrittenSource | None


@dataclass(frozen=True)
class Ground:
    """A board that validated; ``lines`` is where each shot begins.

    ``first_places`` gives the place in the cut of the first shot of each id.
    """

    board: Storyboard
    rate: Fraction
    lines: Sequence[int]
    first_places: Mapping[str, int]
    links: tuple[Link, ...]
    links_by_shot: tuple[tuple[Link, ...], ...]
    album: Shelf[BoardPicture]
    reel: Shelf[BoardClip]
    shelf: Shelf[BoardSound]
    type_case: Shelf[BoardFont]

    @classmethod
    def of(
        cls,
        board: Storyboard,
        lines: Sequence[int],
        album: Shelf[BoardPicture],
        reel: Shelf[BoardClip],
        shelf: Shelf[BoardSound],
        type_case: Shelf[BoardFont],
    ) -> Ground:
        """Read every link of the board once."""
        first_places: dict[str, int] = {}
        for place, shot in enumerate(board.shots):
            first_places.setdefault(shot.id, place)
        by_shot = tuple(tuple(_links(board, place, shot)) for place, shot in enumerate(board.shots))
        links = tuple(link for links in by_shot for link in links)
        rate = parse_rate(board.format.fps)
        return cls(board, rate, lines, first_places, links, by_shot, album, reel, shelf, type_case)

    def shots(self) -> Iterator[tuple[int, ShotEntry]]:
        """The shots with their places in the cut."""
        yield from enumerate(self.board.shots)

    def model(self, shot: ShotEntry) -> Model | None:
        """The model a shot asks for, if it is known."""
        return models().get(model_of(self.board, shot))

    def clip(self, shot: ShotEntry) -> BoardClip | None:
        """The clip that a shot shows as it is, if it can be shown."""
        if shot.clip is None or model_of(self.board, shot) != FOOTAGE:
            return None
        seen = self.reel.look(shot.clip)
        return seen if isinstance(seen, BoardClip) else None

    def wanted(self, shot: ShotEntry) -> Fraction | None:
        """How long a shot is to be in the film, in exact seconds; none where its clip decides.

        That is, a clip that cannot be shown.
        """
        if model_of(self.board, shot) != FOOTAGE:
            return wanted_seconds(self.board, shot, self.rate)
        clip = self.clip(shot)
        return footage_seconds(self.board, shot, clip.facts, self.rate) if clip else None

    def path_of(self, place: int, name: str) -> Path | None:
        """Where the value of ``name`` that counts for a shot was written, if anywhere."""
        board = self.board
        if getattr(board.shots[place], name) is not None:
            return ("shots", place, name)
        if getattr(board.defaults, name) is not None:
            return ("defaults", name)
        return ("format", name) if name in board.format.model_fields_set else None

    def aim_at(self, place: int, *names: str) -> Aim:
        """Where the first of ``names`` that was written for a shot stands; else its id."""
        found = (path for name in names if (path := self.path_of(place, name)))
        return Aim(next(found, ("shots", place, "id")))

    def is_sound(self, place: int) -> bool:
        """Whether all links of a shot lead to shots and references that exist."""
        return all(self.leads_somewhere(link) for link in self.links_by_shot[place])

    def shows_pictures(self, place: int) -> bool:
        """Whether everything a shot shows exists and has a picture."""
        return self.is_sound(place) and all(
            reference_images(self.board, link.source.name)
            for link in self.links_by_shot[place]
            if isinstance(link.source, WrittenName)
        )

    def leads_somewhere(self, link: Link) -> bool:
        """Whether a link's shot or reference exists; a path is taken at its word."""
        if isinstance(link.source, WrittenFrame):
            return link.source.shot in self.first_places
        if isinstance(link.source, WrittenName):
            return link.source.name in self.board.references
        return link.source is not None


def _links(board: Storyboard, place: int, shot: ShotEntry) -> Iterator[Link]:
    name = ShotId(shot.id)
    if shot.first_frame is not None:
        yield _link(place, name, "first_frame", ("shots", place, "first_frame"), shot.first_frame)
    if shot.last_frame is not None:
        yield _link(place, name, "last_frame", ("shots", place, "last_frame"), shot.last_frame)
    for index, written in enumerate(shot.references or ()):
        yield _link(place, name, "references", ("shots", place, "references", index), written)
    if model_of(board, shot) == CARD and (picture := background_picture(board, shot)):
        said_by: Path = ("shots", place) if shot.background is not None else ("defaults",)
        yield _link(place, name, "background", (*said_by, "background"), picture)


def _link(place: int, shot: ShotId, kind: LinkKind, path: Path, written: str) -> Link:
    try:
        source = parse_source(written)
    except ValueError:
        source = None
    return Link(place, shot, kind, path, written, source)
