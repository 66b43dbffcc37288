"""The files a board refers to, by the paths written in it: what a pack holds besides, and only."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pipeline.storyboard.card import background_picture
from pipeline.storyboard.decoding import decode
from pipeline.storyboard.model import Storyboard
from pipeline.storyboard.model_sound import files_of_sound
from pipeline.storyboard.sources import WrittenPicture, parse_source
from pipeline.storyboard.text import parse


def board_in(data: bytes) -> Storyboard | None:
    """The board in a file's bytes, its pictures not looked for; none where it has faults."""
    decoded = decode(data)
    if decoded.faults:
        return None
    parsed = parse(decoded.source)
    if any(fault.severity == "error" for fault in parsed.faults):
        return None
    try:
        return Storyboard.model_validate(parsed.value)
    except ValueError:
        return None


def files_of(board: Storyboard, place: str) -> tuple[str, ...]:
    """The files a board refers to, as paths in the project.

    Args:
        board: the board.
        place: its own path in the project.
    """
    folder = posixpath.dirname(place)
    found = (posixpath.normpath(posixpath.join(folder, path)) for path in _written(board))
    return tuple(sorted(set(found)))


def _written(board: Storyboard) -> Iterator[str]:
    for reference in board.references.values():
        yield from (reference.image,) if reference.image else ()
        yield from reference.images or ()
    for shot in board.shots:
        for written in (shot.first_frame, shot.last_frame, *(shot.references or ())):
            yield from _picture(written) if written else ()
        if shot.clip:
            yield shot.clip
        if shot.font:
            yield shot.font
        if background := background_picture(board, shot):
            yield from _picture(background)
    if board.defaults.font:
        yield board.defaults.font
    yield from files_of_sound(board.sound)
    if board.subtitles and board.subtitles.file:
        yield board.subtitles.file


def _picture(written: str) -> Iterator[str]:
    source = parse_source(written)
    if isinstance(source, WrittenPicture):
        yield source.path
