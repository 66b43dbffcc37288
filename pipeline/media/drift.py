"""How a clip looks, in numbers: its colours and how sharp it is, from a few of its frames.

Colours are measured in Oklab, where equal distances look about equally different (Björn Ottosson,
"A perceptual color space for image processing", 2020). Every number is rounded and every picture
scaled without a processor's own shortcuts, so that each machine measures the same.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.media.colour import scale_matrix, scale_range
from pipeline.media.container import opened, picture_of
from pipeline.media.index import ClipIndex, index_of
from pipeline.media.scaling import scaling_graph

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame
    from PIL.Image import Image

    from pipeline.media.facts import ClipFacts

RECIPE = "1"
"""The version of how a look is measured; it is part of the name a look is kept under."""

Three = tuple[float, float, float]

_SAMPLES = 8  # frames that stand for all of a clip
_LAST = 3  # frames that stand for its end, one after another
_SMALL = (64, 36)  # pixels whose colours are looked at
_LINES = 360  # of the picture whose sharpness is measured, whatever the clip's own
_STRAIGHT = 450  # frames; what is longer is looked at by its key frames where it has enough
_BITEXACT = "flags=area+accurate_rnd+bitexact"


@dataclass(frozen=True, slots=True)
class Look:
    """What a few frames look like.

    ``mean`` and ``spread`` (standard deviation) are of Oklab's L, a and b, L from 0 to 1.
    ``sharpness`` is the standard deviation of the luma's Laplacian, in code values.
    """

    mean: Three
    spread: Three
    sharpness: float

    def colour_from(self, other: Look) -> float:
        """How far its colours are from another's: about 2 is just seen side by side.

        A hundred times the 2-Wasserstein distance of two normal distributions of independent
        channels: it counts how far the means lie apart and how differently they spread.
        """
        pairs = zip((*self.mean, *self.spread), (*other.mean, *other.spread), strict=True)
        return 100 * math.sqrt(sum((mine - its) ** 2 for mine, its in pairs))

    def sharpness_from(self, other: Look) -> float:
        """How much sharper it is than another: -0.2 is a fifth less."""
        return self.sharpness / other.sharpness - 1 if other.sharpness else 0.0


@dataclass(frozen=True, slots=True)
class ClipLook:
    """The look of what is shown of a clip, and of its end alone.

    ``levels`` counts red, green and blue of the whole by their 256 code values.
    """

    whole: Look
    last: Look
    levels: tuple[tuple[int, ...], ...]


def measure_clip(path: Path, facts: ClipFacts, first: int, last: int) -> ClipLook:
    """How a clip looks from frame ``first`` to ``last``, both in it, counted from 0.

    Few frames are looked at, and none is decoded that nothing else leans on.

    Raises:
        MediaError: the clip or its colours cannot be read.
        ValueError: it has no such frames.
    """
    if not 0 <= first <= last < facts.frames:
        raise ValueError(f"no frames {first} to {last} in {facts.frames}")
    clip = index_of(path)
    count = last - first + 1
    spread = [first + (2 * n + 1) * count // (2 * _SAMPLES) for n in range(_SAMPLES)]
    ends = [max(first, last - n) for n in reversed(range(_LAST))]
    frames = dict(_frames(path, clip, sorted({*_seen(clip, spread, count), *ends})))
    scales = _Scales(path, facts)
    measured = {number: _measured(scales, frame) for number, frame in frames.items()}
    of = [number for number in measured if number not in ends] or ends
    whole = [measured[number] for number in of]
    end = [measured[number] for number in dict.fromkeys(ends)]
    return ClipLook(_look(whole), _look(end), _levels([image for image, _ in whole]))


def measure_picture(path: Path) -> Look:
    """How a picture looks.

    Raises:
        MediaError: it cannot be read.
    """
    from PIL import Image, ImageOps

    from pipeline.media.pictures import opened_picture

    with opened_picture(path) as opened_image:
        image = ImageOps.exif_transpose(opened_image).convert("RGB")
    wide = max(2, round(image.width * _LINES / image.height))
    luma = image.convert("L").resize((wide, _LINES), Image.Resampling.BOX)
    return _look([(image.resize(_SMALL, Image.Resampling.BOX), _sharpness(luma))])


def _seen(clip: ClipIndex, wanted: Sequence[int], count: int) -> set[int]:
    """The frames to look at for ``wanted``: of a long stretch, the key frames before them."""
    if count <= _STRAIGHT or clip.counted:
        return set(wanted)
    times = clip.timetable.times
    place = {time: number for number, time in enumerate(times)}
    keys = sorted(place[p.pts] for p in clip.packets if p.key and p.pts in place)
    near = {max((k for k in keys if k <= number), default=number) for number in wanted}
    return near if len(near) >= _SAMPLES // 2 else set(wanted)


def _frames(path: Path, clip: ClipIndex, wanted: Sequence[int]) -> Iterator[tuple[int, VideoFrame]]:
    """The wanted frames with their numbers; in place of one that nothing leans on, the next."""
    waiting = list(wanted)
    frame: VideoFrame | None = None
    for frame, number in _decoded(path, clip, wanted):
        while waiting and number >= waiting[0]:
            yield waiting.pop(0), frame
    if frame is None:
        raise MediaError(path, "none of its frames can be decoded")
    yield from ((number, frame) for number in waiting)


def _decoded(
    path: Path, clip: ClipIndex, wanted: Sequence[int]
) -> Iterator[tuple[VideoFrame, int]]:
    """Frames with their numbers from the first wanted one's key frame on, leaping where it pays."""
    times = clip.timetable.times
    numbers = {time: number for number, time in enumerate(times)}
    with opened(path) as container:
        picture = picture_of(path, container)
        picture.thread_type = "AUTO"
        if clip.counted:
            decoded = (f for packet in container.demux(picture) for f in packet.decode())
            yield from ((frame, number) for number, frame in enumerate(decoded))
            return
        picture.codec_context.skip_frame = "NONREF"
        for stretch in _stretches(clip, wanted):
            container.seek(times[stretch[0]], stream=picture)
            for frame in container.decode(picture):
                number = None if frame.pts is None else numbers.get(frame.pts)
                if number is None or number < stretch[0]:
                    continue
                yield frame, number
                if number >= stretch[-1]:
                    break


