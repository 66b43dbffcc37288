"""The film as a list of cuts in frames; laid out before anything is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from pipeline.errors import StoryreelError
from pipeline.ids import ShotId
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Film, FrameOf, Shot, Size
from pipeline.timing import frame_on_screen, frames_on_film, source_frame


@dataclass(frozen=True, slots=True)
class Cut:
    """One shot in the film.

    The film shows ``frames`` of its own frames of the clip, beginning ``skip`` film frames into
    it (1 where the head is a copy of the frame before it in the cut). ``missing`` is how many
    film frames the board asks for beyond the clip's end; they are not in the film.
    """

    shot: ShotId
    clip: Clip
    skip: int
    frames: int
    fit: Literal["bars", "fill"]
    muted: bool
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole film: its frame, its rate, its cuts in order."""

    title: str
    size: Size
    rate: Fraction
    cuts: tuple[Cut, ...]

    @property
    def frames(self) -> int:
        """How many frames the film has."""
        return sum(cut.frames for cut in self.cuts)

    @property
    def starts(self) -> tuple[int, ...]:
        """The film frame each cut begins on."""
        return tuple(accumulate((cut.frames for cut in self.cuts[:-1]), initial=0))

    @property
    def shortened(self) -> tuple[Cut, ...]:
        """The cuts whose clips are shorter than the board asks."""
        return tuple(cut for cut in self.cuts if cut.missing)


def lay_timeline(film: Film, clips: Mapping[ShotId, Clip]) -> Timeline:
    """Lay the shots one after another, in the order of the cut.

    A shot of ``cut`` film frames shows film frames ``[skip, cut)`` of its clip, or as many of
    them as the clip has.

    Raises:
        StoryreelError: a shot has no clip, or the film has no shots.
    """
    if not film.shots:
        raise StoryreelError("The film has no shots.", hint="Add a shot to the storyboard.")
    return Timeline(film.title, film.size, film.rate, tuple(_cuts(film, clips)))


def _cuts(film: Film, clips: Mapping[ShotId, Clip]) -> Iterator[Cut]:
    before: Shot | None = None
    for shot in film.shots:
        if shot.id not in clips:
            raise StoryreelError(
                f"{shot.id} has no clip.", hint="Render it before the film is cut."
            )
        shown = _frames_shown(shot, clips[shot.id], film.rate)
        doubled = before is not None and _is_doubled(shot, before, clips[before.id], film.rate)
        # a shot of a single frame stays in the film, even as a copy
        skip = 1 if doubled and shown > 1 else 0
        yield Cut(
            shot.id, clips[shot.id], skip, shown - skip, shot.fit, shot.muted, shot.cut - shown
        )
        before = shot


def _frames_shown(shot: Shot, clip: Clip, rate: Fraction) -> int:
    """How many film frames of the shot there are, a head that is dropped included."""
    return min(shot.cut, frames_on_film(clip.facts.frames, clip.facts.rate, rate))


def _is_doubled(shot: Shot, before: Shot, clip: Clip, rate: Fraction) -> bool:
    """Whether ``shot`` starts on a copy of the very frame on which ``before`` ends."""
    source = shot.first_frame
    if not isinstance(source, FrameOf) or source.shot != before.id:
        return False
    last_shown = _frames_shown(before, clip, rate) - 1
    last = source_frame(last_shown, rate, clip.facts.rate)
    return _frame_meant(source, clip, last) == last


def _frame_meant(source: FrameOf, clip: Clip, last: int) -> int:
    """The number of the clip's frame that ``source`` names; ``last`` is the last one shown."""
    if source.moment == "last":
        return last
    if source.moment == "first":
        return 0
    return min(frame_on_screen(source.moment, clip.facts.rate), clip.facts.frames - 1)


def clip_fault(cut: Cut, why: str, cause: StoryreelError | None = None) -> StoryreelError:
    """The error for a clip that looked usable and is not: it names the shot, the file, the way out.

    ``why`` goes on from "The clip of sh010"; ``cause`` is what ffmpeg or the reader said.
    """
    said = f"{cause.brief}\n{cause.details or ''}".strip() if cause else ""
    return StoryreelError(
        f"The clip of {cut.shot} {why}.",
        details="\n".join(part for part in (str(cut.clip.path), said) if part),
        hint="Make the shot anew, or pick another take.",
    )
