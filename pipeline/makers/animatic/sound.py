"""The scratch sound: a soft chord that loops every second, with a tick on each. Pure."""

from __future__ import annotations

import array
import functools
import math
import random
import sys

RATE = 48_000  # samples a second
CHANNELS = 2
# All of one key, so that shots cut together do not clash; whole hertz, so that a second loops.
_CHORDS = (
    (110, 165, 220, 277), (98, 147, 196, 247), (123, 185, 220, 294),
    (82, 123, 165, 247), (110, 147, 185, 220), (92, 139, 185, 277),
)  # fmt: skip
_BED = 620  # amplitude of one voice, of 32,767: about -34 dB
_TICK = 2600  # about -22 dB
_EDGE = 480  # samples in which the sound comes and goes


def scratch(seed: int, samples: int) -> bytes:
    """``samples`` moments of sound as 16-bit little-endian stereo."""
    second = _second(seed)
    track = second * (samples // RATE + 1)
    del track[samples * CHANNELS :]
    _soften(track, samples)
    if sys.byteorder == "big":
        track.byteswap()
    return track.tobytes()


@functools.cache
def _sine() -> list[float]:
    return [math.sin(math.tau * n / RATE) for n in range(RATE)]


def _wave(hertz: int) -> list[float]:
    sine = _sine()
    return [sine[n % RATE] for n in range(0, hertz * RATE, hertz)]


def _second(seed: int) -> array.array[int]:
    """One second of the chord, which loops without a seam, with a tick at its start."""
    chance = random.Random(f"sound {seed}")  # noqa: S311 - a tune, not a secret
    chord = chance.choice(_CHORDS)
    low, fifth, octave, colour = (_wave(hertz) for hertz in chord)
    side = chance.uniform(-0.3, 0.3)
    left, right = _BED * (1 + side), _BED * (1 - side)
    track = array.array("h", bytes(4 * RATE))
    both = list(zip(low, fifth, octave, colour, strict=True))
    one = [int(left * (a + b + 0.6 * c + 0.3 * d)) for a, b, c, d in both]
    other = [int(right * (a + 0.7 * b + c + 0.5 * d)) for a, b, c, d in both]
    track[0::2], track[1::2] = array.array("h", one), array.array("h", other)
    for n in range(RATE // 20):
        tick = int(_TICK * math.exp(-n / 260) * math.sin(math.tau * 1320 * n / RATE))
        track[2 * n] += tick
        track[2 * n + 1] += tick
    return track


def _soften(track: array.array[int], samples: int) -> None:
    """Let the sound come and go at the ends, so that a cut does not click."""
    edge = min(_EDGE, samples // 2)
    for n in range(edge):
        for channel in range(CHANNELS):
            head, tail = n * CHANNELS + channel, (samples - 1 - n) * CHANNELS + channel
            track[head] = track[head] * n // edge
            track[tail] = track[tail] * n // edge
