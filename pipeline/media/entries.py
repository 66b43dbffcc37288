"""Where decoding may begin within a clip, so that its end is reached without all before it.

Only frames that lean on nothing before them count: an open group of pictures, or one that is
refreshed bit by bit, also calls its first frame a key frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MediaError
from pipeline.media.container import is_flush, opened, picture_of

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from pipeline.media.facts import ClipFacts

_CONTAINERS = ("mov,", "matroska")  # they seek by an index, and tell times as they are
_ALONE = {"prores", "dnxhd", "mjpeg"}  # each frame by itself
# ISO/IEC 14496-10, table 7-1, and 23008-2, table 7-1: slices of pictures that reset the decoder
_RESETS = {"h264": {5}, "hevc": {19, 20}}
_SLICES = {"h264": range(1, 6), "hevc": range(22)}
_FINEST = 8  # ticks a frame at least, so that a time stamp says which frame it is


@dataclass(frozen=True, slots=True)
class Entry:
    """A frame, counted from 0, from which on a clip can be decoded.

    ``seconds`` lies a quarter of a frame behind its time stamp: who seeks to it gets there, or to
    a frame before it.
    """

    frame: int
    seconds: Fraction


def entry_before(path: Path, facts: ClipFacts, frame: int) -> Entry | None:
    """The last entry at or before ``frame`` (none: the clip is to be decoded from its start).

    Of a file that cannot be read there is none either: who decodes it will say what is wrong.
    """
    if frame < 1 or facts.variable or not facts.joinable:
        return None
    try:
        with opened(path) as container:
            picture = picture_of(path, container)
            return _entry(container, picture, facts, frame)
    except MediaError:
        return None


def _entry(
    container: InputContainer, picture: VideoStream, facts: ClipFacts, frame: int
) -> Entry | None:
    ticks = picture.time_base
    if not ticks or not container.format.name.startswith(_CONTAINERS):
        return None
    step = 1 / (facts.rate * ticks)
    begin = _next_packet(container, picture)
    if step < _FINEST or begin is None:
        return None
    first = begin.pts or 0
    container.seek(int(first + frame * step), stream=picture, backward=True)
    packet = _next_packet(container, picture)
    if packet is None or packet.pts is None or not _resets(packet, picture, facts.codec):
        return None
    number = round((packet.pts - first) / step)
    if not 0 < number <= frame or abs(packet.pts - first - number * step) > 1:
        return None
    return Entry(number, (packet.pts + step / 4) * ticks)


def _next_packet(container: InputContainer, picture: VideoStream) -> Packet[Any] | None:
    """The next packet, if it is a key frame that is to be shown."""
    packet = next(iter(container.demux(picture)), None)
    usable = packet is not None and not is_flush(packet) and packet.is_keyframe
    return packet if packet and usable and not packet.is_discard else None


def _resets(packet: Packet[Any], picture: VideoStream, codec: str) -> bool:
    """Whether nothing behind this packet leans on anything before it."""
    if codec in _ALONE:
        return True
    if codec not in _RESETS:
        return False
    kinds = _slice_kinds(bytes(packet), picture.codec_context.extradata or b"", codec)
    return bool(kinds) and kinds <= _RESETS[codec]


def _slice_kinds(data: bytes, extradata: bytes, codec: str) -> set[int]:
    """The kinds of a picture's slices; none where they lie otherwise than with their lengths."""
    place = 4 if codec == "h264" else 21  # of the length of lengths, in avcC and hvcC
    if len(extradata) <= place or extradata[0] != 1:
        return set()
    size = (extradata[place] & 3) + 1
    kinds: set[int] = set()
    at = 0
    while at + size < len(data):
        length = int.from_bytes(data[at : at + size])
        head = data[at + size]
        kind = head & 31 if codec == "h264" else head >> 1 & 63
        if kind in _SLICES[codec]:
            kinds.add(kind)
        at += size + length
    return kinds
