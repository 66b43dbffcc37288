"""What a board of another time reads: taken out of git, the user's files left alone."""

from __future__ import annotations

import shutil
from hashlib import sha256

import pytest
from PIL import Image
from repositories import BOARD, Project, board, project

from pipeline.errors import StoryreelError
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.tracked import is_tracked
from pipeline.versions.diffing import diff_board
from pipeline.versions.errors import GitFailedError, NoVersionError
from pipeline.versions.git import Repository
from pipeline.versions.version import version_at

HERE = "storyboards/refs/one.png"


def picture(folder, colour, place=HERE):
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 36), colour).save(path)
    return path.read_bytes()


def pictured(written="refs/one.png"):
    return board(f"id: sh010, prompt: a room, first_frame: {written}")


def taken(made, revision="HEAD", path=BOARD):
    """The digests of the pictures that a version's board shows, and what is noted."""
    repository = Repository.around((made.folder / path).parent)
    commit = repository.commit(revision)
    with version_at(made.folder / path, commit, repository) as version:
        digests = {picture.digest for picture in version.planned.board.pictures.values()}
        return digests, version.notes


def digests_of(*contents):
    return {sha256(one).hexdigest() for one in contents}


def test_a_version_shows_the_pictures_of_its_time(tmp_path):
    """Whatever lies there now; and nothing that lies there is touched."""
    made = project(tmp_path)
    red = picture(tmp_path, "red")
    made.commit(pictured())
    blue = picture(tmp_path, "blue")
    made.commit()
    (tmp_path / HERE).unlink()
    made.write("torn: [", BOARD)
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))

    assert taken(made, "HEAD~1") == (digests_of(red), ())
    assert taken(made) == (digests_of(blue), ())
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


def test_links_are_followed_within_the_version(tmp_path):
    """A picture, or its folder, may be a link in git; where it leads out there is no picture."""
    made = project(tmp_path)
    red = picture(tmp_path, "red", "storyboards/v2/one.png")
    (tmp_path / "storyboards" / "refs").symlink_to("v2")
    (tmp_path / "storyboards" / "v2" / "two.png").symlink_to("one.png")
    (tmp_path / "storyboards" / "v2" / "out.png").symlink_to("/etc/hostname")
    (tmp_path / "storyboards" / "v2" / "loop.png").symlink_to("loop.png")
    made.commit(pictured("refs/two.png"))

    assert taken(made) == (digests_of(red), ())
    for name in ("out.png", "loop.png"):
        made.commit(pictured(f"refs/{name}"))
        with pytest.raises(BoardFaultsError):
            taken(made)


def test_a_file_that_git_never_had_is_taken_as_it_lies_here(tmp_path):
    """A clip too large for git, say; it is told. One that git has now, and had not then, is not."""
    made = project(tmp_path)
    red = picture(tmp_path, "red")
    made.write("output/\n*.png\n", ".gitignore")
    made.commit(pictured())

    found, notes = taken(made)
    assert found == digests_of(red)
    assert notes == ("not in git, so taken for HEAD as it is here now: " + HERE,)

    made.git("add", "-f", HERE)
    made.commit()
    with pytest.raises(BoardFaultsError):
        taken(made, "HEAD~1")
    assert taken(made) == (digests_of(red), ())


def test_a_picture_that_lfs_keeps_is_found_in_its_store_or_told(tmp_path):
    """Git has a pointer in its place; the file lies beside, where it was fetched."""
    made = project(tmp_path)
    red = picture(tmp_path, "red")
    (oid,) = digests_of(red)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(red)}\n"
    made.write(pointer, HERE)
    made.commit(pictured())

    with pytest.raises(GitFailedError, match="kept by Git LFS") as refused:
        taken(made)
    assert "git lfs fetch origin" in (refused.value.hint or "")

    made.write(red, f".git/lfs/objects/{oid[:2]}/{oid[2:4]}/{oid}")
    assert taken(made) == ({oid}, ())


@pytest.mark.parametrize("place", ["films/ep 01", "."])
def test_a_project_may_lie_in_a_folder_of_its_repository_and_the_other_way_round(tmp_path, place):
    """Paths are the project's, wherever the repository begins."""
    outer = project(tmp_path / "outer")
    inner = outer.folder / place
    red = picture(inner, "red")
    outer.write(pictured(), f"{place}/{BOARD}")
    outer.write("", f"{place}/storyreel.toml")
    outer.commit()
    assert taken(Project(inner)) == (digests_of(red), ())

    shutil.rmtree(outer.folder / ".git")
    boards = project(inner / "storyboards")
    boards.commit()
    assert taken(Project(inner)) == (digests_of(red), ())


