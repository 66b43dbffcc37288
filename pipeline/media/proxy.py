"""A copy of a clip that every browser plays: H.264, 8 bits, a key frame twice a second.

Browsers have no HEVC or ProRes, and find a frame by its time: so frame n of the copy is shown n
frames of even length after the first, whatever the clip's own times are.
"""

from __future__ import annotations

import os
import threading
from fractions import Fraction
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.media.colour import scale_matrix, scale_range
from pipeline.media.facts import ClipFacts
from pipeline.media.ffmpeg import FFmpeg

_LONG_SIDE = 1920  # pixels; more are only looked at, and slow to make
_THREADS = 2


def make_proxy(
    ffmpeg: FFmpeg,
    clip: Path,
    facts: ClipFacts,
    target: Path,
    *,
    stop: threading.Event | None = None,
) -> None:
    """Write a copy of ``clip`` to ``target``, whole or not at all; as many frames as it has.

    Raises:
        MediaError: its colours cannot be read.
        ToolFailedError, ToolStoppedError: ffmpeg failed, or ``stop`` was set.
        OSError: it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        ffmpeg.run(
            [
                "-i", str(clip.absolute()), "-map", "0:v:0", "-map", "0:a:0?",
                "-vf", _picture(clip, facts), "-fps_mode", "passthrough",
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-bf", "0",
                "-g", str(max(1, round(facts.rate / 2))), "-threads", str(_THREADS),
                "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
                "-af", "aresample=async=1:first_pts=0", "-c:a", "aac", "-b:a", "128k", "-ac", "2",
                "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4",
                str(beside.absolute()),
            ],
            stop=stop,
        )  # fmt: skip
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _picture(clip: Path, facts: ClipFacts) -> str:
    try:
        matrix = scale_matrix(facts)
    except ValueError as error:
        raise MediaError(clip, str(error)) from error
    width, height = _size(*facts.shown_size)
    rate = facts.rate
    return (
        f"scale=w={width}:h={height}:flags=bicubic:in_color_matrix={matrix}"
        f":in_range={scale_range(facts)}:out_color_matrix=bt709:out_range=tv,"
        f"setsar=1,format=yuv420p,"
        f"settb={rate.denominator}/{rate.numerator * 100},setpts=N*100"
    )


def _size(width: int, height: int) -> tuple[int, int]:
    """At most the longest side, both even."""
    shrunk = min(Fraction(1), Fraction(_LONG_SIDE, max(width, height)))
    return max(2, round(width * shrunk / 2) * 2), max(2, round(height * shrunk / 2) * 2)
