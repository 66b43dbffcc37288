"""What a clip is: measured from its packets and one decoded frame, in some ten milliseconds."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pipeline.errors import MediaError
from pipeline.media import colour
from pipeline.media.container import (
    WHOLE_COPY,
    FramePacket,
    frame_packet,
    is_flush,
    opened,
    picture_of,
)
from pipeline.media.facts import ALONE, ClipFacts, SoundFacts
from pipeline.media.index import index_from, index_of
from pipeline.media.orientation import Orientation, orientation_of
from pipeline.media.timetable import Timetable
from pipeline.timing import spell_seconds

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


@dataclass(slots=True)
class _Reading:
    """What one pass over a clip's packets found."""

    packets: list[FramePacket] = field(default_factory=list)
    data: hashlib._Hash = field(default_factory=hashlib.sha256)
    frame: VideoFrame | None = None
    sound_ticks: int = 0
    sound_skipped: int = 0
    sound_packets: int = 0


def probe(path: Path) -> ClipFacts:
    """Measure a clip, decoding no more of it than it takes.

    Raises:
        MediaError: it is not there, or no clip with at least one frame, or cut off.
    """
    with opened(path) as container:
        picture = picture_of(path, container)
        sound = container.streams.audio[0] if container.streams.audio else None
        reading = _read(path, container, picture, sound)
        timetable = index_from(path, container, picture, reading.packets).timetable
        if reading.frame is None:
            raise MediaError(path, "no frame of it can be decoded")
        heard = _sound_facts(path, container, sound, reading) if sound else None
        return _facts(picture, reading, reading.frame, timetable, heard)


def check_decodable(path: Path) -> None:
    """Decode all of a clip, picture and sound, as is done once when it arrives.

    Raises:
        MediaError: it is no clip, or damaged; it says from which frame or second on.
    """
    _decoded(path)


def check_showable(path: Path) -> None:
    """Decode all of a clip that somebody brings, and see that it is of one kind to its end.

    ffmpeg sets its filters up anew where a size, a range or channels change, and counts anew.

    Raises:
        MediaError: as ``check_decodable``; or something of it changes on the way.
    """
    decoded = _decoded(path)
    if decoded.change:
        raise MediaError(
            path, decoded.change, hint="Let ffmpeg make one of it: ffmpeg -i CLIP -crf 12 NEW.mp4."
        )


@dataclass(slots=True)
class _Decoded:
    """What decoding all of a clip found: its frames, and the first change of what they are."""

    frames: int = 0
    picture: str = ""
    sound: str = ""
    change: str | None = None

    def note_picture(self, frames: Sequence[VideoFrame], rate: Fraction) -> None:
        for frame in frames:
            range_ = colour.range_word(frame.color_range)
            kind = f"{frame.width}x{frame.height} {frame.format.name} {range_ or ''}".strip()
            self.picture = self.picture or kind
            if kind != self.picture and not self.change:
                moment = spell_seconds(self.frames / rate)
                self.change = f"its picture changes from {self.picture} to {kind} at {moment}"
            self.frames += 1

    def note_sound(self, frames: Sequence[AudioFrame]) -> None:
        for frame in frames:
            kind = f"{frame.layout.name} at {frame.sample_rate} Hz"
            self.sound = self.sound or kind
            if kind != self.sound and not self.change:
                self.change = f"its sound changes from {self.sound} to {kind} on the way"


def _decoded(path: Path) -> _Decoded:
    index = index_of(path)
    with opened(path) as container:
        picture = picture_of(path, container)
        _refuse_torn(path, picture, index.packets)
        picture.thread_type = "AUTO"
        decoded = _decode_all(path, container, picture, index.timetable)
    if decoded.frames < index.timetable.frames:
        raise MediaError(
            path, f"only {decoded.frames} of its {index.timetable.frames} frames can be decoded"
        )
    return decoded


def _decode_all(
    path: Path, container: InputContainer, picture: VideoStream, timetable: Timetable
) -> _Decoded:
    import av

    decoded = _Decoded()
    sound = container.streams.audio[:1]
    for packet in container.demux([picture, *sound]):
        is_picture = packet.stream is picture
        try:
            frames = cast("list[VideoFrame | AudioFrame]", packet.decode())
        except av.FFmpegError as error:
            raise _damaged(path, packet, is_picture, decoded, timetable) from error
        if packet.is_corrupt or any(frame.is_corrupt for frame in frames):
            raise _damaged(path, packet, is_picture, decoded, timetable)
        if is_picture:
            decoded.note_picture(cast("list[VideoFrame]", frames), timetable.rate)
        else:
            decoded.note_sound(cast("list[AudioFrame]", frames))
    return decoded


def _damaged(
    path: Path, packet: Packet[Any], is_picture: bool, decoded: _Decoded, timetable: Timetable
) -> MediaError:
    if is_picture:
        moment = spell_seconds(decoded.frames / timetable.rate)
        why = f"its picture is damaged from about frame {decoded.frames} ({moment}) on"
    else:
        moment = spell_seconds(max(packet.pts or 0, 0) * packet.time_base)
        why = f"its sound is damaged from about {moment} on"
    return MediaError(path, why, hint=WHOLE_COPY)


