"""The film as a list of cuts in frames; laid out before anything is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from pipeline.errors import StoryreelError
from pipeline.ids import Digest, ShotId
from pipeline.media.matching import Grade
from pipeline.store.clip import Clip
from pipeline.storyboard.framing import CENTRE, Fit, Point
from pipeline.storyboard.shot import Film, FrameOf, Shot, Size, Use
from pipeline.storyboard.soundtrack import Sound
from pipeline.storyboard.transitions import Transition
from pipeline.timing import frame_on_screen


@dataclass(frozen=True, slots=True)
class Cut:
    """One shot in the film.

    The film shows ``frames`` frames of it from its film frame ``first`` on: 1 where the head is a
    copy of the frame before it in the cut, below 0 where a transition shows handles. ``missing``
    is how many film frames the board asks for beyond the clip's end; they are not in the film.
    ``transition`` overlaps the cut before it. ``focus`` is in percent from the top left. The first
    ``fade_in`` film frames that are shown come from black (and silence), the last ``fade_out`` go
    to it; they lie outside of transitions.
    """

    shot: ShotId
    clip: Clip
    first: int
    frames: int
    fit: Fit
    muted: bool
    missing: int = 0
    use: Use = Use()  # noqa: RUF009 - frozen
    length: int = 0  # of the shot in film frames, for what is held
    transition: Transition | None = None
    focus: Point = CENTRE
    fade_in: int = 0
    fade_out: int = 0
    level: float = 0.0  # of its own sound, in dB
    match: ShotId | None = None  # whose colours it is brought to
    grade: Grade | None = None  # how; see ``film/matching.py``

    @property
    def overlap(self) -> int:
        """How many of its frames are seen together with the cut before it."""
        return self.transition.frames if self.transition else 0


@dataclass(frozen=True, slots=True)
class Overlay:
    """A clear picture of the film's size laid over film frames ``start`` up to ``end``."""

    start: int
    end: int
    path: Path
    digest: Digest


@dataclass(frozen=True, slots=True)
class Body:
    """Frames of one cut that are seen alone, or its side of a blend.

    They are the shot's film frames from ``first`` on.
    """

    cut: Cut
    first: int
    frames: int
    overlays: tuple[Overlay, ...] = ()  # counted from the part's first frame

    @property
    def fade_in(self) -> int:
        """How many of its first frames come from black."""
        begins = self.first == self.cut.first
        return min(self.cut.fade_in, self.frames) if begins else 0

    @property
    def fade_out(self) -> int:
        """How many of its last frames go to black."""
        ends = self.first + self.frames == self.cut.first + self.cut.frames
        return min(self.cut.fade_out, self.frames) if ends else 0


@dataclass(frozen=True, slots=True)
class Blend:
    """One cut becoming the next; both sides have as many frames."""

    kind: str
    before: Body
    after: Body
    overlays: tuple[Overlay, ...] = ()

    @property
    def frames(self) -> int:
        """How many frames of film it takes."""
        return self.after.frames


