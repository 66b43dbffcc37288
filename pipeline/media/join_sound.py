"""The sound of a joined film as it is being written: each clip's own, or one for the whole film."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipeline.media.container import is_flush
from pipeline.media.lanes import SoundGrid, SoundOffGridError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet


class OwnSound:
    """Each piece's own sound, laid on one grid."""

    def __init__(self, output: OutputContainer, first: AudioStream) -> None:
        self._output = output
        self._grid = SoundGrid(first.sample_rate)
        self._lane = output.add_stream_from_template(first)
        self._sample = Fraction(1, first.sample_rate)
        self._free = 0  # the first slot that has not been written
        self._waiting: list[tuple[int, Packet[AudioStream]]] = []
        self._begun = False
        self._fresh = True  # no packet of this piece has come yet
        self._settled = 0
        self._end = Fraction(0)

    def begin(self, piece: AudioStream, shift: Fraction, end: Fraction) -> None:
        """A piece begins: its moment 0 is film time ``shift``, its picture ends at ``end``.

        Raises:
            SoundOffGridError: the piece before had no sound.
        """
        self._check_came()
        self._grid.begin_clip(shift, piece.time_base or Fraction(1, piece.sample_rate))
        self._begun = self._fresh = True
        self._end = end

    def take(self, packet: Packet[AudioStream]) -> None:
        """Keep a packet until its slot is certain to be its own, then write it.

        Raises:
            SoundOffGridError: it cannot be laid there without a hole.
        """
        slot = self._grid.slot(packet.pts, packet.duration)
        if self._fresh:
            self._fresh = False
            self._settled = self._grid.settled(self._end)
            self._give_way(slot)
        self._waiting.append((slot, packet))
        self._write_before(self._settled)

    def end(self, end: Fraction) -> None:
        """Write the rest, up to film time ``end``.

        Raises:
            SoundOffGridError: there is too little of it.
        """
        self._check_came()
        last = self._grid.last(end)
        self._write_before(last)
        if self._free < last - 1:
            raise SoundOffGridError("its sound is shorter than its picture")

    def _check_came(self) -> None:
        if self._begun and self._fresh:
            raise SoundOffGridError("it has no sound")

    def _give_way(self, slot: int) -> None:
        """What the piece before has from ``slot`` on is dropped."""
        self._write_before(slot)
        self._waiting.clear()
        if self._free < slot:
            raise SoundOffGridError("the sound before it is shorter than its picture")

    def _write_before(self, slot: int) -> None:
        while self._waiting and self._waiting[0][0] < slot:
            place, packet = self._waiting.pop(0)
            if place >= self._free:
                self._stamp(place, packet)
                self._free = place + 1

    def _stamp(self, slot: int, packet: Packet[AudioStream]) -> None:
        packet.pts = packet.dts = self._grid.pts(slot)
        packet.duration = self._grid.size
        packet.time_base = self._sample
        packet.stream = self._lane
        write_packet(self._output, packet)


class WholeSound:
    """The sound of the whole film, from one file; kept level with the picture."""

    def __init__(self, output: OutputContainer, container: InputContainer) -> None:
        self._output = output
        stream = sound_of(container)
        self._lane = output.add_stream_from_template(stream)
        self._packets = iter(container.demux(stream))

    def write_until(self, end: Fraction) -> None:
        """Write what is heard before film time ``end``."""
        for packet in self._packets:
            if is_flush(packet):
                break
            ends = (packet.pts or 0) * packet.time_base
            packet.stream = self._lane
            write_packet(self._output, packet)
            if ends >= end:
                break


def sound_of(container: InputContainer) -> AudioStream:
    """The sound of a clip.

    Raises:
        SoundOffGridError: there is none.
    """
    if not container.streams.audio:
        raise SoundOffGridError("it has no sound")
    return container.streams.audio[0]


def write_packet(output: OutputContainer, packet: Packet[Any]) -> None:
    """Hand a packet to the muxer.

    Raises:
        OSError: the film's file cannot be written; no clip is to blame.
    """
    import av

    try:
        output.mux(packet)
    except av.FFmpegError as error:
        raise unwritable(error, output.name) from error


def unwritable(error: Exception, target: str) -> OSError:
    """What PyAV said about a file being written, as the system would say it."""
    number = getattr(error, "errno", None) or 0
    return OSError(number, getattr(error, "strerror", None) or str(error), target)
