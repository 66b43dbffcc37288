"""A film for an editor's program: the timeline as OpenTimelineIO, the same text for the same film.

Two flavours, for programs differ in what they take for a place. *resolve* (and every tool that
reads OTIO by the book): plain relative paths, for Resolve refuses ``file://``
(AcademySoftwareFoundation/OpenTimelineIO#1985), and clips named as their files, by which it finds
them. *premiere*: absolute ``file://`` URLs; a retimed clip's range counts media, as Premiere's
(WyattBlue/auto-editor, ``src/exports/otio.nim``), not film.

In both, ranges in a track are on the film's rate and ranges of media on the media's own, which may
begin at a time code, as Resolve 21 writes them itself. Links between a shot's picture and sound are
told in each program's own words, for OTIO has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.sidecars import otio_schema as otio
from pipeline.sidecars.otio_edit import Edit, Over, Run, edit_of
from pipeline.sidecars.otio_schema import Data
from pipeline.storyboard.transitions import DISSOLVE

Flavour = Literal["resolve", "premiere"]

OURS = "storyreel"
"""The name under which metadata of ours stands."""

_HOUR = 3600
_NAME = 60  # signs of a note that stand on its marker


@dataclass(frozen=True, slots=True)
class Media:
    """What an editor is told of a shot's clip.

    ``name`` is its file's; ``url`` where it is found, absent for a clip that is missing; ``begins``
    the time code of its first frame, in frames of its own rate; ``facts`` is said under
    ``storyreel``; ``notes`` are what people said of its frames, counted from 0.
    """

    name: str
    url: str | None
    begins: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[tuple[int, str], ...] = ()


def otio_text(
    timeline: Timeline,
    media: Mapping[ShotId, Media],
    flavour: Flavour = "resolve",
    facts: Mapping[str, Any] | None = None,
    sounds: Sequence[Data] = (),
) -> str:
    """The film as an ``.otio`` file's text.

    Args:
        timeline: the cut.
        media: each shot's clip.
        flavour: which program's ways to follow.
        facts: said of the whole film under ``storyreel``.
        sounds: more tracks, of ``sidecars/otio_sound.py``.
    """
    document = _document(timeline, media, flavour, facts or {}, sounds)
    return json.dumps(document, indent=4, sort_keys=True, ensure_ascii=False) + "\n"


def _document(
    timeline: Timeline,
    media: Mapping[ShotId, Media],
    flavour: Flavour,
    facts: Mapping[str, Any],
    sounds: Sequence[Data],
) -> Data:
    laid = edit_of(timeline)
    words = _Words(timeline, media, flavour)
    tracks = [otio.track("Video 1", "Video", [*words.picture(laid)])]
    if any(_is_heard(item) for item in laid):
        tracks.append(otio.track("Audio 1", "Audio", [*words.sound(laid)]))
    tracks.extend(sounds)
    film = {
        "rate": str(timeline.rate),
        "frames": timeline.frames,
        "width": timeline.size.width,
        "height": timeline.size.height,
        **facts,
    }
    # non-drop, as everywhere in storyreel: an hour of counting at the nearest whole rate
    start = otio.time(_HOUR * round(timeline.rate), timeline.rate)
    stack = otio.stack(tracks, _frame_words(timeline) if flavour == "premiere" else {})
    return otio.timeline(timeline.title, start, stack, {OURS: film})


def _frame_words(timeline: Timeline) -> dict[str, Any]:
    """The sequence's frame as Premiere reads it."""
    told = {
        "PixelAspectRatio": {"numerator": 1.0, "denominator": 1.0},
        "VideoFrameRate": float(timeline.rate),
        "VideoResolution": {"width": timeline.size.width, "height": timeline.size.height},
    }
    return {"PremierePro_OTIO": told}


