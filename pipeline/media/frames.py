"""Takes a frame out of a clip: exactly the one asked for, in exactly its colours, lossless.

A frame is found by its number, never by a time near the end: the packets tell when each frame is
shown, decoding starts at the last key frame it needs, and the decoder's own time stamp says which
frame came out.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import files
from pipeline.errors import MediaError
from pipeline.ids import Digest
from pipeline.media.colour import colour_note, scale_matrix, scale_range
from pipeline.media.container import opened, picture_of
from pipeline.media.facts import ClipFacts
from pipeline.media.index import ClipIndex, index_of
from pipeline.media.orientation import orientation_of, turned
from pipeline.media.probe import probe
from pipeline.media.scaling import scaling_graph

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL.Image import Image

RECIPE = "1"
"""The version of how pixels come out of a clip; it stands beside every recorded frame."""

_ACCURATE = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
_QUICK_DEFLATE = 1  # a frame is read again at once; a smaller file would cost more than it saves


@dataclass(frozen=True, slots=True)
class Still:
    """A frame written as a picture.

    ``pixels`` is the digest of its size and RGB bytes, whatever the file around them.
    ``note`` is a sentence for people where its colours need one.
    """

    path: Path
    pixels: Digest
    width: int
    height: int
    note: str | None = None


def last_index(facts: ClipFacts) -> int:
    """The number of a clip's last frame, counted from 0."""
    return facts.frames - 1


def index_on_screen(path: Path, seconds: Fraction) -> int:
    """Which frame is on the screen ``seconds`` after the first; the last one from the end on.

    Raises:
        MediaError: the clip cannot be read.
    """
    return index_of(path).timetable.on_screen(seconds)


def frame_at(path: Path, index: int, target: Path, *, facts: ClipFacts | None = None) -> Still:
    """Write frame ``index`` of a clip, in order of showing from 0, to ``target`` as a PNG.

    The picture has 8 bits of RGB and square pixels and stands as a player shows it. ``target``
    is whole or absent. ``facts`` saves measuring the clip again.

    Raises:
        MediaError: the clip cannot be read, has no such frame, or its colours cannot be read.
    """
    known = facts or probe(path)
    image = picture_at(path, index, known)
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=_QUICK_DEFLATE)
    files.write_whole(target, data.getvalue())
    return Still(target, pixel_digest(image), image.width, image.height, colour_note(known))


def picture_at(path: Path, index: int, facts: ClipFacts) -> Image:
    """Frame ``index`` of a clip as ``frame_at`` would write it.

    Raises:
        MediaError: as ``frame_at``.
    """
    return _image(path, decoded_frame(path, index), facts)


def pixel_digest(image: Image) -> Digest:
    """The digest of a picture's size and RGB bytes: equal for equal pictures in any format."""
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    digest = hashlib.sha256(f"{rgb.width}x{rgb.height}:rgb24:".encode())
    digest.update(rgb.tobytes())
    return Digest(digest.hexdigest())


def decoded_frame(path: Path, index: int) -> VideoFrame:
    """Frame ``index`` of a clip as its decoder gives it.

    Raises:
        MediaError: the clip cannot be read or has no such frame.
    """
    clip = index_of(path)
    frames = clip.timetable.frames
    if not 0 <= index < frames:
        raise MediaError(path, f"it has no frame {index}; it has {frames}, counted from 0")
    for start in _starting_points(clip, index):
        with contextlib.suppress(MediaError):  # the next start, or the last line, has the word
            if frame := _decoded_from(path, start, clip, index):
                return frame
    raise MediaError(path, f"its frame {index} cannot be decoded")


def _starting_points(clip: ClipIndex, index: int) -> Iterator[int]:
    """Packets to start decoding at: the key frame the frame leans on, then the beginning.

    The second is for streams whose key frames promise more than they keep.
    """
    time = clip.timetable.times[index]
    keys = [
        place
        for place, packet in enumerate(clip.packets)
        if packet.key and packet.pts is not None and packet.pts <= time
    ]
    if keys and keys[-1] > 0 and not clip.counted:
        yield keys[-1]
    yield 0


def _decoded_from(path: Path, start: int, clip: ClipIndex, index: int) -> VideoFrame | None:
    """Feed a fresh decoder from packet ``start`` on until the frame comes out whole.

    ``None`` where it does not, or where ``start`` is no whole picture after all: a stream that is
    refreshed strip by strip calls frames keys that lean on others.
    """
    from av.video.frame import PictureType

    time, start_time = clip.timetable.times[index], clip.packets[start].pts
    from_key = start == 0
    with opened(path) as container:
        picture = picture_of(path, container)
        picture.thread_type = "AUTO"
        packets = itertools.islice(container.demux(picture), start, None)
        frames = itertools.chain.from_iterable(picture.decode(packet) for packet in packets)
        for number, frame in enumerate(frames):
            from_key = from_key or (frame.pts == start_time and frame.pict_type == PictureType.I)
            is_it = number == index if clip.counted else frame.pts == time
            if is_it and from_key and not frame.is_corrupt:
                return frame
    return None


def _image(path: Path, frame: VideoFrame, facts: ClipFacts) -> Image:
    """The frame in RGB, square pixels, upright."""
    from PIL import Image

    try:
        matrix = scale_matrix(facts)
    except ValueError as error:
        raise MediaError(path, str(error)) from error
    width, height = facts.shown_size if facts.rotation % 180 == 0 else facts.shown_size[::-1]
    scale = (
        f"w={width}:h={height}:flags={_ACCURATE}"
        f":in_color_matrix={matrix}:in_range={scale_range(facts)}:out_range=pc"
    )
    graph = scaling_graph(frame, scale, "rgb24")
    graph.vpush(frame)
    graph.vpush(None)
    rgb = graph.vpull()
    plane = rgb.planes[0]
    image = Image.frombuffer(
        "RGB", (rgb.width, rgb.height), bytes(plane), "raw", "RGB", plane.line_size, 1
    )
    return turned(image, orientation_of(frame))
