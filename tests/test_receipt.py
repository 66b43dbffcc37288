"""The quick way of a render with nothing to do: never wrong, whatever changes."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
import stories

from pipeline.receipt import receipt_for, unchanged

OPTIONS = {"draft": False, "resolution": None, "flags": {}}
ENVIRONMENT = {"HOME": "/home/x", "STORYREEL_STORE": "/clips"}
RESULT = {"made": 0, "film": "film.mp4"}


@pytest.fixture
def seen(tmp_path):
    """A board, files it hangs on (one of them absent), and a receipt of them."""
    board = tmp_path / "film.storyboard.yaml"
    board.write_text("storyboard: 1")
    names = ("picture.png", "film.lock.toml", "settings.toml", "clip.mp4", "film.mp4", "ffmpeg")
    files = [tmp_path / name for name in names]
    for file in files:
        file.write_text(file.name)
    absent = tmp_path / "absent.toml"
    receipt = tmp_path / "receipt.json"
    receipt.write_text(
        receipt_for(
            board=board,
            options=OPTIONS,
            watched=[*files, absent],
            environment=ENVIRONMENT,
            result=RESULT,
        )
    )
    return receipt, board, files, absent


def look(seen, options=OPTIONS, environment=ENVIRONMENT):
    receipt, board, _, _ = seen
    return unchanged(receipt, board, options, environment)


def test_nothing_changed_gives_the_result(seen):
    """The quick way is taken at all."""
    assert look(seen) == RESULT


def test_a_changed_board_refuses(seen):
    """Its bytes count, whatever its time says."""
    board = seen[1]
    before = board.stat()
    board.write_text("storyboard: 2")
    os.utime(board, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert look(seen) is None


def test_a_touched_board_with_the_same_bytes_is_unchanged(seen):
    """Checking out the same file again makes nothing stale."""
    os.utime(seen[1], ns=(1, 1))

    assert look(seen) == RESULT


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("change", ["grown", "same size", "replaced", "gone"])
def test_each_watched_file_refuses_when_it_changes(seen, number, change):
    """Pictures, lock, settings, clips, film, ffmpeg: each in turn, in four ways."""
    file: Path = seen[2][number]
    if change == "grown":
        file.write_text(file.name + "!")
    elif change == "same size":
        time.sleep(0.01)
        file.write_text(file.name[::-1])
    elif change == "replaced":
        before = file.stat()
        other = file.with_suffix(".other")
        other.write_text(file.name[::-1])
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(file)
    else:
        file.unlink()

    assert look(seen) is None


def test_a_file_that_appears_refuses(seen):
    """A settings file that was not there before may change everything."""
    seen[3].write_text("store = 'elsewhere'")

    assert look(seen) is None


@pytest.mark.parametrize(
    "options",
    [{**OPTIONS, "draft": True}, {**OPTIONS, "resolution": "240p"}, {**OPTIONS, "flags": {"a": 1}}],
)
def test_other_options_refuse(seen, options):
    """A render asked otherwise is another render."""
    assert look(seen, options=options) is None


@pytest.mark.parametrize("name", ["STORYREEL_STORE", "STORYREEL_FFMPEG", "HOME"])
def test_another_environment_refuses(seen, name):
    """What the environment says counts, set, changed or gone."""
    assert look(seen, environment={**ENVIRONMENT, name: "/other"}) is None
    assert look(seen, environment={}) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema": 2}', '{"schema": 1}'])
def test_a_receipt_that_is_none_refuses(seen, text):
    """Torn or foreign: look closer."""
    seen[0].write_text(text)

    assert look(seen) is None


def test_every_input_of_a_real_render_is_watched(tmp_path):
    """Render for real, then change each input in turn: the quick way refuses every time."""
    from PIL import Image

    from pipeline.cli.main import exit_code_of
    from pipeline.settings import environment

    boards = tmp_path / "storyboards"
    boards.mkdir()
    picture = boards / "pad.png"
    Image.new("RGB", (64, 64), "red").save(picture)
    board = boards / "film.storyboard.yaml"
    board.write_text(stories.text("sh010 first_frame: ./pad.png", "sh020"))
    assert exit_code_of(["render", str(board)]) == 0
    folder = tmp_path / "output" / "film"
    receipt = folder / "receipt.json"
    options = json.loads(receipt.read_bytes())["options"]

    def nothing_to_do():
        return unchanged(receipt, board.absolute(), options, environment()) is not None

    assert nothing_to_do()
    clips = sorted((tmp_path / "output" / "store" / "clips").rglob("*.mp4"))
    inputs = [
        picture, boards / "film.lock.toml", folder / "film.mp4", tmp_path / "storyreel.toml", *clips
    ]  # fmt: skip
    for path in inputs:
        kept = path.with_name("kept")
        was_there = path.exists()
        if was_there:
            shutil.copy2(path, kept)
            path.unlink()
            assert not nothing_to_do(), path
        path.write_text("other")
        assert not nothing_to_do(), path
        path.unlink()
        if was_there:
            kept.replace(path)
            assert not nothing_to_do(), path  # another file, though the same bytes
    assert exit_code_of(["render", str(board)]) == 0
    assert nothing_to_do()


@pytest.mark.parametrize("change", ["board", "fault", "picture", "pick", "settings", "film"])
def test_what_changes_while_a_render_runs_is_not_taken_for_rendered(tmp_path, change):
    """A film finished from the old state leaves no receipt for the new one."""
    from PIL import Image

    from pipeline.api import render_film
    from pipeline.cli.carrying_out import result_of
    from pipeline.cli.purse import Purse
    from pipeline.cli.render import _Rendering

    boards = tmp_path / "storyboards"
    boards.mkdir()
    picture = boards / "pad.png"
    Image.new("RGB", (64, 64), "red").save(picture)
    board = boards / "film.storyboard.yaml"
    board.write_text(stories.text("sh010 first_frame: ./pad.png"))
    rendering = _Rendering(board, False, None, {}, (), {}, Purse())
    planned = rendering._plan()
    rendered = render_film(planned)
    result = result_of(planned, rendered)
    lock = planned.places.lock
    edits = {
        "board": (board, board.read_text().replace("happens", "goes on")),
        "fault": (board, board.read_text().replace("prompt", "promt")),
        "pick": (lock, lock.read_text().replace("number = 1", "number = 0")),
        "settings": (tmp_path / "storyreel.toml", "jobs = 1"),
        "film": (planned.places.film, "other"),
    }
    if change == "picture":
        Image.new("RGB", (64, 64), "blue").save(picture)
    else:
        path, text = edits[change]
        path.write_text(text)

    rendering._write_receipt(planned, result)

    assert not rendering.receipt.exists()


def test_an_undisturbed_render_leaves_its_receipt(tmp_path):
    """The second look finds what the first one saw."""
    from pipeline.cli.main import exit_code_of

    board = tmp_path / "film.storyboard.yaml"
    board.write_text(stories.text("sh010", "sh020 first_frame: sh010.last"))

    assert exit_code_of(["render", str(board)]) == 0
    assert (tmp_path / "output" / "film" / "receipt.json").exists()
