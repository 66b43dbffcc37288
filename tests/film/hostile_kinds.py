"""The kinds of clips that films are tried with; ``hostile.py`` makes them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import clips
from hostile import RAMP, Kind, Rework, Sound, remuxed, scratched, torn, uneven

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

TURNED = ("-display_rotation", "90")
MIRRORED = ("-display_hflip",)
LOSSLESS = ("-c:v", "ffv1")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "12", "-x265-params", "log-level=none")
PRORES = ("-c:v", "prores_ks", "-profile:v", "3")
MPEG2 = ("-c:v", "mpeg2video", "-bf", "2", "-q:v", "2")
MPEG4 = ("-c:v", "mpeg4", "-bf", "2", "-q:v", "2")
PQ = "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084:range=tv"
HLG = "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=arib-std-b67:range=tv"
SOFT = "0.05*sin(2*PI*2300*t)"


def _stamped(steps: Sequence[int], tick: int, frames: int = 24, suffix: str = ".mp4") -> Kind:
    """A clip whose frames last so many ticks of a second each, over and over."""
    begins = [0, *itertools.accumulate(steps)]
    places = "+".join(f"eq(mod(N\\,{len(steps)})\\,{n})*{begins[n]}" for n in range(len(steps)))
    return Kind(
        suffix=suffix,
        frames=frames,
        times=uneven(steps, frames, Fraction(1, tick)),
        filters=f"settb=1/{tick},setpts=floor(N/{len(steps)})*{begins[-1]}+{places}",
        options=("-enc_time_base", f"1/{tick}", "-video_track_timescale", str(tick)),
    )


def _second_half(ffmpeg: FFmpeg, source: Path, target: Path) -> None:
    """From the middle on, where no key frame is: an edit list hides the frames before it."""
    ffmpeg.run(["-ss", "0.5", "-i", str(source), "-c", "copy", str(target)])


def _heard(**how: Any) -> Kind:
    suffix = how.pop("suffix", ".mp4")
    return Kind(suffix=suffix, sound=Sound(**how))


def _mono(*, rate: int = 48_000) -> Sound:
    return Sound(waves=(RAMP,), layout="mono", rate=rate)


def _centre(layout: str, channels: int) -> Sound:
    """The ramp in the centre alone, something soft in front of it."""
    return Sound(waves=(SOFT, SOFT, RAMP, *["0"] * (channels - 3)), layout=layout)


def _remade(rework: Rework, **how: Any) -> Kind:
    return Kind(rework=rework, **how)


SIZES = {
    "as the film": Kind(size=(144, 96)),
    "small": Kind(size=(36, 24)),
    "large": Kind(size=(288, 192)),
    "wide": Kind(size=(144, 48)),
    "tall": Kind(size=(54, 96)),
    "odd": Kind(size=(71, 47), pixels="yuv444p"),
    "odd and halved": Kind(size=(73, 49), suffix=".mkv", codec=LOSSLESS),
    "wide pixels": Kind(filters="setsar=2", shape=Fraction(3)),
    "narrow pixels": Kind(filters="setsar=1/2", shape=Fraction(3, 4)),
}
RATES = {
    "23.976": Kind(rate="24000/1001"),
    "29.97": Kind(rate="30000/1001", frames=30),
    "30": Kind(rate="30", frames=30),
    "25": Kind(rate="25", frames=25),
    "50": Kind(rate="50", frames=50),
    "59.94": Kind(rate="60000/1001", frames=60),
    "12": Kind(rate="12", frames=12),
    "1 in 2 s": Kind(rate="2", frames=3, sound=Sound(seconds=1.5)),
    "240": Kind(rate="240", frames=240),
    "30 in milliseconds": Kind(rate="30", frames=30, suffix=".mkv"),
    "variable": _stamped((20, 30, 25), 600),
    "very variable": _stamped((10, 10, 100), 600, frames=15),
    "variable in milliseconds": _stamped((33, 67), 1000, frames=20, suffix=".mkv"),
    "with a gap": Kind(
        times=tuple(Fraction(n + 6 * (n >= 10), 24) for n in range(24)),
        filters="setpts=(N+6*gte(N\\,10))/24/TB",
    ),
}
COLOURS = {
    "10 bits": Kind(pixels="yuv420p10le"),
    "HEVC of 10 bits": Kind(pixels="yuv420p10le", codec=X265),
    "ProRes": Kind(pixels="yuv422p10le", codec=PRORES, suffix=".mov"),
    "with alpha": Kind(pixels="argb", suffix=".mov", codec=("-c:v", "qtrle"), tags="null"),
    "RGB": Kind(pixels="gbrp", suffix=".mkv", codec=LOSSLESS, tags="null"),
    "grey": Kind(pixels="gray", suffix=".mkv", codec=LOSSLESS, grey=True),
    "4:4:4": Kind(pixels="yuv444p"),
    "full range": Kind(range="pc"),
    "JPEG's": Kind(range="pc", pixels="yuvj420p", matrix="smpte170m"),
    "BT.601": Kind(matrix="smpte170m"),
    "PAL's": Kind(matrix="bt470"),
    "SMPTE 240M": Kind(matrix="smpte240m"),
    "BT.2020": Kind(matrix="bt2020", pixels="yuv420p10le"),
    "HD without tags": Kind(size=(1080, 720), tags="null"),
    "SD without tags": Kind(
        suffix=".avi", codec=MPEG4, matrix="smpte170m", tags="null",
        sound=Sound(codec=("-c:a", "pcm_s16le")),
    ),
    "PQ": Kind(matrix="bt2020", pixels="yuv420p10le", tags=PQ, refused="it is HDR (PQ)"),
    "HLG": Kind(matrix="bt2020", pixels="yuv420p10le", tags=HLG, refused="it is HDR (HLG)"),
}  # fmt: skip
TURNS = {
    "turned": _remade(remuxed(ahead=TURNED), before="transpose=clock"),
    "upside down": _remade(remuxed(ahead=("-display_rotation", "180")), before="hflip,vflip"),
    "mirrored": _remade(remuxed(ahead=MIRRORED), before="hflip"),
    "tall and turned": _remade(remuxed(ahead=TURNED), size=(54, 96), before="transpose=clock"),
    "turned, wide pixels": _remade(
        remuxed(ahead=TURNED), before="transpose=clock", filters="setsar=2", shape=Fraction(3, 4)
    ),
}
SOUNDS = {
    "no sound": Kind(sound=None),
    "mono": Kind(sound=_mono()),
    "8 kHz": Kind(sound=_mono(rate=8000)),
    "44.1 kHz": _heard(rate=44_100),
    "96 kHz": _heard(rate=96_000, codec=("-c:a", "pcm_s24le"), suffix=".mov"),
    "left alone": _heard(waves=(RAMP, "0")),
    "5.1": Kind(sound=_centre("5.1", 6)),
    "7.1": Kind(sound=_centre("7.1", 8)),
    "quadrophonic": _heard(waves=(RAMP, RAMP, "0", "0"), layout="quad"),
    "Opus": Kind(
        suffix=".webm", codec=("-c:v", "libvpx", "-crf", "10", "-b:v", "2M"), matrix="bt470",
        sound=Sound(codec=("-c:a", "libopus")),
    ),
    "MP3": _heard(codec=("-c:a", "libmp3lame")),
    "FLAC": _heard(codec=("-c:a", "flac"), suffix=".mkv"),
    "too short": _heard(seconds=0.5),
    "too long": _heard(seconds=1.5),
    "late": _heard(late=0.25, seconds=0.75),
    "early": _heard(late=-0.25, seconds=1.25),
}  # fmt: skip
FILES = {
    "B-frames": Kind(codec=clips.TWO_B_FRAMES),
    "open groups": Kind(codec=clips.OPEN_GOP),
    "edit list": _remade(
        _second_half, frames=24, start=12, before_frames=12, codec=clips.TWO_B_FRAMES
    ),
    "transport stream": Kind(suffix=".ts", codec=clips.TWO_B_FRAMES),
    "from hour 26 on": _remade(remuxed("-output_ts_offset", "95443"), suffix=".ts"),
    "from second 5 on": _remade(remuxed("-output_ts_offset", "5"), suffix=".mkv"),
    "MPEG-2": Kind(suffix=".ts", codec=MPEG2, rate="25", frames=25),
    "Flash": Kind(suffix=".flv"),
    "sound first": _remade(remuxed("-map", "-0", "-map", "0:a", "-map", "0:v")),
    "one frame": Kind(frames=1, sound=None),
    "two frames": Kind(frames=2),
}
DAMAGED = {
    "index missing": _remade(torn(0.8), refused="(moov) is missing"),
    "cut off": _remade(torn(0.8), options=("-movflags", "+faststart"), refused="it is cut off"),
    "cut off in Matroska": _remade(torn(0.7), suffix=".mkv", refused="it is cut off"),
    "damaged at its end": _remade(
        scratched(0.9, 1), codec=clips.TWO_B_FRAMES, sound=None, refused="picture is damaged from"
    ),
    "damaged within": _remade(
        scratched(0.4, 0.5), codec=clips.TWO_B_FRAMES, refused="is damaged from"
    ),
}
KINDS = {**SIZES, **RATES, **COLOURS, **TURNS, **SOUNDS, **FILES, **DAMAGED}
