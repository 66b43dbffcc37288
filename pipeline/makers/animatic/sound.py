"""The scratch sound: a soft chord that loops every second, with a tick on each. Pure."""

from __future__ import annotations

import array
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


def _second(seed: int) -> array.array[int]:
    chance = random.Random(f"sound {seed}")  # noqa: S311 - a tune, not a secret
    chord = chance.choice(_CHORDS)
    voices = [(hertz, chance.uniform(0.25, 0.75), chance.uniform(0, math.tau)) for hertz in chord]
    left = [0.0] * RATE
    right = [0.0] * RATE
    for hertz, side, phase in voices:
        wave = [_BED * math.sin(math.tau * hertz * n / RATE) for n in range(RATE)]
        swell = [0.8 + 0.2 * math.sin(math.tau * n / RATE + phase) for n in range(RATE)]
        for n, (level, breath) in enumerate(zip(wave, swell, strict=True)):
            left[n] += level * breath * side
            right[n] += level * breath * (1 - side)
    for n in range(RATE // 20):
        tick = _TICK * math.exp(-n / 260) * math.sin(math.tau * 1320 * n / RATE)
        left[n] += tick
        right[n] += tick
    return array.array("h", (round(level) for pair in zip(left, right, strict=True)
                             for level in pair))  # fmt: skip


def _soften(track: array.array[int], samples: int) -> None:
    """Let the sound come and go at the ends, so that a cut does not click."""
    edge = min(_EDGE, samples // 2)
    for n in range(edge):
        for channel in range(CHANNELS):
            head, tail = n * CHANNELS + channel, (samples - 1 - n) * CHANNELS + channel
            track[head] = track[head] * n // edge
            track[tail] = track[tail] * n // edge
