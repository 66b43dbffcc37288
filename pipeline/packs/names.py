"""Which names may stand in a pack: such as mean one place inside a project on every system. Pure.

::

    manifest.json
    lock.toml
    project/storyboards/launch-day.storyboard.yaml      and every file it refers to
    project/storyreel.toml
    clips/ab12….mp4, .json                              a clip and its record
    frames/ab12…-119.png, .json                         a frame handed over, and its record
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

MANIFEST = "manifest.json"
LOCK = "lock.toml"
PROJECT = "project/"
CLIP = re.compile(r"clips/(?P<digest>[0-9a-f]{64})\.(?P<kind>mp4|json)")
FRAME = re.compile(r"frames/(?P<digest>[0-9a-f]{64})-(?P<index>0|[1-9]\d{0,8})\.(?P<kind>png|json)")

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "123456789¹²³"}
)
_LONGEST_PART, _LONGEST = 255, 1000  # bytes; what file systems take


def why_not(name: str) -> str | None:
    """Why ``name`` may not stand in a pack; none where it may."""
    if name in (MANIFEST, LOCK) or CLIP.fullmatch(name) or FRAME.fullmatch(name):
        return None
    if not name.startswith(PROJECT):
        return "it is nothing that a pack holds"
    return why_no_place(name.removeprefix(PROJECT))


def why_no_place(relative: str) -> str | None:
    """Why a path in a project means no place that a pack may write to; none where it does."""
    try:
        size = len(relative.encode())
    except UnicodeEncodeError:
        return "it is no Unicode"
    if not relative or size > _LONGEST:
        return "it is empty, or too long"
    if _FORBIDDEN.search(relative):
        return "it has signs that some systems do not take in names"
    parts = relative.split("/")
    if parts[0].casefold() == "output":
        return "storyreel's own output is not packed as files"
    return next(filter(None, map(_why_no_part, parts)), None)


def _why_no_part(part: str) -> str | None:
    if part in ("", ".", ".."):
        return "it leads elsewhere"
    if part.startswith("."):
        return "hidden files are not packed"
    if part[-1] in ". " or part.split(".", maxsplit=1)[0].rstrip().casefold() in _DEVICES:
        return "it is no name for a file on Windows"
    return "a part of it is too long" if len(part.encode()) > _LONGEST_PART else None


def clashing(names: Iterable[str]) -> str | None:
    """The first name that is another's, where capitals or accents do not count, or lies in it."""
    seen: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFC", name).casefold()
        if plain in seen:
            return name
        seen[plain] = name
    folders = {str(folder) for name in seen for folder in PurePosixPath(name).parents}
    return next((name for plain, name in seen.items() if plain in folders), None)
