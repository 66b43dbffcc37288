"""Which frames of a take the film shows, and whether a browser can show them. Pure but for a look.

A page plays a shot by its clip's own frames; the film's law (``storyboard/shot.py``, ``Use``) says
which of them those are.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.film.timeline import Cut
from pipeline.media.facts import ClipFacts
from pipeline.storyboard.shot import Shot
from pipeline.timing import frame_on_screen

_PICTURES = frozenset({"yuv420p", "yuvj420p"})
_SOUNDS = frozenset({"aac", "mp3", "opus", "flac"})


def cut_of_take(shot: Shot, facts: ClipFacts, rate: Fraction, cut: Cut | None) -> dict[str, Any]:
    """The frames of a clip that the film shows if its take serves, ``out`` exclusive.

    Args:
        shot: whose take it is.
        facts: the clip's.
        rate: the film's frames a second.
        cut: the shot's place in the film as it is now cut, which may have dropped a first frame or
            shown handles; absent, the shot as the board asks for it.
    """
    use = shot.use
    moving = use.frames_in(facts.frames / facts.rate, rate)
    shown = min(shot.cut, moving + use.hold) if moving else 0
    first = cut.first if cut else 0
    tail = max(0, cut.first + cut.frames - cut.length) if cut else 0
    last = max(first, shown - 1 + tail)

    def clip_frame(film_frame: int) -> int:
        seconds = use.seconds_at(film_frame, shown, rate)
        return min(frame_on_screen(seconds, facts.rate), facts.frames - 1)

    start = clip_frame(first)
    return {
        "in": start,
        "out": max(start, clip_frame(last)) + 1,
        "speed": [use.speed.numerator, use.speed.denominator],
        "hold": use.hold,
    }


def plays_in_browsers(facts: ClipFacts, head: bytes) -> bool:
    """Whether browsers show a clip as it is, each frame where its number says.

    Args:
        facts: the clip's; unevenly spaced frames cannot be found by number there.
        head: the first bytes of the file, which tell its container.
    """
    picture = facts.codec == "h264" and facts.pixels in _PICTURES and not facts.variable
    sound = facts.sound is None or facts.sound.codec in _SOUNDS
    return picture and sound and head[4:8] == b"ftyp"
