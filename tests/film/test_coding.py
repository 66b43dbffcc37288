"""Sound coded in parts is the sound coded in one: no seam, no sample lost, one part a change."""

from __future__ import annotations

import array
import math
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ToolFailedError
from pipeline.film.coding import AROUND, PART, code_sound, lay_parts
from pipeline.film.segments import Segments
from pipeline.film.studio import Studio
from pipeline.media.coded_sound import AAC_FRAME
from pipeline.media.sound_filters import SOUND_RATE, mix_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

SEAM = PART * AAC_FRAME
SAMPLES = 2 * SEAM + 7001


def rattling(samples: int, hertz: int = 220) -> array.array[float]:
    """A chord under clicks at odd moments, so that the coder changes its windows all the time."""
    chance, sound, click = random.Random(5), array.array("f"), 0.0
    for place in range(SOUND_RATE // 2):
        click = chance.choice((0.7, -0.6)) if chance.random() < 1 / 5000 else click * -0.985
        tone = 0.2 * math.sin(place * hertz * math.tau / SOUND_RATE)
        sound.extend((tone + 0.4 * click, tone - 0.3 * click))
    return (sound * (2 * samples // len(sound) + 1))[: 2 * samples]


def in_pieces(sound: array.array[float]) -> Iterator[bytes]:
    whole = sound.tobytes()
    return (whole[at : at + 100_000] for at in range(0, len(whole), 100_000))


def coded(
    ffmpeg: FFmpeg, folder: Path, sound: array.array[float], samples: int | None = None
) -> Path:
    target = folder / f"track {len(sound)}.m4a"
    with ThreadPoolExecutor(2) as pool:
        studio = Studio(ffmpeg, Segments(folder / "segments"), threading.Event(), pool)
        code_sound(in_pieces(sound), samples or len(sound) // 2, target, studio)
    return target


def decoded(ffmpeg: FFmpeg, path: Path) -> array.array[float]:
    raw = path.with_suffix(".f32")
    ffmpeg.run(["-i", str(path), "-f", "f32le", "-ac", "2", "-ar", "48000", str(raw)])
    return array.array("f", raw.read_bytes())


def errors(found: array.array[float], wanted: array.array[float]) -> list[float]:
    """How far the samples of packets around the seam lie from what was coded, as energy."""
    step = 2 * AAC_FRAME
    return [
        sum((found[at] - wanted[at]) ** 2 for at in range(packet * step, (packet + 1) * step))
        for packet in range(PART - 48, PART + 48)
    ]


def kept(folder: Path) -> int:
    return len(list((folder / "segments").glob("*.m4a")))


def test_parts_join_without_a_seam_and_a_change_codes_one(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Around the seam the sound is as near to what was coded as one encoder brings it elsewhere."""
    sound = rattling(SAMPLES)
    found = decoded(ffmpeg, coded(ffmpeg, tmp_path, sound))
    assert len(found) - len(sound) in range(2 * AAC_FRAME)
    one = tmp_path / "one.m4a"
    ffmpeg.run(mix_arguments(str(one)), feed=in_pieces(sound))
    away, whole = errors(found, sound), errors(decoded(ffmpeg, one), sound)
    assert all(mine <= 1.2 * theirs for mine, theirs in zip(away, whole, strict=True))

    before = kept(tmp_path)
    sound[2 * (SEAM + 20 * AAC_FRAME)] += 0.25
    again = decoded(ffmpeg, coded(ffmpeg, tmp_path, sound))
    assert kept(tmp_path) - before == 1
    assert again[: 2 * SEAM] == found[: 2 * SEAM]


def test_too_little_sound_is_no_track(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A film's sound that ends before it should is refused, not padded."""
    sound = array.array("f", bytes(8 * (SEAM + 50_000)))
    with pytest.raises(ToolFailedError):
        coded(ffmpeg, tmp_path, sound, SAMPLES)


@given(st.integers(1, 500 * SEAM))
@settings(max_examples=50, deadline=None)
def test_parts_follow_one_another(samples: int) -> None:
    """Every packet is in one part, every sample is heard, and each part has room around it."""
    parts = lay_parts(samples)
    assert (parts[0].first, parts[0].begin) == (0, 0)
    assert (parts[-1].behind, parts[-1].end) == (None, samples)
    for before, after in pairwise(parts):
        assert before.behind == after.first
        assert before.end == (after.first + AROUND) * AAC_FRAME <= samples
        assert after.begin == (after.first - AROUND) * AAC_FRAME
        assert after.dropped == AROUND