def _stretches(clip: ClipIndex, wanted: Sequence[int]) -> list[list[int]]:
    """The wanted frames, those together that are decoded in one go."""
    times = clip.timetable.times
    keys = [p.pts for p in clip.packets if p.key and p.pts is not None]

    def last_key(number: int) -> int:
        return max((key for key in keys if key <= times[number]), default=0)

    return [list(group) for _, group in itertools.groupby(wanted, key=last_key)]


class _Scales:
    """Makes a clip's frames small, by the clip's own colour words."""

    def __init__(self, path: Path, facts: ClipFacts) -> None:
        try:
            matrix = scale_matrix(facts)
        except ValueError as error:
            raise MediaError(path, str(error)) from error
        reads = f"in_color_matrix={matrix}:in_range={scale_range(facts)}:out_range=pc"
        wide = max(2, round(_LINES * Fraction(facts.width, facts.height)))
        self._colours = f"w={_SMALL[0]}:h={_SMALL[1]}:{_BITEXACT}:{reads}", "rgb24", "RGB"
        self._luma = f"w={wide}:h={_LINES}:{_BITEXACT}:{reads}", "gray", "L"
        self._graphs: dict[tuple[str, int, int, str], Graph] = {}

    def colours(self, frame: VideoFrame) -> Image:
        """Few pixels of RGB."""
        return self._scaled(frame, *self._colours)

    def luma(self, frame: VideoFrame) -> Image:
        """Many pixels of luma."""
        return self._scaled(frame, *self._luma)

    def _scaled(self, frame: VideoFrame, scale: str, layout: str, mode: str) -> Image:
        from PIL import Image

        key = (layout, frame.width, frame.height, frame.format.name)
        graph = self._graphs.get(key) or scaling_graph(frame, scale, layout)
        self._graphs[key] = graph
        graph.vpush(frame)
        small = graph.vpull()
        data = bytes(small.planes[0])
        size = (small.width, small.height)
        return Image.frombuffer(mode, size, data, "raw", mode, small.planes[0].line_size, 1)


def _measured(scales: _Scales, frame: VideoFrame) -> tuple[Image, float]:
    return scales.colours(frame), _sharpness(scales.luma(frame))


def _sharpness(luma: Image) -> float:
    """The standard deviation of the Laplacian, hardest edges cut off."""
    from PIL import ImageFilter, ImageStat

    laplacian = ImageFilter.Kernel((3, 3), (0, -1, 0, -1, 4, -1, 0, -1, 0), scale=1, offset=128)
    # Pillow leaves the outermost pixels as they were
    inside = luma.filter(laplacian).crop((1, 1, luma.width - 1, luma.height - 1))
    return float(ImageStat.Stat(inside).stddev[0])


def _look(measured: Sequence[tuple[Image, float]]) -> Look:
    """One look of several frames."""
    mean, spread = _oklab(b"".join(image.tobytes() for image, _ in measured))
    sharpness = sum(sharp for _, sharp in measured) / len(measured)
    return Look(mean, spread, round(sharpness, 2))


def _levels(images: Sequence[Image]) -> tuple[tuple[int, ...], ...]:
    summed = [sum(column) for column in zip(*(i.histogram() for i in images), strict=True)]
    return tuple(tuple(summed[start : start + 256]) for start in (0, 256, 512))


def _oklab(rgb: bytes) -> tuple[Three, Three]:
    """Mean and spread of the pixels' L, a and b."""
    light = [_linear(code / 255) for code in range(256)]
    cbrt = math.cbrt
    cells: list[tuple[float, float, float, int]] = []
    colours = Counter(zip(rgb[::3], rgb[1::3], rgb[2::3], strict=True))  # most stand many times
    for (red, green, blue), times in colours.items():
        r, g, b = light[red], light[green], light[blue]
        x = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        y = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        z = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        cells.append((x, y, z, times))
    return _lab_of(cells)


def _lab_of(cells: Sequence[tuple[float, float, float, int]]) -> tuple[Three, Three]:
    """Oklab is linear in cube roots, so a mean of those is enough, and their covariance."""
    rows = ((0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip
    count = sum(cell[3] for cell in cells)
    means, spreads = [], []
    for p, q, r in rows:
        values = [(p * x + q * y + r * z, times) for x, y, z, times in cells]
        mean = math.fsum(value * times for value, times in values) / count
        means.append(round(mean, 4))
        variance = math.fsum(value * value * times for value, times in values) / count - mean * mean
        spreads.append(round(math.sqrt(max(0.0, variance)), 4))
    return (means[0], means[1], means[2]), (spreads[0], spreads[1], spreads[2])


def _linear(code: float) -> float:
    """Light of a code value from 0 to 1 (IEC 61966-2-1)."""
    return code / 12.92 if code <= 0.04045 else math.pow((code + 0.055) / 1.055, 2.4)
