"""Reads when each frame of a clip is shown: from its packets, or, where they lie, by decoding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.media.container import (
    WHOLE_COPY,
    FramePacket,
    frame_packet,
    is_flush,
    opened,
    picture_of,
)
from pipeline.media.timetable import Timetable, from_packets, from_times
from pipeline.timing import spell_seconds

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Codecs of which one packet is one frame in these containers; of others a decoder is asked.
_PLAIN_CODECS = {"h264", "hevc", "av1", "vp9", "prores", "dnxhd", "mjpeg", "ffv1", "png"}
_PLAIN_CONTAINERS = ("mov,", "matroska")
_PROGRESSIVE = {0, 1}  # unknown, progressive: no packet holds a single field


@dataclass(frozen=True, slots=True)
class ClipIndex:
    """The packets of a clip's picture in order of decoding, and when its frames are shown.

    ``counted`` says that frames carry no usable times and are known by their number alone.
    """

    packets: tuple[FramePacket, ...]
    timetable: Timetable
    counted: bool = False


def index_of(path: Path) -> ClipIndex:
    """Read the index of a clip.

    Raises:
        MediaError: it cannot be read, or no frame of it can be decoded.
    """
    with opened(path) as container:
        picture = picture_of(path, container)
        packets = [frame_packet(p) for p in container.demux(picture) if not is_flush(p)]
        return index_from(path, container, picture, packets)


def index_from(
    path: Path, container: InputContainer, picture: VideoStream, packets: Sequence[FramePacket]
) -> ClipIndex:
    """The index of an open clip whose ``packets`` have been read already.

    Raises:
        MediaError: only decoding could tell, and no frame can be decoded.
    """
    base = picture.time_base or Fraction(1, 1000)
    said = (picture.guessed_rate, picture.base_rate, picture.average_rate)
    claims = tuple(rate for rate in said if rate)
    if _packets_suffice(container, picture) and (timetable := from_packets(packets, base, claims)):
        return ClipIndex(tuple(packets), timetable)
    return _decoded_index(path, packets, base, claims)


def _packets_suffice(container: InputContainer, picture: VideoStream) -> bool:
    return (
        container.format.name.startswith(_PLAIN_CONTAINERS)
        and picture.codec.canonical_name in _PLAIN_CODECS
        and picture.codec_context.field_order in _PROGRESSIVE
    )


def _decoded_index(
    path: Path, packets: Sequence[FramePacket], base: Fraction, claims: Sequence[Fraction]
) -> ClipIndex:
    stamps = _stamps(path, claims)
    if not stamps:
        raise MediaError(path, "no frame of it can be decoded")
    times = sorted({pts for pts, _ in stamps if pts is not None})
    if len(times) == len(stamps):
        return ClipIndex(tuple(packets), from_times(times, stamps[-1][1] or 0, base, claims))
    rate = claims[0] if claims else Fraction(25)  # what ffmpeg assumes of a clip without times
    counted = from_times(range(len(stamps)), 1, 1 / rate, (rate,))
    return ClipIndex(tuple(packets), counted, counted=True)


def _stamps(path: Path, claims: Sequence[Fraction]) -> list[tuple[int | None, int | None]]:
    """When each frame is shown and how long, as the decoder tells it."""
    import av

    stamps: list[tuple[int | None, int | None]] = []
    with opened(path) as container:
        picture = picture_of(path, container)
        picture.thread_type = "AUTO"
        try:
            stamps += ((frame.pts, frame.duration) for frame in container.decode(picture))
        except av.FFmpegError as error:
            moment = f" ({spell_seconds(len(stamps) / claims[0])})" if claims else ""
            why = f"its picture is damaged from about frame {len(stamps)}{moment} on"
            raise MediaError(path, why, hint=WHOLE_COPY) from error
    return stamps