Part = Body | Blend


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole film: its frame, its rate, its cuts in order."""

    title: str
    size: Size
    rate: Fraction
    cuts: tuple[Cut, ...]
    sound: Sound | None = None  # what is heard besides the shots; none: only they are
    overlays: tuple[Overlay, ...] = ()  # in order, none over another

    @property
    def frames(self) -> int:
        """How many frames the film has."""
        return sum(cut.frames - cut.overlap for cut in self.cuts)

    @property
    def starts(self) -> tuple[int, ...]:
        """The film frame each cut begins on; where it blends, the first that shows any of it."""
        ends = accumulate(cut.frames - cut.overlap for cut in self.cuts)
        return tuple(end - cut.frames for end, cut in zip(ends, self.cuts, strict=True))

    @property
    def parts(self) -> tuple[Part, ...]:
        """The film as bodies and blends, one after another."""
        parts = tuple(_parts(self.cuts))
        return tuple(_overlaid(parts, self.overlays)) if self.overlays else parts

    @property
    def shortened(self) -> tuple[Cut, ...]:
        """The cuts whose clips are shorter than the board asks."""
        return tuple(cut for cut in self.cuts if cut.missing)


def _overlaid(parts: Sequence[Part], overlays: Sequence[Overlay]) -> Iterator[Part]:
    """The parts, each with what lies over it."""
    start = 0
    for part in parts:
        end = start + part.frames
        over = tuple(
            replace(one, start=max(one.start, start) - start, end=min(one.end, end) - start)
            for one in overlays
            if one.start < end and one.end > start
        )
        yield replace(part, overlays=over) if over else part
        start = end


def _parts(cuts: Sequence[Cut]) -> Iterator[Part]:
    for place, cut in enumerate(cuts):
        if cut.transition:
            before = cuts[place - 1]
            tail = before.first + before.frames - cut.overlap
            yield Blend(
                cut.transition.kind,
                Body(before, tail, cut.overlap),
                Body(cut, cut.first, cut.overlap),
            )
        behind = cuts[place + 1].overlap if place + 1 < len(cuts) else 0
        alone = cut.frames - cut.overlap - behind
        if alone:
            yield Body(cut, cut.first + cut.overlap, alone)


def lay_timeline(film: Film, clips: Mapping[ShotId, Clip]) -> Timeline:
    """Lay the shots one after another, in the order of the cut.

    A shot of ``cut`` film frames shows film frames ``[first, cut)`` of its clip, or as many of
    them as the clip has. A transition takes frames of both shots' handles first, half of it from
    each, then of the shots themselves: the film is so much shorter.

    Raises:
        StoryreelError: a shot has no clip, its clip ends before what is to be shown of it, or the
            film has no shots.
    """
    if not film.shots:
        raise StoryreelError("The film has no shots.", hint="Add a shot to the storyboard.")
    plain = list(_cuts(film, clips))
    shots = {shot.id: shot for shot in film.shots}
    for place in range(1, len(plain)):
        blend(plain, place, shots[plain[place].shot].transition, film.rate)
    return Timeline(film.title, film.size, film.rate, tuple(_settled(plain)), film.sound)


def _cuts(film: Film, clips: Mapping[ShotId, Clip]) -> Iterator[Cut]:
    before: Shot | None = None
    for shot in film.shots:
        if shot.id not in clips:
            raise StoryreelError(
                f"{shot.id} has no clip.", hint="Render it before the film is cut."
            )
        clip = clips[shot.id]
        shown = _frames_shown(shot, clip, film.rate)
        doubled = before is not None and _is_doubled(shot, before, clips[before.id], film.rate)
        # a shot of a single frame stays in the film, even as a copy
        first = 1 if doubled and shown > 1 else 0
        cut = Cut(
            shot.id, clip, first, shown - first, shot.fit, shot.muted, shot.cut - shown,
            shot.use, shown, focus=shot.focus, fade_in=shot.fade_in, fade_out=shot.fade_out,
            match=shot.match,
            level=shot.level,
        )  # fmt: skip
        if not shown:
            raise clip_fault(cut, "ends before the part that is to be shown")
        yield cut
        before = shot


def _frames_shown(shot: Shot, clip: Clip, rate: Fraction) -> int:
    """How many film frames of the shot there are, a head that is dropped included."""
    moving = shot.use.frames_in(clip.facts.frames / clip.facts.rate, rate)
    return min(shot.cut, moving + shot.use.hold) if moving else 0


def blend(cuts: list[Cut], place: int, wanted: Transition | None, rate: Fraction) -> None:
    """Let the cut at ``place`` overlap the one before it, as far as both have frames."""
    if wanted is None:
        return
    before, after = cuts[place - 1], cuts[place]
    tail = min(_handle_after(before, rate), wanted.frames // 2)
    head = min(after.use.before, wanted.frames - wanted.frames // 2)
    before = replace(before, frames=before.frames + tail)
    after = replace(after, first=after.first - head, frames=after.frames + head)
    frames = min(wanted.frames, before.frames - before.overlap, after.frames)
    cuts[place - 1] = before
    cuts[place] = replace(after, transition=Transition(wanted.kind, frames) if frames else None)


def _settled(cuts: Sequence[Cut]) -> Iterator[Cut]:
    """The cuts with their fades as long as a clip that turned out short leaves room for them."""
    for place, cut in enumerate(cuts):
        behind = cuts[place + 1].overlap if place + 1 < len(cuts) else 0
        alone = cut.frames - cut.overlap - behind
        fade_in = 0 if cut.overlap else min(cut.fade_in, alone)
        fade_out = 0 if behind else min(cut.fade_out, alone - fade_in)
        yield replace(cut, fade_in=fade_in, fade_out=fade_out)


def _handle_after(cut: Cut, rate: Fraction) -> int:
    """How many film frames of the clip there are behind what the film shows."""
    if cut.use.hold or cut.missing:
        return 0
    facts = cut.clip.facts
    there = cut.use.frames_in(facts.frames / facts.rate, rate)
    return max(0, min(cut.use.after, there - cut.length))


def _is_doubled(shot: Shot, before: Shot, clip: Clip, rate: Fraction) -> bool:
    """Whether ``shot`` starts on a copy of the very frame on which ``before`` ends."""
    source = shot.first_frame
    if not isinstance(source, FrameOf) or source.shot != before.id:
        return False
    if shot.transition or shot.use.head or shot.fade_in or before.fade_out:
        return False
    shown = _frames_shown(before, clip, rate)
    last = _source_frame(before, shown - 1, shown, clip, rate)
    return _frame_meant(source, before, clip, last, rate) == last


def _source_frame(shot: Shot, frame: int, shown: int, clip: Clip, rate: Fraction) -> int:
    """Which frame of its clip a shot shows at its film frame ``frame``."""
    return frame_on_screen(shot.use.seconds_at(frame, shown, rate), clip.facts.rate)


def _frame_meant(source: FrameOf, shot: Shot, clip: Clip, last: int, rate: Fraction) -> int:
    """The number of the clip's frame that ``source`` names; ``last`` is the last one shown."""
    if source.moment == "last":
        return last
    if source.moment == "first":
        return _source_frame(shot, 0, shot.cut, clip, rate)
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
