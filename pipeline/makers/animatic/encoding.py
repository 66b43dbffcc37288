"""What ffmpeg is told: ordinary H.264 and AAC, the same bytes on any machine with this ffmpeg.

Pure. Every clip of one size and rate gets the same SPS and PPS, so that clips join by copy: what
differs between clips (how finely some frames are coded) is in no header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.makers.animatic import sound

if TYPE_CHECKING:
    from fractions import Fraction

PRESET = "faster"
QUALITY = 18  # x264's crf
THREADS = 4  # x264's result depends on their number, so it is fixed
_GROUP_SECONDS = 2  # the longest way to a key frame
_EXACT = 3  # x264's quantiser for the frames other clips start from or were given
# On the input too: told on the output alone, ffmpeg 9 would convert.
_TAGS = (
    "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709",
    "-color_trc", "bt709",
)  # fmt: skip


def video_settings(rate: Fraction, frames: int, *, given: bool = False) -> list[str]:
    """The encoder's settings for a clip of ``frames``.

    The last frame is coded finely, since other clips may start from it, and a ``given`` first one.
    """
    group = max(1, int(_GROUP_SECONDS * rate))
    ends = f"{frames - 1},{frames - 1},q={_EXACT}" + f"/0,0,q={_EXACT}" * (given and frames > 1)
    x264 = (
        f"threads={THREADS}:lookahead-threads=1:keyint={group}:min-keyint=1:chromaloc=1"
        f":sar=1/1:zones={ends}"
    )
    return [
        "-c:v", "libx264", "-preset", PRESET, "-crf", str(QUALITY), "-profile:v", "high",
        "-pix_fmt", "yuv420p", "-x264-params", x264,
    ]  # fmt: skip


def sound_settings() -> list[str]:
    """The encoder's settings for the scratch sound."""
    return ["-c:a", "aac", "-b:a", "128k", "-ar", str(sound.RATE), "-ac", str(sound.CHANNELS)]


def arguments(
    width: int,
    height: int,
    rate: Fraction,
    frames: int,
    *,
    given: bool,
    track: str,
    target: str,
) -> list[str]:
    """Picture from standard input, sound from the raw file ``track``, the clip to ``target``."""
    exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    return [
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{width}x{height}",
        "-framerate", f"{rate.numerator}/{rate.denominator}", *_TAGS, "-i", "pipe:0",
        "-f", "s16le", "-ar", str(sound.RATE), "-ac", str(sound.CHANNELS), "-i", track,
        "-map", "0:v", "-map", "1:a", *video_settings(rate, frames, given=given), *_TAGS,
        *sound_settings(),
        "-map_metadata", "-1", *exact, "-movflags", "+faststart", "-f", "mp4", target,
    ]  # fmt: skip
