"""Tiny real clips for tests: every frame carries its number as a bar code that survives a codec.

Import it as ``import clips``. A clip is made by one run of ffmpeg from frames drawn here::

    clips.make(ffmpeg, tmp_path / "a.mp4", rate="25", frames=10, sound=0.5)
    clips.number_in(tmp_path / "frame.png")  # -> 7
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

Size = tuple[int, int]
Rgb = tuple[int, int, int]

BITS = 9  # bars in the code, so numbers up to 511
NUMBER_SEEN = """(video) => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  pen.drawImage(video, 0, 0);
  const wide = Math.floor(canvas.width / BITS);
  let number = 0;
  for (let place = 0; place < BITS; place++) {
    const at = place * wide + Math.floor(wide / 2);
    const pixel = pen.getImageData(at, Math.floor(canvas.height / 2), 1, 1).data;
    number = number * 2 + (pixel[1] > 127 ? 1 : 0);
  }
  return number;
}""".replace("BITS", str(BITS))
"""A script's function that reads the number in the picture a browser shows of a video."""
TWO_B_FRAMES = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-bf", "2", "-g", "12",
                "-x264-params", "b-adapt=0:scenecut=0")  # fmt: skip
NO_B_FRAMES = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "12")
OPEN_GOP = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "8",
            "-x264-params", "b-adapt=0:scenecut=0:open-gop=1")  # fmt: skip
BT709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
"""A filter that only tags. The output options of these names make ffmpeg 9 convert."""
TO_BT709 = (
    "scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    f":out_color_matrix=bt709:out_range=tv,format=yuv420p,{BT709}"
)
"""The filters that turn an RGB picture into a clip's BT.709, accurately."""


def bar_code(number: int, size: Size) -> bytes:
    """A grey picture with ``number`` in bars, most significant first; raw ``gray`` bytes."""
    width, height = size
    bars = (230 if number >> bit & 1 else 25 for bit in reversed(range(BITS)))
    wide = width // BITS
    row = b"".join(bytes([level]) * wide for level in bars)
    return row.ljust(width, b"\x80") * height


def number_in(picture: Path | Image.Image) -> int:
    """The number that ``bar_code`` wrote, read from a picture of any size."""
    image = picture if isinstance(picture, Image.Image) else Image.open(picture)
    grey = image.convert("L")
    wide = grey.width // BITS
    number = 0
    for place in range(BITS):
        level = grey.getpixel((place * wide + wide // 2, grey.height // 2))
        assert isinstance(level, int)
        number = number * 2 + (level > 127)
    return number


def make(
    ffmpeg: FFmpeg,
    path: Path,
    *,
    size: Size = (72, 48),
    rate: str = "24",
    frames: int = 24,
    start: int = 0,
    sound: float | None = None,
    sound_options: Sequence[str] = ("-c:a", "aac", "-b:a", "64k", "-ar", "48000", "-ac", "2"),
    codec: Sequence[str] = NO_B_FRAMES,
    filters: str = "null",
    options: Sequence[str] = (),
) -> Path:
    """Make a clip whose frames carry the numbers from ``start`` on.

    Args:
        ffmpeg: the program.
        path: where to; the suffix decides the container.
        size: width and height, both even.
        rate: frames a second as ffmpeg reads it: ``24``, ``30000/1001``.
        frames: how many.
        start: the number in the first frame.
        sound: seconds of a sine tone; without it the clip has no sound at all.
        sound_options: its encoder.
        codec: the picture's encoder.
        filters: picture filters, such as ``settb=1/600,setpts=N*25+N*N`` for a variable rate.
        options: more output options; ``-pix_fmt`` may be given here.
    """
    return from_pictures(
        ffmpeg,
        path,
        (bar_code(number, size) for number in range(start, start + frames)),
        size=size,
        layout="gray",
        rate=rate,
        sound=sound,
        sound_options=sound_options,
        codec=codec,
        filters=filters,
        options=options,
    )


def from_pictures(
    ffmpeg: FFmpeg,
    path: Path,
    pictures: Iterable[bytes],
    *,
    size: Size,
    layout: str = "rgb24",
    rate: str = "24",
    sound: float | None = None,
    sound_options: Sequence[str] = ("-c:a", "aac", "-ar", "48000", "-ac", "2"),
    codec: Sequence[str] = NO_B_FRAMES,
    filters: str = "null",
    options: Sequence[str] = (),
) -> Path:
    """Make a clip from raw pictures of one ``layout`` (ffmpeg's name of a pixel format)."""
    tone = f"sine=frequency=330:sample_rate=48000:duration={sound}"
    ffmpeg.run(
        [
            *("-f", "rawvideo", "-pix_fmt", layout, "-s", f"{size[0]}x{size[1]}"),
            *("-framerate", rate, "-i", "pipe:0"),
            *(("-f", "lavfi", "-i", tone) if sound else ()),
            *("-vf", filters, "-fps_mode", "passthrough", "-threads", "1"),
            *codec,
            *(() if "-pix_fmt" in options else ("-pix_fmt", "yuv420p")),
            *(sound_options if sound else ()),
            *options,
            str(path),
        ],
        feed=pictures,
    )
    return path


def plain(
    ffmpeg: FFmpeg,
    path: Path,
    colour: Rgb = (128, 128, 128),
    *,
    size: Size = (72, 48),
    rate: str = "24",
    frames: int = 24,
    sound: float | None = None,
    codec: Sequence[str] = NO_B_FRAMES,
) -> Path:
    """Make a clip of one colour: quick, small, and easy to tell from another."""
    picture = bytes(colour) * (size[0] * size[1])
    pictures = itertools.repeat(picture, frames)
    return from_pictures(ffmpeg, path, pictures, size=size, rate=rate, sound=sound, codec=codec)


def with_edit_list(ffmpeg: FFmpeg, source: Path, target: Path, *, skip: str) -> Path:
    """Copy ``source`` (mp4) from ``skip`` seconds on; frames before it stay in, hidden."""
    ffmpeg.run(["-ss", skip, "-i", str(source), "-c", "copy", str(target)])
    return target


def raw_frames(
    ffmpeg: FFmpeg, path: Path, scratch: Path, *, options: Sequence[str] = ()
) -> list[int]:
    """The numbers in all frames of a clip as the ffmpeg program decodes it, in order.

    Written through ``scratch`` (a file that may be overwritten).
    """
    with_size = picture_size(path)
    ffmpeg.run(
        ["-i", str(path), *options, "-map", "0:v:0", "-fps_mode", "passthrough",
         "-f", "rawvideo", "-pix_fmt", "gray", str(scratch)]
    )  # fmt: skip
    data = scratch.read_bytes()
    length = with_size[0] * with_size[1]
    return [
        number_in(Image.frombytes("L", with_size, data[place : place + length]))
        for place in range(0, len(data), length)
    ]


def picture_size(path: Path) -> Size:
    """Width and height of a clip's coded picture."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height


Drawing = "Callable[[int], bytes]"
