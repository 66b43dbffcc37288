"""When each frame of a clip is shown; the pure half of probing.

Times are whole ticks of the clip's time base, in the order of showing.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipeline.media.container import FramePacket
from pipeline.timing import frame_on_screen

STANDARD_RATES = tuple(
    sorted(
        {
            *(Fraction(whole) for whole in (8, 10, 12, 15, 16, 20, 24, 25, 30, 48, 50, 60, 120)),
            *(Fraction(thousands * 1000, 1001) for thousands in (24, 30, 48, 60, 120)),
        }
    )
)
"""Frames a second that clips are commonly made at."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The time each shown frame begins, and when the last one ends."""

    time_base: Fraction
    times: tuple[int, ...]
    end: int
    rate: Fraction
    variable: bool

    @property
    def frames(self) -> int:
        """How many frames are shown."""
        return len(self.times)

    def on_screen(self, seconds: Fraction) -> int:
        """Which frame is on the screen ``seconds`` after the first one; the last one at the end.

        Evenly spaced frames follow ``timing.frame_on_screen``, whatever the rounding of their
        time stamps.
        """
        if not self.variable:
            return min(frame_on_screen(seconds, self.rate), self.frames - 1)
        moment = self.times[0] + seconds / self.time_base
        return max(bisect.bisect_right(self.times, moment) - 1, 0)


def from_packets(
    packets: Sequence[FramePacket], time_base: Fraction, claims: Sequence[Fraction]
) -> Timetable | None:
    """The timetable, if packets alone tell it: one packet, one frame, all of them decodable.

    ``claims`` are the rates the container gives. ``None`` where only decoding can tell: frames
    before the first key frame or leaning on one before it, times missing or given twice.
    """
    shown = [packet for packet in packets if not packet.hidden]
    if not shown or not packets[0].key or packets[0].pts is None:
        return None
    stamps = [packet.pts for packet in shown if packet.pts is not None]
    times = sorted(set(stamps))
    if len(times) != len(shown) or times[0] < packets[0].pts:
        return None
    last = max(shown, key=lambda packet: packet.pts or 0)
    return from_times(times, last.duration, time_base, claims)


def from_times(
    times: Sequence[int], last_duration: int, time_base: Fraction, claims: Sequence[Fraction]
) -> Timetable:
    """The timetable of frames that begin at ``times``, the last one lasting ``last_duration``."""
    steady = _steady_rate(times, last_duration, time_base, claims)
    usual = last_duration or _usual_step(times)
    end = times[-1] + usual
    if steady is not None:
        return Timetable(time_base, tuple(times), end, steady, variable=False)
    average = len(times) / ((end - times[0]) * time_base)
    return Timetable(time_base, tuple(times), end, average, variable=True)


def _steady_rate(
    times: Sequence[int], last_duration: int, time_base: Fraction, claims: Sequence[Fraction]
) -> Fraction | None:
    """The rate at which all frames lie within a tick of their place, if there is one.

    A claim that is a usual rate goes first, so that 24 frames a second stamped in milliseconds
    are 24 and not what their rounding happens to give.
    """
    usual_claims = [rate for rate in claims if rate in STANDARD_RATES]
    step = times[1] - times[0] if len(times) > 1 else last_duration
    measured = [1 / (step * time_base)] if step > 0 else []
    for rate in (*usual_claims, *measured, *STANDARD_RATES, *claims):
        if _is_even(times, 1 / (rate * time_base)):
            return rate
    return None


def _is_even(times: Sequence[int], step: Fraction) -> bool:
    if len(times) == 1:
        return True
    return all(abs(time - times[0] - place * step) <= 1 for place, time in enumerate(times))


def _usual_step(times: Sequence[int]) -> int:
    """The middle one of all steps, for a last frame that does not say how long it lasts."""
    steps = sorted(later - earlier for earlier, later in itertools.pairwise(times))
    return max(steps[len(steps) // 2], 1) if steps else 1
