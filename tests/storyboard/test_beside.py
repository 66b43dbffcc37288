from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.storyboard.beside import FileTrouble
from pipeline.storyboard.clips import reel
from pipeline.storyboard.fonts import type_case
from pipeline.storyboard.pictures import album
from pipeline.storyboard.sounds import sound_shelf

SHELVES = (album, reel, sound_shelf, type_case)


@pytest.mark.parametrize("shelf_of", SHELVES)
def test_a_link_to_nothing_is_told_as_one(shelf_of, tmp_path: Path) -> None:
    """A link whose file is gone is a missing file, whatever kind of file it is."""
    (tmp_path / "old.bin").symlink_to("gone.bin")
    shelf = shelf_of(tmp_path, tmp_path)

    seen = shelf.look("old.bin")

    assert seen == FileTrouble(
        f"{shelf.kind.name}-missing",
        "`old.bin` is a link to nothing",
        f"mend the link, or copy the {shelf.kind.name} here",
    )


@pytest.mark.parametrize("shelf_of", SHELVES)
def test_a_pipe_is_refused_and_not_waited_for(shelf_of, tmp_path: Path) -> None:
    """What is no file is not opened: a reader of a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    shelf = shelf_of(tmp_path, tmp_path)

    seen = shelf.look("pipe")

    assert isinstance(seen, FileTrouble)
    assert seen.code == f"{shelf.kind.name}-unreadable"


@pytest.mark.parametrize("shelf_of", SHELVES)
def test_a_long_path_is_told_by_its_beginning(shelf_of, tmp_path: Path) -> None:
    """A path of thousands of characters does not fill the screen, nor does a name too long."""
    shelf = shelf_of(tmp_path, tmp_path)

    absent, unusable = shelf.look("folder/" * 400), shelf.look("x" * 5000)

    assert isinstance(absent, FileTrouble)
    assert isinstance(unusable, FileTrouble)
    assert len(absent.message) < 150
    assert len(unusable.message) < 150


def test_a_file_is_looked_at_once(tmp_path: Path) -> None:
    """What has been seen is not opened again, and only what can be used is on the shelf."""
    shelf = album(tmp_path, tmp_path)

    first = shelf.look("none.png")

    assert shelf.look("none.png") is first
    assert shelf.usable == {}
