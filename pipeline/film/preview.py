"""A quick look at a few shots and the joints between them, without the film around them.

What the film has encoded already is taken as it is; if anything of it is wanting, all is encoded
at half the size, into pieces of the preview's own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.film import picture
from pipeline.film.assembler import Assembly, Tell, assemble
from pipeline.film.segments import Segment, Segments
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import Digest, ShotId
from pipeline.storyboard.shot import Film, Size

if TYPE_CHECKING:
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.media.filters import Frame


def section_around(film: Film, there: Collection[ShotId], first: int, last: int) -> Film:
    """The shots with clips around those from place ``first`` to ``last``, which have clips too.

    Their heads, handles and colours hang on their neighbours, so these are laid with them.
    """
    while first > 0 and film.shots[first - 1].id in there:
        first -= 1
    while last + 1 < len(film.shots) and film.shots[last + 1].id in there:
        last += 1
    return replace(film, shots=film.shots[first : last + 1])


def section_of(timeline: Timeline, first: ShotId, last: ShotId) -> Timeline:
    """The timeline from one shot to another, without the transitions at its two ends.

    So its parts are the film's own. Only the shots' own sound is heard: what else there is lies in
    its place in the whole film.
    """
    shots = [cut.shot for cut in timeline.cuts]
    begin, end = shots.index(first), shots.index(last)
    cuts = [*timeline.cuts[begin : end + 1]]
    behind = timeline.cuts[end + 1].overlap if end + 1 < len(timeline.cuts) else 0
    cuts[-1] = _shortened(cuts[-1], cuts[-1].overlap if end > begin else 0, behind)
    cuts[0] = _begun_alone(cuts[0])
    return replace(timeline, cuts=tuple(cuts), sound=None)


def _shortened(cut: Cut, kept: int, behind: int) -> Cut:
    """A cut without its last frames; one of them stays beyond what it overlaps."""
    return replace(cut, frames=max(kept + 1, cut.frames - behind))


def _begun_alone(cut: Cut) -> Cut:
    """A cut that begins where it is seen alone; one frame of it stays."""
    dropped = min(cut.overlap, cut.frames - 1)
    return replace(cut, first=cut.first + dropped, frames=cut.frames - dropped, transition=None)


def half(size: Size) -> Size:
    """Half of a frame, both sides even; none of them below 16 pixels."""
    return Size(*(max(16, side // 4 * 2) for side in (size.width, size.height)))


def preview(
    timeline: Timeline,
    target: Path,
    *,
    film_segments: Path,
    ffmpeg: FFmpeg,
    tell: Tell | None = None,
    stop: threading.Event | None = None,
) -> Assembly:
    """Write a section of a film to ``target``, as quickly as can be.

    Args:
        timeline: the section.
        target: the preview; pieces of its own are kept in a folder ``segments`` beside it.
        film_segments: where the film's pieces are kept.
        ffmpeg: the program that encodes.
        tell: told of progress in frames.
        stop: when set, everything ends soon with ``ToolStoppedError``.

    Raises:
        StoryreelError: a clip cannot be used (the shot is named), the disk is full.
    """
    segments = film_segments
    if not _is_encoded(timeline, film_segments, ffmpeg):
        timeline = replace(timeline, size=half(timeline.size))
        segments = target.parent / "segments"
    return assemble(timeline, target, segments=segments, ffmpeg=ffmpeg, tell=tell, stop=stop)


def _is_encoded(timeline: Timeline, folder: Path, ffmpeg: FFmpeg) -> bool:
    """Whether everything that cannot be copied lies in the folder."""
    kept = _OnlyKept(folder.absolute())

    def specimen(frame: Frame) -> str:
        return picture.specimen_parameters(frame, ffmpeg, kept)

    try:
        casting = picture.cast(timeline, frozenset(), specimen)
        for place, part in enumerate(timeline.parts):
            if place not in casting.copied:
                picture.encode_part(
                    part,
                    casting.frame,
                    ffmpeg,
                    kept,
                    stop=threading.Event(),
                    on_frame=lambda _: None,
                )
    except _NotKeptError:
        return False
    return True


class _NotKeptError(Exception):
    """A segment would have to be made."""


class _OnlyKept(Segments):
    """Gives what is there, and makes nothing."""

    def get(self, key: Digest, suffix: str, make: Callable[[Path], None]) -> Segment:  # noqa: ARG002 - of Segments
        if found := self.find(key, suffix):
            return Segment(found, kept=True)
        raise _NotKeptError
