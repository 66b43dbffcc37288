"""``export`` as a user meets it: a folder that the real opentimelineio opens, clips beside it."""

from __future__ import annotations

import json
import threading
import wave
from pathlib import Path
from urllib.parse import unquote, urlparse

import clips
import opentimelineio as otio
import pytest
import stories
from commands import storyreel

from pipeline.api import plan_film, render_film
from pipeline.cli.main import exit_code_of
from pipeline.errors import ShotsFailedError
from pipeline.exporting import export_film
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.plan.request import request_for
from pipeline.plan.step import Make, New, Reuse, Step
from pipeline.sidecars.otio_facts import media_names, sound_names

BOARD = stories.text(
    "sh010 scene: 'One: the ☕', beat: 'She said: “100%”'",
    "sh020 first_frame: sh010.last",
    "sh030 transition: wipe_left 4f, audio: mute",
)
BOARD += """\
  - {id: real, model: footage, clip: refs/real.mp4, transition: dissolve 5f}
  - {id: end, model: card, text: Fin, fade_out: 6f}
sound:
  music: {file: "refs/a #1.wav", level: -8dB}
"""


def project_in(root: Path, board: str) -> Path:
    (root / "storyboards" / "refs").mkdir(parents=True)
    path = root / "storyboards" / "film.storyboard.yaml"
    path.write_text(board)
    with wave.open(str(root / "storyboards" / "refs" / "a #1.wav"), "wb") as music:
        music.setparams((1, 2, 8000, 0, "NONE", ""))
        music.writeframes(bytes(2 * 8000))
    return path


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """A film in a folder of an odd name, rendered; its footage begins at a time code."""
    root = tmp_path_factory.mktemp("export") / "ödd #1 50% &"
    path = project_in(root, BOARD)
    clips.make(
        find_ffmpeg(), path.parent / "refs" / "real.mp4", frames=12, sound=0.5,
        options=("-timecode", "10:00:00:00"),
    )  # fmt: skip
    with pytest.raises(ShotsFailedError):
        export_film(path)
    early = export_film(path, root / "early", partial=True)
    assert early.media == ("a _1.wav",)
    assert early.missing == ("sh010", "sh020", "sh030", "real", "end")
    assert render_film(plan_film(path), stop=threading.Event()).outcome.whole
    assert early.frames == export_film(path, root / "early").frames
    return path


def test_the_library_finds_every_clip(board, tmp_path):
    """Counts, names, times and files; each clip is there whole, by its name."""
    done = export_film(board, tmp_path)
    document = otio.adapters.read_from_file(str(done.file))
    [video] = document.video_tracks()
    found = list(video.find_clips())
    assert [clip.name for clip in found] == [
        "sh010_t1.mp4", "sh020_t1.mp4", "sh030_t1.mp4", "real_t1.mp4",
        "end_t1.mp4",
    ]  # fmt: skip
    assert sorted(clip.name for clip in found) == list(done.linked)
    assert done.copied == ("a _1.wav",)
    assert done.frames == document.duration().value == 12 + 11 + 12 + 12 + 12 - 4 - 5
    for clip in found:
        url = clip.media_reference.target_url
        assert url == f"media/{clip.name}"
        assert (tmp_path / url).is_file()
        assert clip.media_reference.available_range.duration.value == 12
    assert found[3].trimmed_range().start_time.to_timecode() == "10:00:00:03"
    assert [type(item).__name__ for item in document.audio_tracks()[0]] == [
        "Clip", "Clip", "Transition", "Gap", "Transition", "Clip", "Clip",
    ]  # fmt: skip
    music = document.audio_tracks()[1]
    assert (music.name, music[0].media_reference.target_url) == ("Music 1", "media/a _1.wav")
    assert (music.duration().value, music[0].source_range.duration.value) == (24, 24)
    assert {name: list(words) for name, words in done.untold.items()} == {
        "end": ["fades out over 6f"], "a _1.wav": ["level -8 dB"],
    }  # fmt: skip


