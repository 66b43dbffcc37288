"""What a film's file says beside its picture and sound: chapters, soft subtitles, where it is from.

All of it is written as the film is joined; nothing is encoded for it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.media.join_sound import write_packet

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from av.container import OutputContainer

_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # XMP specification, part 3, 1.1.4
_LONGEST_CAPTION = 2**16 - 1  # bytes: 3GPP TS 26.245 counts them in 16 bits

# A text track has to say how its text is drawn; players use styles of their own instead.
_STYLE = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the film with a name, from film frame ``start`` up to ``end``."""

    start: int
    end: int
    title: str


@dataclass(frozen=True, slots=True)
class Cue:
    """What is to be read from film frame ``start`` up to ``end``; ``text`` may have lines."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Dressing:
    """What is said in a film's file.

    ``source_type`` is IPTC's address for where the picture comes from; ``comment`` says it in
    words. ``cues`` are in order and do not overlap; ``language`` is of ISO 639-2 (``eng``).
    """

    comment: str = ""
    source_type: str = ""
    chapters: tuple[Chapter, ...] = ()
    cues: tuple[Cue, ...] = ()
    language: str = "und"


def write_words(output: OutputContainer, title: str, dressing: Dressing, tick: Fraction) -> None:
    """Give a film its title, comment and chapters; before its first packet."""
    output.metadata["title"] = title
    if dressing.comment:
        output.metadata["comment"] = dressing.comment
    if dressing.chapters:
        output.set_chapters(
            [
                {
                    "id": number,
                    "start": chapter.start,
                    "end": chapter.end,
                    "time_base": tick,
                    "metadata": {"title": chapter.title},
                }
                for number, chapter in enumerate(dressing.chapters)
            ]
        )


class CueLane:
    """Soft subtitles of a film as it is being written: ``mov_text``, counted in its frames."""

    def __init__(self, output: OutputContainer, dressing: Dressing, tick: Fraction) -> None:
        self._output = output
        self._tick = tick
        self._waiting = list(dressing.cues)
        self._lane = output.add_stream("mov_text")
        self._lane.codec_context.subtitle_header = _STYLE
        self._lane.time_base = tick
        self._lane.metadata["language"] = dressing.language

    def write_until(self, frame: int) -> None:
        """Write what is read before film frame ``frame``.

        Raises:
            OSError: the film's file cannot be written.
        """
        from av.packet import Packet

        while self._waiting and self._waiting[0].start < frame:
            cue = self._waiting.pop(0)
            text = cue.text.encode()[:_LONGEST_CAPTION].decode(errors="ignore").encode()
            packet = Packet(struct.pack(">H", len(text)) + text)
            packet.pts = packet.dts = cue.start
            packet.duration = cue.end - cue.start
            packet.time_base = self._tick
            packet.stream = self._lane
            write_packet(self._output, packet)


def write_source_type(target: Path, source_type: str) -> None:
    """Append an XMP packet with IPTC's digital source type to an mp4 that is whole.

    A box at the end moves nothing: a film that begins with its index still does.

    Raises:
        OSError: the file cannot be written.
    """
    packet = xmp_packet(source_type)
    with target.open("ab") as file:
        file.write(struct.pack(">I4s", 8 + len(_XMP_BOX) + len(packet), b"uuid"))
        file.write(_XMP_BOX + packet)


def xmp_packet(source_type: str) -> bytes:
    """XMP that says where a picture comes from; the property is IPTC's (Photo Metadata 2023.2)."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
