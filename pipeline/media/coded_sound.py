"""Joins coded sound packet by packet: nothing is decoded, every time stamp is counted anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.media.container import is_flush, opened
from pipeline.media.join_sound import sound_of, unwritable, write_packet

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

AAC_FRAME = 1024
"""Samples in a packet of AAC-LC (ISO/IEC 14496-3). The first one only leads in."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Sound in a file, of which ``packets`` are wanted (none: all) behind those ``dropped``."""

    path: Path
    dropped: int
    packets: int | None


def join_coded(parts: Sequence[Coded], target: Path) -> None:
    """Write AAC from several files as one (mp4), its first packet being the encoder's lead-in.

    Raises:
        MediaError: a file cannot be read, lacks packets, or was coded otherwise than the first.
        OSError: the target cannot be written.
    """
    import av

    options = {"fflags": "+bitexact"}
    try:
        with av.open(f"file:{target.absolute()}", "w", format="mp4", options=options) as output:
            _write(parts, output)
    except av.FFmpegError as error:
        raise unwritable(error, str(target)) from error


def _write(parts: Sequence[Coded], output: OutputContainer) -> None:
    lane: AudioStream | None = None
    number = -1  # the first packet is heard before moment 0
    for part in parts:
        with opened(part.path) as container:
            stream = sound_of(container)
            lane = lane or output.add_stream_from_template(stream)
            if stream.codec_context.extradata != lane.codec_context.extradata:
                raise MediaError(part.path, "its sound was coded otherwise")
            for packet in _wanted(part, container.demux(stream)):
                packet.pts = packet.dts = number * AAC_FRAME
                packet.time_base = Fraction(1, stream.sample_rate)
                packet.stream = lane
                write_packet(output, packet)
                number += 1


def _wanted(part: Coded, packets: Iterator[Packet[AudioStream]]) -> Iterator[Packet[AudioStream]]:
    taken = 0
    for place, packet in enumerate(packets):
        if is_flush(packet) or taken == part.packets:
            break
        if place >= part.dropped:
            taken += 1
            yield packet
    if part.packets is not None and taken < part.packets:
        raise MediaError(part.path, "it has too little sound")
