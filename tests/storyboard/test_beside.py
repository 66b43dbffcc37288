from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.storyboard.beside import FileTrouble
from pipeline.storyboard.clips import reel
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.fonts import type_case
from pipeline.storyboard.loader import load_board_text
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


@pytest.mark.parametrize("written", ["lone", "listed"])
def test_a_missing_sound_is_pointed_at_itself_and_the_path_meant_is_whole(written, tmp_path):
    """Also where music is one piece and no list; what is proposed can be put in as it is."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "theme.wav").write_bytes(b"RIFF")
    piece = "{file: audio/them.wav}"
    music = piece if written == "lone" else f"[{piece}]"
    text = (
        "storyboard: 1\ntitle: T\nshots:\n  - {id: a, prompt: p, duration: 2s}\n"
        f"sound:\n  music: {music}\n"
    )
    with pytest.raises(BoardFaultsError) as caught:
        load_board_text(text, name="x.storyboard.yaml", folder=tmp_path)
    (fault,) = caught.value.faults
    assert fault.span.column == f"  music: {music}".index("audio") + 1
    assert fault.help == "did you mean `audio/theme.wav`?"
