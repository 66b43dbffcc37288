"""Writes a film's poster: one of its own frames, in full size, marked as the film is."""

from __future__ import annotations

import io
from pathlib import Path

from pipeline.files import write_whole
from pipeline.media.dressing import xmp_packet
from pipeline.media.frames import picture_at
from pipeline.media.probe import probe

_QUALITY = 92


def write_poster(film: Path, index: int, target: Path, source_type: str) -> None:
    """Write frame ``index`` of a film to ``target`` as a JPEG that says where it comes from.

    Raises:
        MediaError: the film cannot be read or has no such frame.
        OSError: the picture cannot be written.
    """
    image = picture_at(film, index, probe(film))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=_QUALITY, subsampling=0, xmp=xmp_packet(source_type))
    write_whole(target, data.getvalue())