def test_what_is_known_of_a_shot_goes_along(board, tmp_path):
    """Words, take, seed, model, price and digest; no path of this machine, no link, no key."""
    done = export_film(board, tmp_path)
    first = next(iter(otio.adapters.read_from_file(str(done.file)).find_clips()))
    told = dict(first.metadata["storyreel"])
    seed = next(s.shot.seed for s in plan_film(board).plan.steps if s.shot.id == "sh010")
    assert told.pop("clip") in {path.stem for path in board.parent.parent.rglob("store/*/*/*.mp4")}
    assert told == {
        "shot": "sh010", "scene": "One: the ☕", "beat": "She said: “100%”", "fit": "bars",
        "prompt": "sh010 happens", "model": "animatic", "seed": seed, "take": 1, "variation": 1,
        "price": "free",
    }  # fmt: skip
    text = done.file.read_text()
    assert str(board.parent.parent) not in text
    assert "http" not in text


def test_premiere_gets_absolute_urls(board):
    """Percent-encoded, and leading to the very files, whatever the folder is called."""
    folder = board.parent.parent / "for premiere"
    document = otio.adapters.read_from_file(
        str(export_film(board, folder, flavour="premiere").file)
    )
    urls = [urlparse(clip.media_reference.target_url) for clip in document.find_clips()]
    assert {url.scheme for url in urls} == {"file"}
    assert all(Path(unquote(url.path)).is_file() for url in urls)
    assert all(Path(unquote(url.path)).parent == folder / "media" for url in urls)


def test_the_same_film_gives_the_same_bytes(board, tmp_path):
    """Wherever it is exported to."""
    one, other = export_film(board, tmp_path / "a"), export_film(board, tmp_path / "b")
    assert one.file.read_bytes() == other.file.read_bytes()


def test_by_the_command_line(board, capsys):
    """Written where it is said, told as JSON; a foreign file is left alone, never replaced."""
    root = board.parent.parent
    done = storyreel("export", "film", "--as", "otio", "--handles", "2f", cwd=root)
    assert done.returncode == 0, done.stderr
    target = root / "output" / "film" / "export" / "film.otio"
    assert root / done.stdout.strip() == target
    assert "6 files (5 linked, 1 copied, 0 there), 50 frames" in done.stderr
    assert "sh010 has 0 frames to spare before" in done.stderr
    (target.parent / "media" / "notes.txt").write_text("mine")
    assert exit_code_of(["export", str(board), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["frames"], told["rate"], told["linked"]) == (50, "24", [])
    assert (told["left"], told["missing"]) == (["notes.txt"], [])
    assert told["file"] == str(target)
    target.write_text("edited by hand")
    assert exit_code_of(["export", str(board)]) == 1
    assert "film.otio would be replaced" in capsys.readouterr().err
    assert target.read_text() == "edited by hand"


@pytest.mark.parametrize("wrong", [["--handles", "soon"], ["--as", "edl"], ["--for", "avid"]])
def test_what_means_nothing_is_refused(board, capsys, wrong):
    """As wrong usage, with what was written."""
    assert exit_code_of(["export", str(board), *wrong]) == 2
    assert wrong[1] in capsys.readouterr().err


def test_names_differ_in_more_than_capitals(tmp_path):
    """On a disk to which capitals are all one no clip takes another's place."""
    shots = stories.film_of(stories.text("sh010", "SH010", "sh010_t1"), tmp_path).shots
    found = [Reuse(stories.digest("a"), 1), Reuse(stories.digest("b"), 1), Make(New())]
    steps = [
        Step(shot, action, request_for(shot, lambda _: None), None)
        for shot, action in zip(shots, found, strict=True)
    ]
    names = media_names(steps)
    assert list(names.values()) == ["sh010_t1.mp4", "SH010_t1_.mp4", "sh010_t1_missing.mp4"]


def test_sounds_are_called_as_their_files():
    """But for signs that mean something in an URL; none takes another's or a clip's name."""
    files = [
        ("a", Path("music/theme #1?.wav")), ("b", Path("other/Theme _1_.wav")),
        ("a", Path("music/theme #1?.wav")), ("c", Path("sh010_t1.mp4")), ("d", Path("...")),
    ]  # fmt: skip
    names = sound_names(((stories.digest(d), path) for d, path in files), ["sh010_t1.mp4"])
    assert list(names.values()) == ["theme _1_.wav", "Theme _1__.wav", "sh010_t1_.mp4", "sound"]