def test_a_board_with_another_name_then_is_followed(tmp_path):
    """With its lock and its pictures, which lay beside it; git's guess is told."""
    made = project(tmp_path)
    red = picture(tmp_path, "red", "storyboards/old/refs/one.png")
    old = "storyboards/old/first.storyboard.yaml"
    made.write(pictured(), old)
    made.write("lock = 1\nboard_seed = 0\n\n[shots.sh010]\nseed = 77\n",
               "storyboards/old/first.lock.toml")  # fmt: skip
    made.commit()
    made.git("mv", "storyboards/old/refs", "storyboards/refs")
    made.git("mv", old, BOARD)
    made.git("mv", "storyboards/old/first.lock.toml", "storyboards/film.lock.toml")
    made.commit()
    repository = Repository.around(made.board.parent)

    with version_at(made.board, repository.commit("HEAD~1"), repository) as version:
        assert version.notes == (f"the board was called {old} in HEAD~1",)
        assert version.planned.film.shots[0].seed == 77
        assert {one.digest for one in version.planned.board.pictures.values()} == digests_of(red)
        assert version.planned.places.film.name == "film.mp4"
    assert diff_board(made.board, ["HEAD~1"]).changes.nothing


def test_a_board_that_was_not_there_is_told_with_the_version_that_has_it(tmp_path):
    """Before it was begun, and one that never was committed."""
    made = project(tmp_path)
    made.commit()
    newest = made.commit(board("id: sh010, prompt: one"))
    other = made.write(board("id: sh010, prompt: two"), "storyboards/other.storyboard.yaml")

    with pytest.raises(NoVersionError, match=f"has no {BOARD}") as refused:
        diff_board(made.board, ["HEAD~1"])
    assert newest[:12] in (refused.value.hint or "")
    with pytest.raises(NoVersionError) as refused:
        diff_board(other)
    assert "never committed" in (refused.value.hint or "")


def test_faults_of_an_old_board_are_told_at_its_version(tmp_path):
    """Each at its line, under the name of the version; the ways on are commands that run."""
    made = project(tmp_path)
    made.commit(board("id: sh010, prompt: one, first_frame: sh09.last"))
    made.write(board("id: sh010, prompt: one"))

    with pytest.raises(BoardFaultsError) as refused:
        diff_board(made.board)

    assert refused.value.file == f"HEAD:{BOARD}"
    assert [way.command[1] for way in refused.value.ways] == ["explain"]


def test_nothing_is_left_behind(tmp_path):
    """The private folder is gone when the comparison is over, also after an error."""
    made = project(tmp_path / "project")
    made.commit(board("id: sh010, prompt: one"))
    repository = Repository.around(made.folder)
    roots = []

    def breaks_off():
        with version_at(made.board, repository.commit("HEAD"), repository) as version:
            roots.append(version.planned.board.root)
            assert roots[0].stat().st_mode & 0o077 == 0
            raise StoryreelError("stop.")

    with pytest.raises(StoryreelError, match="stop"):
        breaks_off()
    assert not roots[0].exists()


@pytest.mark.parametrize(
    "written", ['"a\\0b.png"', '"."', '"' + "a" * 300 + '.png"', '"refs/one.png/x.png"']
)
def test_a_name_that_no_file_can_have_is_a_fault_of_the_board(tmp_path, written):
    """As in the board that lies here; not of the system, and no bug."""
    made = project(tmp_path)
    picture(tmp_path, "red")
    shots = (f"id: sh010, prompt: one, first_frame: {written}",
             "id: sh020, prompt: two, first_frame: refs/one.png")  # fmt: skip
    made.commit(board(*shots))

    with pytest.raises(BoardFaultsError) as refused:
        taken(made)
    assert all(fault.span.line == 6 for fault in refused.value.faults)


@pytest.mark.parametrize("keep", [13, 74, 90])
def test_a_torn_index_tracks_nothing(tmp_path, keep):
    """Git will tell; here it is as if there were none."""
    made = project(tmp_path)
    made.commit(board("id: sh010, prompt: one"))
    made.git("update-index", "--index-version", "4")
    index = tmp_path / ".git" / "index"
    assert is_tracked(made.board)
    index.write_bytes(index.read_bytes()[:keep])

    assert not is_tracked(made.board)
