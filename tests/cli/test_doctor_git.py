"""What doctor says of git, by git's own word: output is left out, locks of two branches join."""

from __future__ import annotations

import contextlib
import subprocess

import pytest

from pipeline.cli.git_checked import ATTRIBUTES, look_at_git
from pipeline.cli.main import exit_code_of


@pytest.fixture
def begun(tmp_path):
    """A project as ``init`` begins it, in a repository below whose top it lies."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    folder = tmp_path / "films" / "a film"
    assert exit_code_of(["init", str(folder)]) == 0
    with contextlib.chdir(folder):
        yield folder


def told(folder):
    return {one.name: (one.state, one.text, one.fix) for one in look_at_git(folder)}


def test_a_project_that_init_began_is_well(begun):
    """What init writes is what git reads, also where the project is not the repository's top."""
    assert {name: state for name, (state, *_) in told(begun).items()} == {
        "git": "ok", "merges": "ok",
    }  # fmt: skip


def test_without_the_attribute_the_line_to_add_is_told_and_mends_it(begun):
    """The fix says which file and which line; with it all is well."""
    attributes = begun / "storyboards" / ".gitattributes"
    attributes.unlink()
    state, text, fix = told(begun)["merges"]
    assert (state, "no merge driver is set" in text) == ("warn", True)
    assert fix == f"Add this line to storyboards/.gitattributes: {ATTRIBUTES}"

    (begun / fix.split(": ")[0].removeprefix("Add this line to ")).write_text(f"{ATTRIBUTES}\n")
    assert told(begun)["merges"][0] == "ok"


@pytest.mark.parametrize("line", ["*.lock.toml -merge", "*.lock.toml merge=ours", "* binary"])
def test_what_a_later_line_undoes_is_told(begun, line):
    """The last line that fits is what git goes by, whatever stands in the others."""
    (begun / "storyboards" / ".gitattributes").write_text(f"{ATTRIBUTES}\n{line}\n")
    assert told(begun)["merges"][0] == "warn"


def test_output_that_git_would_commit_is_told(begun):
    """A line that is undone further down counts as none."""
    with (begun / ".gitignore").open("a") as file:
        file.write("\n!/output/\n")
    assert told(begun)["git"][0] == "warn"


def test_without_a_repository_there_is_nothing_to_join(tmp_path):
    """No git is asked for what it cannot know."""
    assert told(tmp_path) == {"git": ("ok", "no repository here", None)}
