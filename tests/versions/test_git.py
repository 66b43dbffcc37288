"""The door to git: names of versions, their files, and every way it can be shut."""

from __future__ import annotations

import contextlib
import stat
import subprocess
from pathlib import PurePosixPath

import pytest
from repositories import board, project

from pipeline.errors import UsageError
from pipeline.versions.diffing import diff_board
from pipeline.versions.errors import GitFailedError, NoVersionError
from pipeline.versions.git import Repository

ONE = board("id: sh010, prompt: one")
TOP = PurePosixPath()


def test_a_version_is_known_by_any_name_git_knows(tmp_path):
    """HEAD~1, a branch, a tag, the beginning of a digest: the same commit, with what it says."""
    made = project(tmp_path)
    first = made.commit(ONE, says="First cut\n\nmore")
    made.git("tag", "v1")
    made.git("branch", "old")
    made.commit(says="second")
    repository = Repository.around(made.board.parent)

    for name in ("HEAD~1", "v1", "old", first[:9]):
        commit = repository.commit(name)
        assert (commit.sha, commit.asked, commit.subject) == (first, name, "First cut")


@pytest.mark.parametrize(
    "name", ["nope", "-x", "--output=out", "", " ", "HEAD:file", "a\0b", "x" * 200_000]
)
def test_what_is_no_version_is_refused_with_the_way_out(tmp_path, name):
    """Also what would be an option, and what would be a file; nothing is written."""
    made = project(tmp_path)
    made.commit(ONE)

    with pytest.raises(NoVersionError) as refused:
        Repository.around(tmp_path).commit(name)

    assert "git log" in (refused.value.hint or "")
    assert not (tmp_path / "out").exists()


def test_a_repository_without_a_commit_says_so(tmp_path):
    """HEAD is no version yet."""
    project(tmp_path).write(ONE)

    with pytest.raises(NoVersionError) as refused:
        Repository.around(tmp_path).commit("HEAD")

    assert refused.value.hint == "Nothing was committed yet: git commit the board."


def test_a_folder_in_no_repository_is_told(tmp_path):
    """With the way to one."""
    with pytest.raises(UsageError, match="lies in no git repository") as refused:
        Repository.around(tmp_path)

    assert "git init" in (refused.value.hint or "")


def test_a_shallow_clone_says_how_to_deepen_it(tmp_path):
    """As build servers have it: the newest commit, and no other."""
    made = project(tmp_path / "whole")
    first = made.commit(ONE)
    made.commit()
    made.git("clone", "-q", "--depth", "1", made.folder.as_uri(), str(tmp_path / "shallow"))

    for name in ("HEAD~1", first):
        with pytest.raises(NoVersionError) as refused:
            Repository.around(tmp_path / "shallow").commit(name)
        assert "fetch-depth: 0" in (refused.value.hint or "")


def test_files_a_partial_clone_left_away_are_told_and_not_fetched(tmp_path):
    """No server is asked: that would be the network, and perhaps a program of the repository's."""
    made = project(tmp_path / "whole")
    made.git("config", "uploadpack.allowFilter", "true")
    made.commit(ONE)
    made.commit(board("id: sh010, prompt: two"))
    clone = tmp_path / "partial"
    made.git("clone", "-q", "--filter=blob:none", made.folder.as_uri(), str(clone))
    made.git("config", "remote.origin.url", "ext::touch sprung", into=clone)
    made.git("config", "protocol.ext.allow", "always", into=clone)

    with pytest.raises(GitFailedError, match="not in this clone"):
        diff_board(clone / "storyboards" / "film.storyboard.yaml", ["HEAD~1"])
    assert not list(tmp_path.rglob("sprung"))
    with contextlib.suppress(subprocess.CalledProcessError):
        made.git("diff", "HEAD~1", into=clone)
    assert list(tmp_path.rglob("sprung")), "the trap is none"


def test_names_of_files_are_read_whatever_is_in_them(tmp_path):
    """Blanks, quotes, line breaks, other scripts; and a link is known as one."""
    made = project(tmp_path / "with blanks")
    names = ["a b.txt", 'quo"te.txt', "line\nbreak.txt", "ünï/日本.txt"]
    for name in names:
        made.write("x", name)
    (made.folder / "link").symlink_to("a b.txt")
    made.commit()
    repository = Repository.around(made.folder)
    files = repository.files(repository.commit("HEAD"), TOP)

    assert set(files) == {*names, "link", ".gitignore"}
    assert [name for name, entry in files.items() if entry.link] == ["link"]


def test_contents_come_whole_one_after_another(tmp_path):
    """Empty ones, binary ones, ones larger than a pipe; and none where it is too much."""
    made = project(tmp_path)
    contents = {"empty": b"", "binary": bytes(range(256)), "large": b"ab\n" * 100_000}
    for name, data in contents.items():
        made.write(data, name)
    made.commit()
    repository = Repository.around(made.folder)
    files = repository.files(repository.commit("HEAD"), TOP)

    with repository.blobs() as blobs:
        for name, data in contents.items():
            blobs.write(files[name].blob, tmp_path / "out")
            assert (tmp_path / "out").read_bytes() == data
        assert blobs.read(files["large"].blob, 10) is None
        assert blobs.read(files["binary"].blob, 256) == contents["binary"]


def test_nothing_of_the_repository_is_run(tmp_path):
    """Its hooks, filters, monitors, pagers, and comparing programs stay as they are: not ours."""
    made = project(tmp_path)
    made.write("*.yaml filter=mark diff=mark\n", ".gitattributes")
    made.commit(ONE)
    made.git("mv", "storyboards/film.storyboard.yaml", "storyboards/new.storyboard.yaml")
    made.commit()
    trap = made.write("#!/bin/sh\ntouch sprung; cat\n", "trap.sh")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    for key in ("core.fsmonitor", "filter.mark.smudge", "filter.mark.clean", "diff.mark.textconv",
                "diff.mark.command", "diff.external", "core.pager", "gpg.program",
                "core.sshCommand", "core.editor", "alias.log"):  # fmt: skip
        made.git("config", key, f"!{trap}" if key.startswith("alias") else str(trap))
    made.git("config", "log.showSignature", "true")

    found = diff_board(made.folder / "storyboards" / "new.storyboard.yaml", ["HEAD~1"])

    assert found.changes.nothing
    assert found.notes == ("the board was called storyboards/film.storyboard.yaml in HEAD~1",)
    assert not list(tmp_path.rglob("sprung"))
    with contextlib.suppress(subprocess.CalledProcessError):
        made.git("diff", "HEAD~1")
    assert list(tmp_path.rglob("sprung")), "the trap is none"


def test_a_board_renamed_is_found_whatever_else_is_named_like_a_version(tmp_path):
    """A file called HEAD; and settings of `git diff` that it cannot use itself."""
    made = project(tmp_path)
    first = made.commit(ONE)
    made.write("x", "HEAD")
    made.write("x", first)
    made.git("mv", "storyboards/film.storyboard.yaml", "storyboards/new.storyboard.yaml")
    made.commit()
    made.git("config", "diff.orderFile", "nowhere")
    made.git("config", "diff.algorithm", "nonsense")

    found = diff_board(made.folder / "storyboards" / "new.storyboard.yaml", ["HEAD~1"])
    assert found.changes.nothing
    assert found.old.commit.subject == "a version"
