"""What a report tells, nothing left to look up: plain values for whoever lays them out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.ids import Digest

Standing = Literal["stands", "to do", "failed"]
"""A shot has the clip the board asks for; has to be made; could not be made, or needs a person."""


@dataclass(frozen=True, slots=True)
class PictureTold:
    """A picture a shot is made from; ``source`` is its path in the project, or ``sh010.last``."""

    use: str
    source: str
    name: str | None
    poster: bytes | None


@dataclass(frozen=True, slots=True)
class TakeTold:
    """One take; ``made`` is a day in UTC where the journal knows it, ``state`` its clip's.

    ``file`` is the clip's path from the report's folder; ``current`` whether it answers what the
    board asks now; ``why`` it was made, where a render wrote it down.
    """

    number: int
    clip: Digest
    serves: bool
    picked: bool
    held: bool
    rejected: bool
    current: bool
    state: str
    model: str
    variation: int
    seed: int | None
    route: str | None
    job: str | None
    price: str
    made: str | None
    why: str | None
    notes: tuple[str, ...]
    poster: bytes | None
    file: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """Where a shot stands in the film, in film frames; ``overlap`` are shared with the last."""

    start: int
    frames: int
    overlap: int


@dataclass(frozen=True, slots=True)
class ShotTold:
    """One shot.

    ``did`` and ``why`` are of the last render; ``now`` is what a render would do, where the shot
    does not stand. ``prompts`` are by route, ``settings`` by name; ``notes`` are people's, by take
    and time code.
    """

    id: str
    line: int
    scene: str | None
    beat: str | None
    standing: Standing
    did: str | None
    why: str | None
    now: str | None
    words: str
    prompts: tuple[tuple[str, str], ...]
    pictures: tuple[PictureTold, ...]
    model: str
    mode: str
    seed: int | None
    price: str
    span: Span
    seconds: Fraction
    settings: tuple[tuple[str, str], ...]
    takes: tuple[TakeTold, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def serving(self) -> TakeTold | None:
        """The take the film shows."""
        return next((take for take in self.takes if take.serves), None)


@dataclass(frozen=True, slots=True)
class TroubleTold:
    """Something a person should know; ``shot`` or ``line`` say where."""

    kind: Literal["failed", "skipped", "warning"]
    text: str
    hint: str | None = None
    shot: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SpentTold:
    """What went through a route: amounts as words."""

    route: str
    takes: int
    spent: str
    out: str
    doubtful: str


@dataclass(frozen=True, slots=True)
class ArrowTold:
    """One shot waits for another; ``what`` is handed over: ``.last``, ``@2s``, ``after``."""

    first: str
    then: str
    what: str


@dataclass(frozen=True, slots=True)
class OutputTold:
    """A named output; ``address`` from the report's folder, absent where it was not made.

    ``current``: cut as it would be cut now; absent where that is not known. ``beside`` are the
    files that go with it: what each is, and its address.
    """

    name: str
    address: str | None
    width: int
    height: int
    seconds: Fraction | None = None
    bytes: int | None = None
    current: bool | None = None
    beside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A film as it stands.

    ``film`` is its address from the report's folder, absent where it is not cut. ``spent_by`` says
    who keeps the account: ``journal`` or ``lock``.
    """

    title: str
    board: str
    draft: bool
    width: int
    height: int
    rate: Fraction
    frames: int
    film: str | None
    shots: tuple[ShotTold, ...]
    arrows: tuple[ArrowTold, ...]
    longest: tuple[str, ...]
    outline: str
    spent: tuple[SpentTold, ...]
    spent_total: str
    spent_by: str
    free_takes: int
    at_most: str
    troubles: tuple[TroubleTold, ...]
    outputs: tuple[OutputTold, ...] = ()