def _read(
    path: Path, container: InputContainer, picture: VideoStream, sound: AudioStream | None
) -> _Reading:
    picture.codec_context.thread_count = 1  # one frame is wanted; threads would hold it back
    reading = _Reading()
    for packet in container.demux([stream for stream in (picture, sound) if stream]):
        if packet.stream is picture:
            _note_picture(reading, packet, picture)
        elif not is_flush(packet):
            _note_sound(reading, packet)
    _refuse_torn(path, picture, reading.packets)
    return reading


def _note_picture(reading: _Reading, packet: Packet[Any], picture: VideoStream) -> None:
    if reading.frame is None:
        frames = picture.decode(packet)
        reading.frame = frames[0] if frames else None
    if not is_flush(packet):
        reading.packets.append(frame_packet(packet))
        if packet.is_discard:
            reading.data.update(bytes(packet))


def _note_sound(reading: _Reading, packet: Packet[Any]) -> None:
    reading.sound_packets += 1
    reading.sound_ticks += packet.duration or 0
    for data in packet.iter_sidedata():
        if data.data_type == "skip_samples":
            start, end = struct.unpack_from("<II", bytes(data))
            reading.sound_skipped += start + end


def _refuse_torn(path: Path, picture: VideoStream, packets: Sequence[FramePacket]) -> None:
    if not packets:
        raise MediaError(path, "it has no frames")
    torn = next((place for place, packet in enumerate(packets) if packet.torn), None)
    if torn is None and len(packets) < picture.frames:
        torn = len(packets)
    if torn is not None:
        promised = max(picture.frames, len(packets))
        why = f"it is cut off after {torn} of its {promised} frames"
        raise MediaError(path, why, hint=WHOLE_COPY)


def _facts(
    picture: VideoStream,
    reading: _Reading,
    frame: VideoFrame,
    timetable: Timetable,
    sound: SoundFacts | None,
) -> ClipFacts:
    orientation = orientation_of(frame)
    aspect = picture.sample_aspect_ratio or Fraction(1)
    return ClipFacts(
        width=frame.width,
        height=frame.height,
        rate=timetable.rate,
        frames=timetable.frames,
        variable=timetable.variable,
        codec=picture.codec.canonical_name,
        pixels=frame.format.name,
        matrix=colour.matrix_word(frame.colorspace),
        primaries=colour.primaries_word(frame.color_primaries),
        transfer=colour.transfer_word(frame.color_trc),
        range=colour.range_word(frame.color_range),
        rotation=orientation.degrees,
        parameters=_picture_parameters(picture, reading, frame, timetable, orientation),
        sound=sound,
        sample_aspect=aspect,
    )


def _picture_parameters(
    picture: VideoStream,
    reading: _Reading,
    frame: VideoFrame,
    timetable: Timetable,
    orientation: Orientation,
) -> str:
    context = picture.codec_context
    digest = _digest(
        picture.codec.canonical_name,
        context.codec_tag,
        context.extradata,
        (frame.width, frame.height),
        frame.format.name,
        picture.sample_aspect_ratio or 1,
        (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range),
        orientation,
        context.field_order,
        picture.time_base,
        timetable.rate,
    )
    if any(packet.hidden for packet in reading.packets):
        # The frames hidden by its edit list would come back to light in a joined stream.
        return f"{ALONE}{_digest(digest, reading.data.hexdigest())}"
    return digest


def _sound_facts(
    path: Path, container: InputContainer, sound: AudioStream, reading: _Reading
) -> SoundFacts | None:
    context = sound.codec_context
    if reading.sound_packets == 0 or not context.rate:
        return None
    is_mp4 = container.format.name.startswith("mov,")
    samples = _samples_told(sound, reading) if is_mp4 else _samples_decoded(path)
    return SoundFacts(
        codec=sound.codec.canonical_name,
        rate=context.rate,
        channels=context.channels,
        samples=samples,
        parameters=_digest(
            sound.codec.canonical_name,
            context.codec_tag,
            context.extradata,
            context.rate,
            context.layout.name,
            context.format.name,
            sound.time_base,
        ),
    )


def _samples_told(sound: AudioStream, reading: _Reading) -> int:
    """What an mp4 says it plays: its packets without the encoder's run-in and the cut-off tail."""
    per_tick = sound.codec_context.rate * (sound.time_base or Fraction(1))
    played = int(reading.sound_ticks * per_tick) - reading.sound_skipped
    if sound.duration:
        played = min(played, int(sound.duration * per_tick))
    return max(played, 0)


def _samples_decoded(path: Path) -> int:
    """Count what a decoder gives; other containers round their times to milliseconds."""
    import av

    samples, rate = 0, 1
    with opened(path) as container:
        try:
            for frame in container.decode(audio=0):
                samples, rate = samples + frame.samples, frame.sample_rate
        except av.FFmpegError as error:
            why = f"its sound is damaged from about {spell_seconds(Fraction(samples, rate))} on"
            raise MediaError(path, why, hint=WHOLE_COPY) from error
    return samples


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