@dataclass(frozen=True)
class _Words:
    """Items of an edit in OTIO's words."""

    timeline: Timeline
    media: Mapping[ShotId, Media]
    flavour: Flavour

    def picture(self, laid: Edit) -> Iterator[Data]:
        """The picture's track; it has no gaps."""
        for place, item in enumerate(laid):
            if isinstance(item, Over):
                yield self._transition(item)
            else:
                before = laid[place - 1] if place else None
                again = isinstance(before, Run) and before.cut is item.cut
                yield self._clip(item, place, () if again else self._markers(item))

    def sound(self, laid: Edit) -> Iterator[Data]:
        """The shots' own sound, linked to their pictures; gaps where nothing is heard."""
        for place, item in enumerate(laid):
            if isinstance(item, Over):
                if _is_heard(laid[place - 1]) or _is_heard(laid[place + 1]):
                    yield self._crossfade(item)
            elif _is_heard(item):
                yield self._clip(item, place)
            else:
                yield self._silence(item)

    def _clip(self, run: Run, place: int, markers: Sequence[Data] = ()) -> Data:
        media, rate = self.media[run.cut.shot], self.timeline.rate
        if media.url is None:
            reference = otio.missing(media.name)
        else:
            reference = otio.media(media.name, media.url, _available(run.cut, media))
        effects = () if run.speed == 1 else (otio.time_warp(run.speed),)
        told = {OURS: dict(media.facts), **self._link(place)}
        shown = otio.span(self._start(run, media), otio.time(self._length(run), rate))
        return otio.clip(media.name, reference, shown, effects, told, markers)

    def _markers(self, run: Run) -> list[Data]:
        """What was said of the clip's frames, each for as long as the frame."""
        media, rate, own = self.media[run.cut.shot], self.timeline.rate, run.cut.clip.facts.rate
        found = []
        for frame, text in media.notes:
            begins = otio.time((media.begins + frame) * rate / own, rate)
            marked = otio.span(begins, otio.time(rate / own, rate))
            found.append(otio.marker(text.partition("\n")[0][:_NAME], text, marked))
        return found

    def _start(self, run: Run, media: Media) -> Data:
        """Where in its media a run begins, the media's time code counted in, on the film's rate."""
        own, rate = run.cut.clip.facts.rate, self.timeline.rate
        moment = run.start
        if own == rate and run.speed in (0, 1):
            moment = int(moment * rate) / rate  # the frame on the screen: both count alike
        return otio.time((media.begins / own + moment) * rate, rate)

    def _length(self, run: Run) -> Fraction:
        counts_media = self.flavour == "premiere" and run.speed
        return run.frames * run.speed if counts_media else Fraction(run.frames)

    def _link(self, place: int) -> dict[str, Any]:
        """That a shot's picture and sound belong together."""
        if self.flavour == "premiere":
            return {"PremierePro_OTIO": {"LinkID": str(place + 1)}}
        return {"Resolve_OTIO": {"Link Group ID": place + 1}}

    def _silence(self, run: Run) -> Data:
        told = {"shot": run.cut.shot, "muted": run.cut.muted}
        return otio.gap(otio.time(run.frames, self.timeline.rate), {OURS: told})

    def _transition(self, over: Over) -> Data:
        kind = "SMPTE_Dissolve" if over.kind == DISSOLVE else "Custom_Transition"
        return otio.transition(over.kind, kind, self._offsets(over), {OURS: {"kind": over.kind}})

    def _crossfade(self, over: Over) -> Data:
        """Sound is crossfaded whatever the picture does."""
        return otio.transition("crossfade", "SMPTE_Dissolve", self._offsets(over), {})

    def _offsets(self, over: Over) -> tuple[Data, Data]:
        rate = self.timeline.rate
        return otio.time(over.before, rate), otio.time(over.behind, rate)


def _available(cut: Cut, media: Media) -> Data:
    """All there is of a clip, on its own rate."""
    facts = cut.clip.facts
    return otio.span(otio.time(media.begins, facts.rate), otio.time(facts.frames, facts.rate))


def _is_heard(item: Run | Over) -> bool:
    """Whether a run has sound of its own; what stands still has none."""
    if isinstance(item, Over):
        return False
    return not item.cut.muted and item.cut.clip.facts.sound is not None and item.speed != 0
