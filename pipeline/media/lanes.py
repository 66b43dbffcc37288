"""Where each packet of a joined film belongs, in whole numbers; decides, touches nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

_LEAD = 8  # packets of a clip's sound that may come before its picture begins (priming)


class OffGridError(ValueError):
    """A packet is not where a packet that can be copied has to be; says why in words."""


class SoundOffGridError(OffGridError):
    """So is a packet of sound."""


@dataclass(slots=True)
class FrameCounter:
    """Turns the time stamps of one clip's picture into frame numbers, each given once.

    ``step`` is the length of a frame in ticks of the clip's time base, ``first`` the stamp of
    frame 0. A stamp may be off by the rounding of one tick.
    """

    step: Fraction
    first: int
    frames: int
    _seen: set[int] = field(default_factory=set)

    def number(self, pts: int | None) -> int:
        """The number of the frame that is shown at ``pts``, from 0.

        Raises:
            OffGridError: there is no such frame, or it has been given already.
        """
        if pts is None:
            raise OffGridError("a frame has no time stamp")
        length, ticks = self.step.numerator, (pts - self.first) * self.step.denominator
        number = (2 * ticks + length) // (2 * length)
        if abs(ticks - number * length) > self.step.denominator:
            raise OffGridError("its frames are not evenly spaced")
        if not 0 <= number < self.frames or number in self._seen:
            raise OffGridError(f"it does not show exactly {self.frames} frames")
        self._seen.add(number)
        return number

    def check_whole(self) -> None:
        """See that every frame came.

        Raises:
            OffGridError: some did not.
        """
        if len(self._seen) != self.frames:
            raise OffGridError(f"it does not show exactly {self.frames} frames")


@dataclass(slots=True)
class SoundGrid:
    """One grid of packets for the sound of a whole film; a slot is a packet's place on it.

    Slot n plays ``size`` samples from film sample ``origin + n * size`` on, at ``rate`` samples a
    second. A clip's packets take the slots nearest to where they belong, so every clip stands
    within half a packet of its place. A clip's first packet takes its slot from the clip before
    it: sound coders need a packet to warm up, and a warm start is worth more than a tail.
    """

    rate: int
    size: int = 0
    origin: int = 0
    _next: int | None = None  # the slot the clip's next packet should take
    _zero: int = 0  # the clip's moment 0 and one tick of its time base, in film samples,
    _tick: int = 0  # both times _parts so that they are whole
    _parts: int = 1

    def begin_clip(self, shift: Fraction, time_base: Fraction) -> None:
        """A clip begins whose own moment 0 is film time ``shift``, in seconds.

        Raises:
            SoundOffGridError: its time stamps are too coarse to tell how long a packet is, as
                Matroska's milliseconds are.
        """
        zero, tick = shift * self.rate, time_base * self.rate
        if tick > 1:
            raise SoundOffGridError("its sound is stamped in steps longer than a sample")
        self._parts = math.lcm(zero.denominator, tick.denominator)
        self._zero, self._tick = int(zero * self._parts), int(tick * self._parts)
        self._next = None

    def slot(self, pts: int | None, duration: int | None) -> int:
        """The slot for the clip's next packet, told by its clip's time stamps.

        The first packet of all says how long packets are (only a clip's last may be shorter).

        Raises:
            SoundOffGridError: there is a hole in the clip's sound, or it begins too late.
        """
        if pts is None:
            raise SoundOffGridError("its sound has no time stamps")
        place = self._zero + pts * self._tick
        if not self.size:
            self._begin_grid(round(place / self._parts), duration or 0)
        size = self.size * self._parts
        nearest = (2 * (place - self.origin * self._parts) + size) // (2 * size)
        if self._next is None:
            self._next = nearest
        if abs(nearest - self._next) > 1:
            raise SoundOffGridError("there is a hole in its sound")
        self._next += 1
        return self._next - 1

    def _begin_grid(self, place: int, duration: int) -> None:
        self.size, self.origin = round(duration * self._tick / self._parts), place
        if self.size <= 0 or not -_LEAD * self.size <= place <= self.size // 2:
            raise SoundOffGridError("its sound does not begin with its picture")

    def pts(self, slot: int) -> int:
        """The film sample that ``slot`` begins on."""
        return self.origin + slot * self.size

    def settled(self, end: Fraction) -> int:
        """The first slot that the clip beginning at film time ``end`` may still claim."""
        return self.last(end) - _LEAD

    def last(self, end: Fraction) -> int:
        """The first slot that begins at or after film time ``end``, in seconds."""
        return math.ceil((end * self.rate - self.origin) / self.size)
