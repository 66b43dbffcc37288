"""A sound file of the user's own: music, speech, an effect; what of it can be heard in a film."""

from __future__ import annotations

import contextlib
import errno
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.media.container import kind_of_text, refuse_unless_file
from pipeline.timing import spell_seconds

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# no playlist and no list of files: they would make ffmpeg read something else
_FORMATS = "wav,w64,aiff,caf,flac,mp3,ogg,aac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
_HEAD = 512  # bytes looked at to say what a file is instead
_GUESSING = {"mp3", "aac"}  # their length may be reckoned from size and first bit rate
_SLACK = Fraction(1, 4)  # seconds by which a file and its packets may disagree
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

    The length is the file's own word, and its packets are read to see that it is true; of formats
    that only guess it, theirs counts.

    Raises:
        MediaError: it is not there, holds no sound (text, a picture), cannot be decoded, or is cut
            off.
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
    promised = Fraction(container.duration or 0, _TICK)
    if stream.duration and stream.time_base:
        promised = stream.duration * stream.time_base
    there = _there(path, container, stream)
    if not promised or there >= promised - _SLACK:
        return promised or there
    if container.format.name in _GUESSING:
        return there
    why = f"it is cut off after {spell_seconds(there)} of its {spell_seconds(promised)}"
    raise MediaError(path, why, hint=f"Get a whole copy of it. {_SAVE}")


def _there(path: Path, container: InputContainer, stream: AudioStream) -> Fraction:
    """How long its packets last, none of them decoded."""
    begin: Fraction | None = None
    end = Fraction(0)
    container.seek(0)
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base:
            start = packet.pts * packet.time_base
            begin = start if begin is None else min(begin, start)
            end = max(end, start + (packet.duration or 0) * packet.time_base)
    if begin is None or end <= begin:
        raise MediaError(path, "it does not say how long it is", hint=_SAVE)
    return end - max(begin, Fraction(0))


def _no_sound(path: Path, error: Exception) -> MediaError:
    head = b""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(_HEAD)
    if instead := kind_of_text(head):
        return MediaError(path, f"it is {instead}, not sound", hint=_SAVE)
    if head[4:8] == b"ftyp":
        return MediaError(path, "it is cut off or damaged: its index (moov) is missing", hint=_SAVE)
    if _is_picture(path):
        return MediaError(path, "it is a picture, not sound", hint=_SAVE)
    if getattr(error, "errno", None) == errno.EINVAL:  # the list above leaves its format out
        return MediaError(path, "it is no sound in a format that is read here", hint=_SAVE)
    said = getattr(error, "strerror", None) or str(error)
    why = f"it is no sound that can be read ({said[:1].lower()}{said[1:]})"
    return MediaError(path, why, hint=_SAVE)


def _is_picture(path: Path) -> bool:
    from pipeline.media.pictures import opened_picture

    with contextlib.suppress(MediaError, OSError), opened_picture(path):
        return True
    return False
