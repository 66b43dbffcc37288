"""What a pack's texts say: each read and doubted before anything of it is believed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LockFileError, SettingsError
from pipeline.ids import Digest
from pipeline.packs.board_files import board_in, files_of
from pipeline.packs.errors import not_sound
from pipeline.packs.kept import FrameRecord, read_frame_record, read_record
from pipeline.packs.names import CLIP, FRAME, LOCK, PROJECT
from pipeline.packs.reading import Pack
from pipeline.places import ROOT_MARK
from pipeline.settings import read_settings
from pipeline.sidecars.lock import read_lock
from pipeline.store.record import MadeFor

SETTINGS = f"{PROJECT}{ROOT_MARK}"


@dataclass(frozen=True)
class Sound:
    """A pack whose every byte was read: what its texts say."""

    records: Mapping[Digest, tuple[MadeFor, ...]]
    frames: Mapping[tuple[Digest, int], FrameRecord]


def sound_of(pack: Pack) -> Sound:
    """Read all that will be believed.

    Raises:
        PackError: something in it is not as storyreel writes it.
    """
    try:
        _check_project(pack)
        records = {
            Digest(match["digest"]): read_record(pack.read(name), Digest(match["digest"]))
            for name in pack.names
            if (match := CLIP.fullmatch(name)) and match["kind"] == "json"
        }
        frames = dict(_frames(pack))
        if LOCK in pack.names:
            read_lock(pack.read(LOCK), f"the lock in {pack.file}")
    except LockFileError as error:
        raise not_sound(pack.file, error.brief.rstrip(".")) from error
    except ValueError as error:
        raise not_sound(pack.file, str(error)) from error
    clips = {Digest(m["digest"]) for n in pack.names if (m := CLIP.fullmatch(n))}
    for digest in clips | {digest for digest, _ in frames}:
        member = pack.manifest.members.get(f"clips/{digest}.mp4")
        if member is None or member.digest != digest or digest not in records:
            raise not_sound(pack.file, f"clip {digest[:12]} is not whole in it")
    return Sound(records, frames)


def _check_project(pack: Pack) -> None:
    """Its files are the board's own, and no others: a pack brings no programs.

    Raises:
        ValueError: they are not.
    """
    place = pack.manifest.board
    board = board_in(pack.read(f"{PROJECT}{place}"))
    if board is None:
        raise ValueError(
            f"its storyboard has faults (it was packed by storyreel {pack.manifest.storyreel})"
        )
    allowed = {f"{PROJECT}{name}" for name in (place, ROOT_MARK, *files_of(board, place))}
    for name in pack.names:
        if name.startswith(PROJECT) and name not in allowed:
            raise ValueError(f"it holds {name[:100]!a}, which its storyboard does not refer to")


def _frames(pack: Pack) -> Iterator[tuple[tuple[Digest, int], FrameRecord]]:
    for name in pack.names:
        match = FRAME.fullmatch(name)
        if not match:
            continue
        other = f"frames/{match['digest']}-{match['index']}"
        picture = pack.manifest.members.get(f"{other}.png")
        if picture is None or f"{other}.json" not in pack.manifest.members:
            raise ValueError(f"{name} is only half there")
        if match["kind"] == "json":
            record = read_frame_record(pack.read(name))
            if record.file != picture.digest:
                raise ValueError(f"{name} is another picture's")
            yield (Digest(match["digest"]), int(match["index"])), record


def check_settings(pack: Pack, flags: Mapping[str, str | None] | None) -> None:
    """Its settings are such as a project may have: found out where they can do nothing.

    Raises:
        PackError: they are not.
        SettingsError: the user's own mean nothing.
    """
    if SETTINGS in pack.names:
        with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
            file = Path(folder) / ROOT_MARK
            file.write_bytes(pack.read(SETTINGS))
            try:
                read_settings(Path(folder), flags=flags)
            except SettingsError as error:
                if str(file) not in error.brief:  # the user's own
                    raise
                why = error.brief.replace(str(file), ROOT_MARK).rstrip(".")
                raise not_sound(pack.file, why) from error
