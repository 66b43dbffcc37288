"""A clip file of the user's own: what can be shown in a film, and in words what cannot."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.media.colour import hdr_word, scale_matrix
from pipeline.media.container import WHOLE_COPY, opened, refuse_unless_file
from pipeline.media.facts import ClipFacts
from pipeline.media.probe import probe
from pipeline.timing import spell_seconds

_STILLS = {b"avif", b"heic", b"heix", b"mif1"}
"""Brands of pictures that lie in a film's container (ISO/IEC 23008-12, AVIF 1.0)."""

_TICK = 1_000_000  # of a container's duration: AV_TIME_BASE
_SLACK = Fraction(3, 20)  # seconds by which tracks and their container may disagree


def look_at_clip(path: Path) -> ClipFacts:
    """Measure a clip somebody brings, and see that a film can show it.

    Its frames are not all decoded: that is done once, when it is taken into the store.

    Raises:
        MediaError: it is not there, is no clip (a picture, say, or sound), is cut off, or is in
            colours that the film cannot show.
    """
    refuse_unless_file(path)  # what is no file is not opened to see whether it is a picture
    try:
        facts = probe(path)
    except MediaError as error:
        if _is_picture(path):
            raise _as_a_picture(path) from error
        raise
    if facts.frames == 1 and _is_picture(path):
        raise _as_a_picture(path)
    _refuse_colours(path, facts)
    _refuse_cut_off(path, facts)
    return facts


def _refuse_cut_off(path: Path, facts: ClipFacts) -> None:
    """Matroska says no number of frames, but how long it is: a copy cut short ends before that."""
    with opened(path) as container:
        kinds = {stream.type for stream in container.streams}
        if not container.format.name.startswith("matroska") or kinds - {"video", "audio"}:
            return  # another track may well last longer than the picture
        promised = Fraction((container.duration or 0) - (container.start_time or 0), _TICK)
    there = facts.frames / facts.rate
    if facts.sound:
        there = max(there, Fraction(facts.sound.samples, facts.sound.rate))
    if promised - there > _SLACK:
        why = f"it is cut off after {spell_seconds(there)} of its {spell_seconds(promised)}"
        raise MediaError(path, why, hint=WHOLE_COPY)


def _refuse_colours(path: Path, facts: ClipFacts) -> None:
    if hdr := hdr_word(facts):
        raise MediaError(
            path,
            f"it is HDR ({hdr}), and the film is BT.709: tone mapping is not built yet",
            hint="Save a copy of it in BT.709 (SDR) and use that.",
        )
    try:
        scale_matrix(facts)
    except ValueError as error:
        hint = "Save a copy of it in BT.709 and use that."
        raise MediaError(path, str(error), hint=hint) from error


def _is_picture(path: Path) -> bool:
    from pipeline.media.pictures import opened_picture

    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(12)
        if head[4:8] == b"ftyp" and head[8:12] in _STILLS:
            return True
    with contextlib.suppress(MediaError), opened_picture(path):
        return True
    return False


def _as_a_picture(path: Path) -> MediaError:
    return MediaError(
        path,
        "it is a picture, not a clip",
        hint="A shot starts on a picture with `first_frame:`, or is shown it by `references:`.",
    )
