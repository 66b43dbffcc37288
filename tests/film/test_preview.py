"""A quick look at a joint: only its shots, from what is there or at half the size."""

from __future__ import annotations

from pathlib import Path

import clips
import pytest

from pipeline.api import plan_film, render_film
from pipeline.errors import ShotsFailedError, UsageError
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.probe import probe
from pipeline.previewing import preview_film

BOARD = """\
storyboard: 1
title: Joints
format: {aspect: "3:2", resolution: 96p, fps: 24}
shots:
  - {id: sh010, model: footage, clip: refs/a.mp4}
  - {id: sh020, model: footage, clip: refs/b.mp4, transition: dissolve 6f}
  - {id: sh030, model: footage, clip: refs/c.mp4, transition: dissolve 4f}
"""


@pytest.fixture
def board(tmp_path: Path, ffmpeg: FFmpeg) -> Path:
    """A board of three numbered clips, rendered."""
    refs = tmp_path / "storyboards" / "refs"
    refs.mkdir(parents=True)
    for number, name in enumerate("abc"):
        clips.make(ffmpeg, refs / f"{name}.mp4", size=(144, 96), start=100 * number, frames=20)
    path = tmp_path / "storyboards" / "joints.storyboard.yaml"
    path.write_text(BOARD)
    render_film(plan_film(path))
    return path


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file outside of the preview and of the kept pieces."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.glob("output/joints/*")
        if path.is_file()
    }


def test_what_the_film_has_is_used_as_it_is(board: Path, tmp_path: Path) -> None:
    """Two shots of three at the film's size: no picture is encoded, the film is not touched."""
    before = state(tmp_path)
    path, made = preview_film(plan_film(board), "sh010..sh020")
    assert path == tmp_path / "output" / "joints" / "preview" / "sh010..sh020.mp4"
    facts = probe(path)
    assert (facts.frames, facts.width) == (20 + 20 - 6 - 4, 144)
    assert (made.encoded, made.blended, made.kept) == ((), (), ("sh010", "sh020"))
    assert state(tmp_path) == before


def test_what_it_lacks_is_encoded_at_half_the_size(board: Path, tmp_path: Path) -> None:
    """Another transition than in the film: small and quick, beside the film's own pieces."""
    board.write_text(BOARD.replace("dissolve 6f", "wipe_left 8f"))
    kept = set((tmp_path / "output" / "store" / "segments").iterdir())
    path, made = preview_film(plan_film(board), "sh010..sh030")
    facts = probe(path)
    assert (facts.frames, facts.width, facts.height) == (60 - 8 - 4, 72, 48)
    assert made.blended == ("sh020", "sh030")
    assert set((tmp_path / "output" / "store" / "segments").iterdir()) == kept


def test_one_shot_alone_begins_and_ends_plainly(board: Path) -> None:
    """The frames that show nothing of its neighbours."""
    path, made = preview_film(plan_film(board), "sh020")
    assert made.frames == probe(path).frames == 20 - 6 - 4
    assert path.name == "sh020.mp4"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("sh02", "Did you mean"),
        ("sh010..sh099", "Did you mean"),
        ("sh030..sh010", "Did you mean sh010..sh030?"),
        ("sh010..", "sh010..sh020"),
        ("..", "sh010..sh020"),
    ],
)
def test_what_is_no_range_is_told(board: Path, asked: str, words: str) -> None:
    """An unknown shot, a range that runs backwards, half of one."""
    with pytest.raises(UsageError) as caught:
        preview_film(plan_film(board), asked)
    assert words in (caught.value.hint or "")


def test_shots_without_clips_are_named(board: Path) -> None:
    """Nothing is made for a look."""
    text = BOARD + "  - {id: sh040, model: animatic, prompt: Fog., duration: 0.5s}\n"
    board.write_text(text)
    with pytest.raises(ShotsFailedError) as caught:
        preview_film(plan_film(board), "sh030..sh040")
    assert caught.value.details == "sh040"
    assert "--shot sh040" in (caught.value.hint or "")
