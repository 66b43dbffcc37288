"""The README is true: its commands run, its tables are the program's."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import wave
from pathlib import Path

import pytest
import repositories
from commands import storyreel

PROJECT = Path(__file__).parent.parent
TEXT = (PROJECT / "README.md").read_text(encoding="utf-8")


GIT = re.search(r"<!-- command: git -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
PAID = re.search(r"<!-- command: paid -->\n```sh\n(.*?)```", TEXT, re.DOTALL)


def commands():
    """Every ``storyreel`` line of the README's shell blocks but the paid and git's, in order."""
    free = TEXT.replace(PAID[0], "").replace(GIT[0], "")
    for block in re.findall(r"```sh\n(.*?)```", free, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("storyreel "):
                yield line


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """An empty folder in which every free command was run, in the README's order."""
    folder = tmp_path_factory.mktemp("readme")
    for line in commands():
        words = [word.replace("240p", "96p") for word in shlex.split(line)[1:]]
        done = storyreel(*words, cwd=folder)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        if words[0] == "init":
            make_small(folder / "storyboards" / "first-film.storyboard.yaml")
            with_the_sample(folder)
    return folder


def test_every_command_of_the_readme_runs(walked):
    """From an empty folder with the sample boards beside: each exits 0, and the films are there."""
    assert len(list(commands())) >= 8
    assert (walked / "output" / "first-film" / "first-film.mp4").stat().st_size > 10_000
    assert list((walked / "output" / "launch-day").rglob("launch-day.draft.mp4"))


def test_the_paid_commands_run_against_the_desk(tmp_path):
    """As the README says, with a vendor on the desk: the sample film is bought once."""
    from pipeline.desk.server import Desk

    shutil.copytree(PROJECT / "storyboards", tmp_path / "storyboards")
    sample = tmp_path / "storyboards" / "launch-day.storyboard.yaml"
    small = sample.read_text(encoding="utf-8").replace("resolution: 720p", "resolution: 96p", 1)
    small = small.replace("  duration: 5s\n", "  duration: 5s\n  resolution: 720p\n", 1)
    sample.write_text(small, encoding="utf-8")
    with Desk(size=64, time="8", speed=50) as desk:
        environment = {
            "STORYREEL_APIFRAME_URL": desk.url,
            "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY",
            "DESK_KEY": desk.key,
        }
        for line in PAID[1].splitlines():
            done = storyreel(*shlex.split(line)[1:], cwd=tmp_path, env=environment, speed=50)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert len(desk.ledger()) == 10
    assert "1344 credits" in done.stdout or "committed" in done.stdout


def test_the_commands_about_versions_run_in_a_repository(walked):
    """As the README says: the sample board changed since its commit, its draft there."""
    repositories.project(walked).commit()
    for line in GIT[1].splitlines():
        done = storyreel(*shlex.split(line.replace("240p", "96p"))[1:], cwd=walked)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert list((walked / "output" / "launch-day").glob("draft*/at/*/*.mp4"))


def with_the_sample(folder):
    """The sample board in a project, with the shortest shots its model makes: quicker drawn."""
    shutil.copytree(PROJECT / "storyboards", folder / "storyboards", dirs_exist_ok=True)
    board = folder / "storyboards" / "launch-day.storyboard.yaml"
    text = re.sub(r"duration: [\d.]+s\n", "duration: 3s\n", board.read_text(encoding="utf-8"))
    board.write_text(text, encoding="utf-8")


def make_small(board):
    """The same board at a size that is quick to draw."""
    board.write_text(board.read_text(encoding="utf-8").replace("720p", "96p"), encoding="utf-8")


def test_the_python_of_the_readme_runs(walked, capsys):
    """The example, as it stands but for the draft's size: the same draft, found again."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    here = Path.cwd()
    os.chdir(walked)
    try:
        exec(code.replace("240p", "96p"), {})  # noqa: S102 - it is our own README
    finally:
        os.chdir(here)

    assert "launch-day.draft.mp4" in capsys.readouterr().out


def test_the_tables_name_every_command_and_exit_code():
    """What the program has is in the README, and the other way round."""
    from pipeline import errors
    from pipeline.cli.main import COMMANDS

    table = TEXT.split("## Commands")[1].split("| exit code")[0]
    named = set(re.findall(r"`([a-z]+)[ `\[]", table.replace("`, `", "` `")))
    assert set(COMMANDS) <= named

    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    raised = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.StoryreelError)
    }
    assert raised <= codes


def test_the_settings_table_is_the_programs():
    """Each setting with its variable and flag."""
    from pipeline.settings import SETTINGS

    for name in SETTINGS:
        row = f"| `{name}` | `STORYREEL_{name.upper()}` | `--{name}` |"
        assert row in TEXT


def test_the_excerpt_of_launch_day_is_launch_days():
    """The YAML shown is in the sample board, comments aside."""
    board = (PROJECT / "storyboards" / "launch-day.storyboard.yaml").read_text(encoding="utf-8")
    excerpt, _ = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    known = {line.strip() for line in board.splitlines()}
    for line in excerpt.splitlines():
        assert re.sub(r"\s+# .*", "", line).strip() in known, line


def test_the_example_of_the_cut_is_a_board_without_faults(tmp_path):
    """Every key shown works: transitions, cards, sound, subtitles, outputs."""
    from pipeline.storyboard.loader import load_board_text

    _, excerpt = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "audio").mkdir()
    with wave.open(str(tmp_path / "audio" / "theme.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000 * 12))
    head = "storyboard: 1\ntitle: Readme\nformat: {fps: 24}\n"
    board = load_board_text(head + excerpt, name="cut.yaml", folder=tmp_path, root=tmp_path)
    assert [shot.id for shot in board.storyboard.shots] == ["title", "sh010"]


@pytest.mark.parametrize(
    "name", ["launch-day.jpg", "still.jpg", "plan.svg", "check.svg", "paid.svg"]
)
def test_the_pictures_are_there(name):
    """Made by .ci/pictures.py from a real run."""
    assert f".ci/pictures/{name}" in TEXT
    assert (PROJECT / ".ci" / "pictures" / name).stat().st_size > 2000


def test_no_picture_asks_a_server():
    """A README must not load fonts from elsewhere."""
    for path in (PROJECT / ".ci" / "pictures").glob("*.svg"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "http" not in text
