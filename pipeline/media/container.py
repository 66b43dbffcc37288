"""Opens a clip, or says why not; what the demuxer knows about each of its frames.

Only containers of films are opened, and only from the disk: a playlist or a list of files that
calls itself a clip cannot make ffmpeg read something else.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MediaError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,nut"
WHOLE_COPY = "Get a whole copy of it, or save what comes before the damage as a clip of its own."
_HEAD = 512  # bytes looked at to say what a file is instead


@dataclass(frozen=True, slots=True)
class FramePacket:
    """One packet of the picture, in the order of decoding; times in ticks of the time base.

    ``hidden`` is what an edit list cuts away: decoded, since others lean on it, but not shown.
    """

    pts: int | None
    duration: int
    key: bool
    hidden: bool
    torn: bool


def refuse_unless_file(path: Path) -> None:
    """Say plainly what is wrong where the file system already knows.

    Raises:
        MediaError: there is no file at ``path``, or an empty one.
    """
    try:
        if path.is_dir():
            raise MediaError(path, "it is a folder")
        if not path.is_file():
            raise MediaError(path, _no_file(path))
        if path.stat().st_size == 0:
            raise MediaError(path, "it is empty")
    except OSError as error:
        raise MediaError(path, error.strerror or "it cannot be reached") from error


def _no_file(path: Path) -> str:
    if path.exists():
        return "it is a pipe or a device, not a file"
    return "it is a link to nothing" if path.is_symlink() else "it is not there"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The clip at ``path``, open.

    Raises:
        MediaError: it cannot be read as a clip, at opening or inside the ``with`` block.
    """
    import av

    refuse_unless_file(path)
    # "file:" keeps a name such as "a:b.mp4" or "concat:x" from being taken for an address
    address = f"file:{path.absolute()}"
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        container = av.open(address, options=options)
    except av.FFmpegError as error:
        why = _why(path, error)
        raise MediaError(path, why, hint=WHOLE_COPY if "cut off" in why else None) from error
    with container:
        try:
            yield container
        except av.FFmpegError as error:
            why = f"it is damaged ({_spoken(error)})"
            raise MediaError(path, why, hint=WHOLE_COPY) from error


def picture_of(path: Path, container: InputContainer) -> VideoStream:
    """The moving picture in a clip; the first one that is no cover image.

    Raises:
        MediaError: there is none.
    """
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            if not stream.codec_context:
                raise MediaError(path, "no decoder for its picture is known here")
            return stream
    has_sound = bool(container.streams.audio)
    raise MediaError(path, "it has sound but no picture" if has_sound else "it has no picture")


def is_flush(packet: Packet[Any]) -> bool:
    """Whether ``packet`` is the empty one that ends a demuxed stream."""
    return packet.size == 0 and packet.dts is None


def frame_packet(packet: Packet[Any]) -> FramePacket:
    """What is worth remembering of a packet."""
    return FramePacket(
        pts=packet.pts,
        duration=packet.duration or 0,
        key=packet.is_keyframe,
        hidden=packet.is_discard,
        torn=packet.is_corrupt,
    )


def _why(path: Path, error: Exception) -> str:
    """What the file is instead of a clip, in words, from its first bytes."""
    if isinstance(error, PermissionError):
        return "it may not be read"
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(_HEAD)
        if head[4:8] == b"ftyp":
            return "it is cut off or damaged: the index of its frames (moov) is missing"
        if instead := kind_of_text(head):
            return f"it is {instead}, not a clip"
    if getattr(error, "errno", None) == errno.EINVAL:  # the list above leaves its format out
        return "it is no clip in a format that is read here"
    return f"it is no clip that ffmpeg can read ({_spoken(error)})"


def kind_of_text(head: bytes) -> str | None:
    """What a file is that begins with ``head``, if it is text: ``a web page`` or ``text``."""
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "text" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3  # a character cut in two by our own reading
    return b"\0" not in head


def _spoken(error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return str(words)[:1].lower() + str(words)[1:]
