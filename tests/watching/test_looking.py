"""What a watch looks at: real files in a real project."""

from __future__ import annotations

from pathlib import Path

import pytest
import stories
from PIL import Image

from pipeline.ids import ShotId, TakeKey
from pipeline.places import places_for
from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.sidecars.lock_file import change_lock
from pipeline.storyboard.resolver import Draft
from pipeline.watching.looking import Eyes


@pytest.fixture
def board(tmp_path):
    """A board that names a picture, a sound and subtitles; only the picture is there."""
    path = tmp_path / "storyboards" / "f.storyboard.yaml"
    (path.parent / "refs").mkdir(parents=True)
    Image.new("RGB", (16, 9), "red").save(path.parent / "refs" / "a.png")
    head = f"{stories.HEAD}sound: {{music: {{file: refs/m.wav}}}}\nsubtitles: {{file: s.srt}}\n"
    path.write_text(stories.text("sh010 first_frame: refs/a.png", "sh020", head=head))
    return path


def changed(eyes: Eyes, before):
    """The names of the files that look otherwise than before."""
    now = eyes.look()
    return {path.name for path in {**before, **now} if before.get(path) != now.get(path)}


def test_everything_the_board_names_is_looked_at(board):
    """Also what is not there yet, and the settings of the project."""
    seen = {path.name: mark for path, mark in Eyes(board, Draft()).look().items()}

    assert seen.keys() >= {"f.storyboard.yaml", "a.png", "m.wav", "s.srt", "storyreel.toml"}
    assert seen["a.png"] is not None
    assert seen["m.wav"] is None


def test_a_file_that_comes_is_seen(board):
    """A picture that is missing is a fault; saving it begins a round."""
    eyes = Eyes(board, Draft())
    before = eyes.look()
    (board.parent / "refs" / "m.wav").write_bytes(b"RIFF")

    assert changed(eyes, before) == {"m.wav"}


def test_a_picture_replaced_by_another_of_its_size_and_time_is_seen(board):
    """Editors write beside and rename: the file's number is another."""
    import os

    eyes, picture = Eyes(board, Draft()), board.parent / "refs" / "a.png"
    before = eyes.look()
    was = picture.stat()
    beside = picture.with_name("beside.png")
    beside.write_bytes(picture.read_bytes())
    os.utime(beside, ns=(was.st_atime_ns, was.st_mtime_ns))
    beside.replace(picture)

    assert changed(eyes, before) == {"a.png"}


def test_a_board_that_cannot_be_read_is_watched_with_what_it_named(board):
    """The picture may be what is being mended."""
    eyes = Eyes(board, Draft())
    eyes.look()
    board.write_text("shots: [")

    assert "a.png" in {path.name for path in eyes.look()}
    board.unlink()
    assert "a.png" in {path.name for path in eyes.look()}


def test_a_new_name_in_the_board_is_looked_at_in_the_same_look(board):
    """Else a picture saved right after the board would be missed."""
    eyes = Eyes(board, Draft())
    eyes.look()
    board.write_text(stories.text("sh010 first_frame: refs/b.png"))

    names = {path.name for path in eyes.look()}
    assert "b.png" in names
    assert "a.png" not in names


def test_what_a_render_writes_into_the_lock_is_no_change_and_a_pick_is(board):
    """Else every round would begin another one."""
    lock = places_for(board, board.parent.parent, store=None, draft="draft").lock
    take = Take(1, TakeKey("a" * 64), stories.digest("b"), "animatic")
    eyes = Eyes(board, Draft())
    before = eyes.look()

    write(lock, ShotTakes(takes=(take,)))
    assert changed(eyes, before) == set()

    write(lock, ShotTakes(takes=(take,), pick=take.clip))
    assert changed(eyes, before) == {lock.name}


def write(lock: Path, block: ShotTakes) -> None:
    lock.parent.mkdir(parents=True, exist_ok=True)
    change_lock(lock, lock.with_name("guard"), lambda _: Lock(0, {ShotId("sh010"): block}))
