"""One thing to be made, nothing left open: what resolving a storyboard gives.

Plain frozen values; no file is opened here. Pictures are known by path and digest, frames of
other shots by name until those shots exist.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.ids import Digest, ShotId
from pipeline.models.abilities import Mode
from pipeline.storyboard.framing import CENTRE, Fit, Point
from pipeline.storyboard.transitions import Transition

if TYPE_CHECKING:
    from pipeline.storyboard.soundtrack import Sound


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both even."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a prompt that speaks of the ``number``-th reference sent, from 1."""

    number: int


Prompt = tuple[str | Slot, ...]
"""Words and slots in reading order; no route's spelling, no reference's name."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file of the author's; ``digest`` is of its bytes."""

    path: Path
    digest: Digest
    name: str | None = None  # the reference it belongs to, for people only
    kind: str | None = None  # of that reference: character, location, prop, style


@dataclass(frozen=True, slots=True)
class ClipFile:
    """A clip of the author's own, shown as it is; ``digest`` is of its bytes."""

    path: Path
    digest: Digest


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font of the author's own; ``digest`` is of its bytes."""

    path: Path
    digest: Digest


@dataclass(frozen=True, slots=True)
class CardWords:
    """What a card shows: words, their colour and ground (``#rrggbb``), where they stand.

    A picture that they are drawn on is the shot's first reference. Without a font it is Noto Sans.
    """

    text: str
    colour: str
    background: str
    align: str
    font: FontFile | None = None


@dataclass(frozen=True, slots=True)
class FrameOf:
    """A frame of another shot.

    ``moment`` is ``first`` or ``last`` (of what the film shows of it), or exact seconds from the
    clip's start.
    """

    shot: ShotId
    moment: Literal["first", "last"] | Fraction

    def __str__(self) -> str:
        if isinstance(self.moment, Fraction):
            return f"{self.shot}@{float(self.moment):g}s"
        return f"{self.shot}.{self.moment}"


Source = Picture | FrameOf


@dataclass(frozen=True, slots=True)
class CameraWords:
    """The camera as the author said it; each may be absent."""

    size: str | None = None
    move: str | None = None
    lens: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """Which part of its clip a shot shows, and how.

    Film frame 0 of the shot shows what is on the screen ``head`` seconds into the clip; ``speed``
    is seconds of clip for one of film; the last ``hold`` film frames stand still. The ``before``
    film frames ahead of frame 0 and the ``after`` ones behind the last are handles: only a
    transition or an editor shows them.
    """

    head: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    hold: int = 0
    before: int = 0
    after: int = 0

    @property
    def plain(self) -> bool:
        """Whether all of the clip is meant to be seen, as it runs."""
        return self == Use()

    def seconds_at(self, frame: int, cut: int, rate: Fraction) -> Fraction:
        """Where in its clip a shot of ``cut`` film frames is at its film frame ``frame``."""
        moving = min(frame, max(0, cut - 1 - self.hold)) if self.hold else frame
        return max(Fraction(0), self.head + moving * self.speed / rate)

    def frames_in(self, clip: Fraction, rate: Fraction) -> int:
        """How many film frames a clip of so many seconds gives from frame 0 on, none held."""
        return max(0, math.ceil((clip - self.head) * rate / self.speed))


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot, resolved."""

    id: ShotId
    place: int  # in the cut, from 0
    line: int  # in the board, from 1
    scene: str | None
    beat: str | None
    model: str
    routes: tuple[str, ...]
    mode: Mode
    prompt: Prompt  # what a model reads: words, camera in words, look
    words: str  # the author's own prompt with references in words: what people read
    camera: CameraWords
    look: str
    references: tuple[Source, ...]
    first_frame: Source | None
    last_frame: Source | None
    after: tuple[ShotId, ...]
    wanted: Fraction  # seconds in the film
    asked: Fraction  # seconds asked of the model, by its own rounding
    cut: int  # frames in the film, on the film's rate
    clip_rate: Fraction  # of the clip the model makes
    aspect: str
    resolution: str
    size: Size  # of the clip the model makes
    seed: int
    seed_written: bool  # in the board itself; else derived, or pinned by the lock
    fit: Fit
    muted: bool
    on_refusal: Literal["stop", "next_route"] = "stop"
    use: Use = Use()
    transition: Transition | None = None  # how it comes in; none is a cut
    clip: ClipFile | None = None  # of footage, which is not made but shown
    card: CardWords | None = None  # of a card, which is drawn from words alone
    focus: Point = CENTRE  # what stays in sight where edges are cut off
    fade_in: int = 0  # film frames
    fade_out: int = 0
    level: float = 0.0  # of its own sound, in dB
    match: ShotId | None = None  # the shot whose colours it is brought to in the film
    takes: int = 1  # how many variations are made to choose from

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every picture and frame the shot is made from, in a fixed order."""
        frames = (self.first_frame, self.last_frame)
        return (*(source for source in frames if source), *self.references)

    @property
    def uses(self) -> tuple[ShotId, ...]:
        """The shots whose frames it is made from, each once."""
        return tuple(dict.fromkeys(s.shot for s in self.sources if isinstance(s, FrameOf)))

    @property
    def waits_for(self) -> tuple[ShotId, ...]:
        """The shots that must be made before it, each once."""
        return tuple(dict.fromkeys((*self.uses, *self.after)))


@dataclass(frozen=True, slots=True)
class Film:
    """The film's frame, and its shots in the order of the cut."""

    title: str
    size: Size
    rate: Fraction
    shots: tuple[Shot, ...]
    sound: Sound | None = None  # besides the shots' own; none: the board says nothing of it
