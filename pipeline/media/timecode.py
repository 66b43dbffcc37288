"""The time code a clip begins at, as cameras write it: editors count a clip's frames from there."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from pipeline.errors import MediaError

_WRITTEN = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)([:;.])(\d{2,3})", re.ASCII)
_TENTH = 10  # minutes: each tenth one drops no numbers


def first_timecode(path: Path) -> str | None:
    """The time code of a clip's first frame as its container tells it; most clips have none.

    Raises:
        MediaError: it cannot be read.
    """
    import av

    try:
        with av.open(str(path)) as container:
            told = [container.metadata, *(stream.metadata for stream in container.streams)]
    except (OSError, ValueError) as error:
        raise MediaError(path, f"it cannot be read ({error})") from error
    return next((words["timecode"] for words in told if "timecode" in words), None)


def timecode_frames(written: str, rate: Fraction) -> int:
    """Which frame a time code names, from 00:00:00:00 on; 0 for what is none.

    A ``;`` says that numbers are dropped (SMPTE ST 12-1): two a minute at 29.97, four at 59.94,
    none in each tenth minute.
    """
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        return 0
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    base = round(rate)
    whole = 60 * hours + minutes
    counted = (60 * whole + seconds) * base + frames
    if match[4] == ":" or base % 30 or rate == base:
        return counted
    return counted - base // 15 * (whole - whole // _TENTH)
