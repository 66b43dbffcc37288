"""A sound file of the user's own: music, speech, an effect; what of it can be heard in a film."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.media.container import kind_of_text, refuse_unless_file

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# no playlist and no list of files: they would make ffmpeg read something else
_FORMATS = "wav,w64,aiff,caf,flac,mp3,ogg,aac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
_HEAD = 512  # bytes looked at to say what a file is instead
_TICK = 1_000_000  # of a container's duration: AV_TIME_BASE
_SAVE = "Save it as WAV, FLAC, MP3, AAC (m4a) or Ogg."


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """A file's sound: how long, of how many channels, in which codec and at which rate."""

    seconds: Fraction
    channels: int
    rate: int
    codec: str


def look_at_sound(path: Path) -> SoundFacts:
    """Measure a sound file, decoding no more than its beginning.

    The length is the file's own word; a file without one is read through, not decoded.

    Raises:
        MediaError: it is not there, holds no sound (text, a picture), or cannot be decoded.
    """
    import av

    refuse_unless_file(path)
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        with av.open(f"file:{path.absolute()}", options=options) as container:
            stream = _sound_of(path, container)
            _decode_some(path, container, stream)
            codec = stream.codec_context
            return SoundFacts(
                _seconds(path, container, stream), codec.channels, codec.sample_rate, codec.name
            )
    except av.FFmpegError as error:
        raise _no_sound(path, error) from error


def _sound_of(path: Path, container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise MediaError(path, "there is no sound in it", hint=_SAVE)
    return container.streams.audio[0]


def _decode_some(path: Path, container: InputContainer, stream: AudioStream) -> None:
    for frame in container.decode(stream):
        if frame.samples:
            return
    raise MediaError(path, "nothing of it can be decoded as sound", hint=_SAVE)


def _seconds(path: Path, container: InputContainer, stream: AudioStream) -> Fraction:
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    if container.duration:
        return Fraction(container.duration, _TICK)
    end = Fraction(0)
    container.seek(0)
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base:
            end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
    if not end:
        raise MediaError(path, "it does not say how long it is", hint=_SAVE)
    return end


def _no_sound(path: Path, error: Exception) -> MediaError:
    with contextlib.suppress(OSError), path.open("rb") as file:
        if instead := kind_of_text(file.read(_HEAD)):
            return MediaError(path, f"it is {instead}, not sound", hint=_SAVE)
    said = getattr(error, "strerror", None) or str(error)
    why = f"it is no sound that can be read ({said[:1].lower()}{said[1:]})"
    return MediaError(path, why, hint=_SAVE)
