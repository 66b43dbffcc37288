"""How long things are: a shot in the film, the clip it needs, how it comes in.

Exact seconds and whole frames; no picture and no model is looked at here.
"""

from __future__ import annotations

from fractions import Fraction

from pipeline.storyboard.model import ShotEntry, Storyboard, said
from pipeline.storyboard.shot import Use
from pipeline.storyboard.transitions import CUT, Transition, parse_transition
from pipeline.timing import parse_length, whole_frames


def wanted_seconds(board: Storyboard, entry: ShotEntry, rate: Fraction) -> Fraction:
    """How long a shot is to be in the film, in exact seconds; its transitions count in."""
    return parse_length(said(board, entry, "duration", "5s")).at(rate)


def use_of(board: Storyboard, entry: ShotEntry, rate: Fraction) -> Use:
    """Which part of its clip a shot shows: what is trimmed, spare, held, and how fast it plays."""
    handle = whole_frames(_seconds(said(board, entry, "handles"), rate), rate)
    before = 0 if entry.first_frame else handle  # nothing comes before the frame it starts on
    speed = Fraction(str(entry.speed)) if entry.speed is not None else Fraction(1)
    return Use(
        head=_seconds(entry.trim.head if entry.trim else None, rate) + before * speed / rate,
        speed=speed,
        hold=whole_frames(_seconds(entry.hold, rate), rate),
        before=before,
        after=handle,
    )


def clip_seconds(board: Storyboard, entry: ShotEntry, wanted: Fraction, rate: Fraction) -> Fraction:
    """How much clip a shot needs that is ``wanted`` seconds long in the film."""
    use = use_of(board, entry, rate)
    moving = max(Fraction(0), wanted - use.hold / rate)
    return use.head + moving * use.speed + _tail(entry, use, rate)


def film_seconds(board: Storyboard, entry: ShotEntry, clip: Fraction, rate: Fraction) -> Fraction:
    """How long a shot can be that shows all that is left of ``clip`` seconds; whole frames."""
    use = use_of(board, entry, rate)
    left = (clip - use.head - _tail(entry, use, rate)) / use.speed
    return (max(0, int(left * rate)) + use.hold) / rate


def transition_of(board: Storyboard, entry: ShotEntry, rate: Fraction) -> Transition | None:
    """How a shot comes in; none is a plain cut."""
    written = parse_transition(said(board, entry, "transition", CUT))
    frames = whole_frames(written.length.at(rate), rate)
    return Transition(written.kind, frames) if written.kind != CUT and frames else None


def fades_of(entry: ShotEntry, rate: Fraction) -> tuple[int, int]:
    """How many film frames a shot takes to come from black, and to go to it."""
    lengths = (_seconds(entry.fade_in, rate), _seconds(entry.fade_out, rate))
    return whole_frames(lengths[0], rate), whole_frames(lengths[1], rate)


def _tail(entry: ShotEntry, use: Use, rate: Fraction) -> Fraction:
    return _seconds(entry.trim.tail if entry.trim else None, rate) + use.after * use.speed / rate


def _seconds(length: str | None, rate: Fraction) -> Fraction:
    return parse_length(length).at(rate) if length is not None else Fraction(0)
