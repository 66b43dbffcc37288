"""What a timeline cannot say of a film's shots, in words: an editor does it by hand, or not."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.film.timeline import Cut, Timeline
from pipeline.sidecars.otio_edit import plays_on
from pipeline.storyboard.shot import Size


def untold(timeline: Timeline) -> dict[str, list[str]]:
    """By shot, what is only in its metadata; a shot of which all is told is absent."""
    on = {cut.shot for cut in plays_on(timeline)}
    found = {
        str(cut.shot): [*_untold(cut, timeline.size, plays=cut.shot in on)] for cut in timeline.cuts
    }
    return {shot: words for shot, words in found.items() if words}


def _untold(cut: Cut, size: Size, *, plays: bool) -> Iterator[str]:
    if plays:
        yield "plays on under the transition, where it stands still in the film"
    if cut.fade_in:
        yield f"fades in over {cut.fade_in}f"
    if cut.fade_out:
        yield f"fades out over {cut.fade_out}f"
    width, height = cut.clip.facts.shown_size
    if cut.fit != "bars" and width * size.height != height * size.width:
        yield f"fit: {cut.fit}"
    if cut.match:
        yield f"has the colours of {cut.match}"
    if cut.level:
        yield f"its own sound {cut.level:+g} dB"
