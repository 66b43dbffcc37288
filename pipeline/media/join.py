"""Joins clips by copying their packets: nothing is decoded, every time stamp is written anew.

The picture is frames on one rate, counted; the sound is packets laid on one grid. Both are
whole numbers, so a film of any length stays frame-exact. (ffmpeg's own concat demuxer counts in
microseconds, starts a clip where the longer of its picture and sound ended, and passes on what
an edit list hides.)
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from pipeline.errors import StoryreelError, ToolStoppedError
from pipeline.media.container import is_flush, opened, picture_of, refuse_unless_file
from pipeline.media.dressing import CueLane, Dressing, write_source_type, write_words
from pipeline.media.join_sound import OwnSound, WholeSound, sound_of, unwritable, write_packet
from pipeline.media.lanes import FrameCounter, OffGridError, SoundOffGridError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

_DEEPEST = 16  # frames that a decoder may hold back to put them in order (H.264, A.4.2)


def joiner() -> str:
    """What writes a joined film, by name and version: its bytes hang on it."""
    import av

    return f"PyAV {av.__version__}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole clip in the joined film: its file, and how many frames it must turn out to have."""

    path: Path
    frames: int


@dataclass(frozen=True, slots=True)
class Joint:
    """What is asked of a join, beside its pieces.

    ``sound`` is a file whose sound is the whole film's. Otherwise ``own_sound`` copies each
    piece's own along: packets are whole, so it stands within half a packet (11 ms) of its place
    at every cut, and the error does not build up.
    """

    rate: Fraction
    title: str
    sound: Path | None = None
    own_sound: bool = False
    dressing: Dressing = Dressing()  # noqa: RUF009 - frozen


class NotJoinableError(StoryreelError):
    """A piece's packets cannot be copied into a film; ``piece`` is its place, from 0.

    ``of_sound`` says that only its sound is to blame.
    """

    code = "not-joinable"

    def __init__(self, piece: int, path: Path, why: OffGridError) -> None:
        super().__init__(f"{path} cannot be joined by copy: {why}.")
        self.piece = piece
        self.of_sound = isinstance(why, SoundOffGridError)


class _DeeperError(Exception):
    """A piece holds frames back for longer than the film allows for so far."""

    def __init__(self, delay: int) -> None:
        super().__init__(delay)
        self.delay = delay


def join(
    pieces: Sequence[Piece],
    target: Path,
    joint: Joint,
    *,
    stop: threading.Event | None = None,
    tell: Callable[[int], None] | None = None,
) -> None:
    """Write the pieces one after another to ``target`` (mp4), without encoding anything.

    ``target`` may be left torn when an error is raised. ``tell`` is told the place of each piece,
    from 0, once it is in.

    Raises:
        NotJoinableError: a piece is not what can be copied: another number of frames, hidden
            frames, a first frame that is no key frame, other settings, sound too short.
        MediaError: a piece cannot be read.
        ToolStoppedError: ``stop`` was set.
        OSError: the target cannot be written.
    """
    delay = 0
    while True:
        try:
            for place in _joining(pieces, target, joint, delay):
                if stop and stop.is_set():
                    raise ToolStoppedError("Joining the film was stopped.")
                if tell:
                    tell(place)
        except _DeeperError as deeper:
            delay = deeper.delay
        else:
            break
    if joint.dressing.source_type:
        write_source_type(target, joint.dressing.source_type)


def _joining(pieces: Sequence[Piece], target: Path, joint: Joint, delay: int) -> Iterator[int]:
    """Write the film, giving the place of each piece once it is in."""
    with _film_file(target, joint) as output, contextlib.ExitStack() as files:
        whole = files.enter_context(opened(joint.sound)) if joint.sound else None
        film = _Film(output, joint, whole, delay)
        for place, piece in enumerate(pieces):
            with opened(piece.path) as container:
                try:
                    film.add(piece, container)
                except OffGridError as off:
                    raise NotJoinableError(place, piece.path, off) from off
            yield place
        try:
            film.end()
        except OffGridError as off:
            raise NotJoinableError(len(pieces) - 1, pieces[-1].path, off) from off


def frames_in(path: Path) -> int:
    """How many frames an mp4 says it has; nothing is decoded.

    Raises:
        MediaError: it cannot be read as a clip.
    """
    with opened(path) as container:
        return picture_of(path, container).frames


def picture_delay(path: Path) -> Fraction:
    """How long after the clip's own beginning its picture begins, in seconds.

    Not zero only where the sound begins first. ffmpeg counts from that beginning.

    Raises:
        MediaError: it cannot be read as a clip.
    """
    refuse_unless_file(path)
    found = path.stat()
    return _picture_delay(path, found.st_size, found.st_mtime_ns)


