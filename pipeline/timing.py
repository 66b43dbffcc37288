"""Time as frames on a rational rate; never float seconds.

A *length* is what an author writes (``5s``, ``4.5s``, ``108f``, ``00:00:05:00``, ``5``); it is
exact seconds or a count of the board's frames until a rate is known.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

_SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*s?", re.ASCII)
_FRAMES = re.compile(r"(\d{1,7})\s*f", re.ASCII)
_TIMECODE = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d):(\d{2})", re.ASCII)
_RATE_FORMS = "a frame rate is written 24, 29.97 or 24000/1001"
_LENGTH_FORMS = "a length is written 5s, 4.5s, 120f (frames) or 00:00:05:00"
_RATE = re.compile(r"\d{1,9}(\.\d{1,6})?|\d{1,9}/\d{1,9}", re.ASCII)
_RATES = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "59.94": Fraction(60000, 1001),
}


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: exact seconds, plus a count of frames on a rate not yet known."""

    seconds: Fraction = Fraction(0)
    frames: int = 0

    def at(self, rate: Fraction) -> Fraction:
        """The length in exact seconds, counting its frames at ``rate``."""
        return self.seconds + self.frames / rate


def parse_length(text: str | float) -> Length:
    """Read a length.

    Raises:
        ValueError: it is none of ``5s``, ``4.5s``, ``108f``, ``00:00:05:00``, ``5``.
    """
    if isinstance(text, bool):
        raise ValueError(_LENGTH_FORMS)
    written = str(text).strip()
    if match := _SECONDS.fullmatch(written):
        return Length(seconds=Fraction(match[1]))
    if match := _FRAMES.fullmatch(written):
        return Length(frames=int(match[1]))
    if match := _TIMECODE.fullmatch(written):
        hours, minutes, seconds, frames = (int(part) for part in match.groups())
        return Length(Fraction(hours * 3600 + minutes * 60 + seconds), frames)
    raise ValueError(_LENGTH_FORMS)


def parse_rate(text: str | float) -> Fraction:
    """Read a frame rate: ``24``, ``29.97`` (meaning 30000/1001), ``24000/1001``.

    Raises:
        ValueError: it is no rate between 1 and 240 frames a second.
    """
    written = str(text).strip()
    if not _RATE.fullmatch(written):  # Fraction would spend hours on 1e999999999
        raise ValueError(_RATE_FORMS)
    try:
        rate = _RATES.get(written) or Fraction(written)
    except ZeroDivisionError:
        raise ValueError(_RATE_FORMS) from None
    if not 1 <= rate <= 240:
        raise ValueError("a frame rate lies between 1 and 240 frames a second")
    return rate


def whole_frames(seconds: Fraction, rate: Fraction) -> int:
    """The number of frames nearest to ``seconds`` at ``rate``; a half goes up."""
    return int(seconds * rate + Fraction(1, 2))


def frame_on_screen(seconds: Fraction, rate: Fraction) -> int:
    """Which frame, counted from 0, is on the screen ``seconds`` after the start."""
    return int(seconds * rate)


def source_frame(film_frame: int, film_rate: Fraction, clip_rate: Fraction) -> int:
    """Which frame of a clip the film shows at ``film_frame`` frames into it.

    The one law for rate conversion: the clip's frame that is on the screen at that moment.
    ``film/`` cuts by it and ``.last`` is found by it.
    """
    return frame_on_screen(film_frame / film_rate, clip_rate)


def frames_on_film(frames: int, clip_rate: Fraction, film_rate: Fraction) -> int:
    """How many film frames show something of a clip of so many frames: its whole length."""
    return math.ceil(frames * film_rate / clip_rate)


def timecode(frame: int, rate: Fraction) -> str:
    """``HH:MM:SS:FF``, non-drop, counting at the nearest whole rate."""
    base = int(rate + Fraction(1, 2))
    seconds, frames = divmod(frame, base)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def spell_seconds(seconds: Fraction) -> str:
    """Seconds for people, at most three decimals: ``5s``, ``4.5s``, ``0.042s``."""
    return f"{float(round(seconds, 3)):.3f}".rstrip("0").rstrip(".") + "s"