@functools.lru_cache(maxsize=1024)  # each clip is asked of at every one of its stretches
def _picture_delay(path: Path, _size: int, _changed: int) -> Fraction:
    with opened(path) as container:
        picture = picture_of(path, container)
        starts = [
            stream.start_time * stream.time_base
            for stream in (picture, *container.streams.audio[:1])
            if stream.start_time is not None and stream.time_base is not None
        ]
        return starts[0] - min(starts) if picture.start_time is not None else Fraction(0)


@contextlib.contextmanager
def _film_file(target: Path, joint: Joint) -> Iterator[OutputContainer]:
    """The film's file, open for writing; the same packets give the same bytes."""
    import av

    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    try:
        with av.open(f"file:{target.absolute()}", "w", format="mp4", options=options) as output:
            write_words(output, joint.title, joint.dressing, 1 / joint.rate)
            yield output
    except av.FFmpegError as error:
        raise unwritable(error, str(target)) from error


class _Film:
    """The film as it is being written: packets in, stamped and handed to the muxer."""

    def __init__(
        self, output: OutputContainer, joint: Joint, whole: InputContainer | None, delay: int
    ) -> None:
        self.frames = 0  # of the pieces that are in
        self._output = output
        self._joint = joint
        self._delay = delay
        self._coded = 0
        self._tick = 1 / joint.rate
        self._lane: VideoStream | None = None
        self._settings: list[bytes | None] = []
        self._own_sound: OwnSound | None = None
        self._whole_sound: WholeSound | None = None
        self._whole = whole
        self._cues: CueLane | None = None

    def add(self, piece: Piece, container: InputContainer) -> None:
        """Copy one piece.

        Raises:
            OffGridError: it cannot be copied.
            _DeeperError: the film has to begin anew with a longer delay.
        """
        picture = picture_of(piece.path, container)
        own = sound_of(container) if self._joint.own_sound else None
        lane = self._lane or self._open_lanes(picture, own)
        self._check_settings(picture, own)
        ticks = picture.time_base or Fraction(1)  # a demuxed stream always has one
        counter = FrameCounter(self._tick / ticks, picture.start_time or 0, piece.frames)
        start, end = self.frames * self._tick, (self.frames + piece.frames) * self._tick
        if self._whole_sound:
            self._whole_sound.write_until(end)
        if self._cues:
            self._cues.write_until(self.frames + piece.frames)
        if self._own_sound and own:
            self._own_sound.begin(own, start - counter.first * ticks, end)
        for packet in container.demux(*([picture, own] if own else [picture])):
            if is_flush(packet):
                continue
            if packet.stream.index == picture.index:
                self._add_frame(cast("Packet[VideoStream]", packet), counter, lane)
            elif self._own_sound:
                self._own_sound.take(cast("Packet[AudioStream]", packet))
        counter.check_whole()
        self.frames += piece.frames

    def end(self) -> None:
        """Write what sound is still to come.

        Raises:
            SoundOffGridError: there is too little of it.
        """
        if self._whole_sound:
            self._whole_sound.write_until(self.frames * self._tick + 1)
        if self._own_sound:
            self._own_sound.end(self.frames * self._tick)

    def _open_lanes(self, picture: VideoStream, own: AudioStream | None) -> VideoStream:
        self._lane = self._output.add_stream_from_template(picture)
        self._lane.time_base = self._tick
        self._settings = _settings(picture, own)
        if own:
            self._own_sound = OwnSound(self._output, own)
        elif self._whole:
            self._whole_sound = WholeSound(self._output, self._whole)
        if self._joint.dressing.cues:
            self._cues = CueLane(self._output, self._joint.dressing, self._tick)
        return self._lane

    def _check_settings(self, picture: VideoStream, own: AudioStream | None) -> None:
        if _settings(picture, own) != self._settings:
            raise OffGridError("its encoder's settings differ")
        if picture.sample_aspect_ratio not in (None, 0, 1):
            raise OffGridError("its pixels are not square")

    def _add_frame(
        self, packet: Packet[VideoStream], counter: FrameCounter, lane: VideoStream
    ) -> None:
        if packet.is_discard:
            raise OffGridError("it has frames that are not to be shown")
        number = counter.number(packet.pts)
        if self._coded == self.frames and (number or not packet.is_keyframe):
            raise OffGridError("it does not begin with a key frame")
        shown = self.frames + number
        if self._coded - shown > self._delay:
            self._deepen(self._coded - shown)
        packet.pts, packet.dts, packet.duration = shown, self._coded - self._delay, 1
        packet.time_base = self._tick
        packet.stream = lane
        self._coded += 1
        write_packet(self._output, packet)

    def _deepen(self, delay: int) -> None:
        if delay > _DEEPEST:
            raise OffGridError("its frames lie in no order that can be decoded")
        raise _DeeperError(delay)


def _settings(picture: VideoStream, sound: AudioStream | None) -> list[bytes | None]:
    """What decoders are set up with, once for the whole film."""
    streams = (picture, sound) if sound else (picture,)
    return [stream.codec_context.extradata for stream in streams]
