"""A film that travels: packed here, unpacked there, the same bytes."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import clips
import commands
import pytest
import stories
import travelling
from travelling import clips_in, members, packed, project, render, tree, unpack_film

from pipeline.api import Draft, plan_film
from pipeline.errors import UsageError
from pipeline.files import digest_of_file
from pipeline.packing import pack_film
from pipeline.packs.errors import PackError
from pipeline.plan.step import Reuse
from pipeline.sidecars.lock_file import change_lock


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A rendered film of three shots: its board, its film."""
    board = project(tmp_path_factory.mktemp("here"))
    return board, render(board)


@pytest.fixture
def pack(film, tmp_path):
    return packed(film[0], tmp_path / "film.storyreel-pack.zip")


def test_the_film_is_the_same_bytes_elsewhere_with_nothing_made(film, pack, tmp_path):
    """In a process with no key and a bare environment: nothing to make, the same film."""
    there = tmp_path / "there"
    unpack_film(pack, there)
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = commands.run("render", "film", "--json", cwd=there, env=bare)
    told = json.loads(done.stdout.splitlines()[-1])

    assert done.returncode == 0, done.stderr
    assert (told["made"], told["reused"]) == (0, 3)
    assert digest_of_file(Path(told["film"])) == digest_of_file(film[1])
    assert json.loads(members(pack)["manifest.json"])["film"] == digest_of_file(film[1])


def test_a_pack_of_an_unpacked_film_is_the_same_bytes(film, pack, tmp_path):
    """The same film gives the same file, wherever it is packed."""
    there = tmp_path / "there"
    board = unpack_film(pack, there).board
    render(board)

    again = packed(board, tmp_path / "again.zip")
    assert again.read_bytes() == pack.read_bytes()
    assert packed(film[0], tmp_path / "twice.zip").read_bytes() == pack.read_bytes()


def test_what_is_in_it_is_what_the_film_needs_and_nothing_else(film, pack):
    """Board, pictures, settings, lock, clips, records, frames; no key, journal, film or time."""
    inside = members(pack)
    kinds = {name.partition("/")[0] for name in inside}

    assert kinds == {"manifest.json", "lock.toml", "project", "clips", "frames"}
    assert {name for name in inside if name.startswith("project/")} == {
        "project/storyboards/film.storyboard.yaml",
        "project/storyboards/refs/hero.png",
        "project/storyreel.toml",
    }
    assert next(iter(inside)) == "manifest.json"
    assert list(inside)[1:] == sorted(list(inside)[1:])
    assert not any(b"afk_never_packed" in data for data in inside.values())
    root = str(film[0].parent.parent).encode()
    assert not any(root in data for data in inside.values())


def test_unpacking_twice_is_fine_and_changes_nothing(pack, tmp_path):
    """The same bytes again are no clash."""
    there = tmp_path / "there"
    first = unpack_film(pack, there)
    before = tree(there)
    again = unpack_film(pack, there)

    assert (first.clips, first.files, first.there) == (3, 4, 0)
    assert (again.clips, again.files, again.there) == (0, 0, 7)
    assert tree(there) == before


@pytest.mark.parametrize(
    "name",
    ["storyboards/film.storyboard.yaml", "storyboards/film.lock.toml", "storyreel.toml",
     "storyboards/refs/hero.png"],
)  # fmt: skip
def test_a_file_that_differs_is_never_written_over(pack, tmp_path, name):
    """One file of another's: nothing is unpacked at all."""
    mine = tmp_path / "there" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(PackError) as refused:
        unpack_film(pack, tmp_path / "there")

    assert str(mine) in str(refused.value.details)
    assert tree(tmp_path / "there") == {name: b"mine"}


def test_no_link_in_the_folder_is_followed(pack, tmp_path):
    """A folder that is a link to elsewhere: nothing is written there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "storyboards").symlink_to(elsewhere)
    with pytest.raises(PackError, match="stand there already"):
        unpack_film(pack, tmp_path / "there")

    assert list(elsewhere.iterdir()) == []


def test_a_file_where_a_folder_is_needed_is_a_clash(pack, tmp_path):
    """It is told before anything is written."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "storyboards").write_text("a file")
    with pytest.raises(PackError, match="stand there already"):
        unpack_film(pack, tmp_path / "there")

    assert set(tree(tmp_path / "there")) == {"storyboards"}


@pytest.mark.parametrize("left", ["board", "lock", "a clip", "a frame"])
def test_unpacking_goes_on_where_it_was_cut_off(film, pack, tmp_path, left):
    """Whatever a crash had not yet put in place, unpacking again puts there."""
    there = tmp_path / "there"
    unpack_film(pack, there)
    lost = {
        "board": "storyboards/film.storyboard.yaml",
        "lock": "storyboards/film.lock.toml",
        "a clip": "output/store/clips/*/*.mp4",
        "a frame": "output/store/frames/*/*.json",
    }[left]
    found = next(there.glob(lost))
    found.unlink()
    (found.parent / f".{found.name[:40]}.abc.part").write_text("half")
    unpack_film(pack, there)

    assert found.exists()
    assert render(there / "storyboards" / "film.storyboard.yaml").read_bytes() == (
        film[1].read_bytes()
    )
    if left in ("board", "lock"):
        assert not list(there.glob("storyboards/.*.part"))


def test_a_torn_clip_in_the_store_is_mended_by_a_pack(pack, tmp_path):
    """A clip that is there and whole stays; one that is torn is taken from the pack."""
    there = tmp_path / "there"
    unpack_film(pack, there)
    clip = next(there.glob("output/store/clips/*/*.mp4"))
    clip.chmod(0o644)
    clip.write_bytes(b"torn")
    again = unpack_film(pack, there)

    assert (again.clips, again.there) == (1, 6)
    assert digest_of_file(clip) == clip.stem


def test_a_film_with_missing_clips_is_packed_only_when_said(film, tmp_path):
    """Refused with the list of shots; --partial packs the rest, and says so where it arrives."""
    board = shutil.copytree(film[0].parent.parent, tmp_path / "mine") / "storyboards" / film[0].name
    planned = plan_film(board)
    step = next(step for step in planned.plan.steps if step.shot.id == "sh030")
    assert isinstance(step.action, Reuse)
    planned.store.drop(step.action.clip)
    with pytest.raises(PackError) as refused:
        pack_film(board, tmp_path / "not.zip")
    partial = pack_film(board, tmp_path / "partial.zip", partial=True)
    there = unpack_film(partial.file, tmp_path / "there")

    assert refused.value.details == "sh030"
    assert "storyreel render film" in str(refused.value.hint)
    assert not (tmp_path / "not.zip").exists()
    assert (partial.clips, partial.missing, partial.film) == (2, ("sh030",), None)
    assert there.missing == ("sh030",)
    assert [step.verb for step in plan_film(there.board).plan.steps] == ["reuse", "reuse", "make"]


def test_all_takes_travel_when_said(film, tmp_path):
    """Without --all only those that serve; with it every take in the lock whose clip is here."""
    board = shutil.copytree(film[0].parent.parent, tmp_path / "mine") / "storyboards" / film[0].name
    board.write_text(board.read_text().replace("sh030 happens", "sh030 happens again"))
    render(board)
    one = pack_film(board, tmp_path / "one.zip")
    every = pack_film(board, tmp_path / "every.zip", everything=True)
    there = unpack_film(every.file, tmp_path / "there")

    assert (one.clips, every.clips) == (3, 4)
    assert len(clips_in(tmp_path / "there")) == 4
    there.board.write_text(film[0].read_text())  # the older take serves the older board
    assert [step.verb for step in plan_film(there.board).plan.steps] == ["reuse"] * 3


def test_a_take_whose_clip_is_gone_is_told(film, tmp_path):
    """Older takes that are not here do not stand in the way of --all."""
    board = shutil.copytree(film[0].parent.parent, tmp_path / "mine") / "storyboards" / film[0].name
    planned = plan_film(board)

    def with_an_old_take(lock):
        block = lock.of("sh010")
        old = replace(block.takes[0], number=7, clip=travelling.digest(b"gone"))
        return replace(
            lock, shots={**lock.shots, "sh010": replace(block, takes=(*block.takes, old))}
        )

    change_lock(planned.places.lock, planned.places.guard, with_an_old_take)
    every = pack_film(board, tmp_path / "every.zip", everything=True)

    assert every.left_out == ("sh010 take 7",)
    assert every.missing == ()


def test_a_draft_travels_with_its_own_lock_and_size(tmp_path):
    """The draft's film, cut there from the draft's clips, the same bytes."""
    board = project(tmp_path / "here")
    draft = Draft("96p")
    drawn = render(board, draft=draft)
    pack = packed(board, tmp_path / "draft.zip", draft=draft)
    there = unpack_film(pack, tmp_path / "there")

    assert (there.draft, there.resolution) == (True, "96p")
    assert all(isinstance(s.action, Reuse) for s in plan_film(there.board, draft=draft).plan.steps)
    assert render(there.board, draft=draft).read_bytes() == drawn.read_bytes()
    assert not (tmp_path / "there" / "storyboards" / "film.lock.toml").exists()


def test_a_board_that_lies_by_itself_travels(tmp_path):
    """No storyboards folder, no settings: its own folder is the project."""
    (tmp_path / "here").mkdir()
    board = tmp_path / "here" / "solo.storyboard.yaml"
    board.write_text(travelling.BOARD.partition("references:")[0] + "shots:\n"
                     "  - {id: sh010, prompt: alone}\n")  # fmt: skip
    drawn = render(board)
    there = unpack_film(packed(board, tmp_path / "solo.zip"), tmp_path / "there")

    assert there.board == tmp_path / "there" / "solo.storyboard.yaml"
    assert render(there.board).read_bytes() == drawn.read_bytes()


def test_clips_go_where_a_render_there_looks_for_them(pack, tmp_path):
    """A store named by a setting gets them, as a render with the same setting reads it."""
    store = tmp_path / "shared"
    there = unpack_film(pack, tmp_path / "there", flags={"store": str(store)})

    assert len(list(store.glob("clips/*/*.mp4"))) == 3
    steps = plan_film(there.board, flags={"store": str(store)}).plan.steps
    assert [step.verb for step in steps] == ["reuse"] * 3


def test_a_clip_that_was_packed_torn_is_found_out(film, tmp_path):
    """Every clip is hashed while it is packed, whatever its size and time say."""
    board = shutil.copytree(film[0].parent.parent, tmp_path / "mine") / "storyboards" / film[0].name
    clip = next((tmp_path / "mine").glob("output/store/clips/*/*.mp4"))
    plan_film(board).store.state(clip.stem)  # the copy's time is remembered
    stat = clip.stat()
    clip.chmod(0o644)
    data = bytearray(clip.read_bytes())
    data[-1] ^= 1
    clip.write_bytes(data)
    os.utime(clip, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(Exception, match="is not what it was"):
        pack_film(board, tmp_path / "torn.zip")

    assert not list(tmp_path.glob("*.zip"))
    assert not list(tmp_path.glob(".*"))


def test_only_a_pack_gives_way_to_a_pack(film, tmp_path):
    """A board named by a slip after -o is left alone; an older pack is written anew."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is no pack"):
        pack_film(film[0], tmp_path / "notes.txt")
    packed(film[0], tmp_path / "a.zip")
    packed(film[0], tmp_path / "a.zip")

    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_picture_whose_name_other_systems_refuse_is_told_before_it_travels(tmp_path):
    """A name that Windows cannot have is refused when packing, not when unpacking."""
    board = project(tmp_path / "here")
    refs = board.parent / "refs"
    (refs / "hero.png").rename(refs / "aux.png")
    board.write_text(travelling.BOARD.replace("hero.png", "aux.png"))
    render(board)
    with pytest.raises(PackError, match="on Windows"):
        pack_film(board, tmp_path / "pack.zip")


def test_how_far_it_is_is_told_to_the_end(film, tmp_path):
    """Bytes done never fall, and end at all of them."""
    told = []
    pack = tmp_path / "told.zip"
    pack_film(film[0], pack, tell=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0
    told.clear()
    unpack_film(pack, tmp_path / "there", tell=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0


def test_footage_travels_with_its_film(tmp_path, ffmpeg):
    """A clip of the author's own lies at its place there, and nothing is made."""
    (tmp_path / "here" / "storyboards" / "clips").mkdir(parents=True)
    own = tmp_path / "here" / "storyboards" / "clips" / "own.mp4"
    clips.make(ffmpeg, own, size=(128, 72), rate="24", frames=24)
    board = tmp_path / "here" / "storyboards" / "film.storyboard.yaml"
    board.write_text(
        stories.HEAD + "shots:\n"
        "  - {id: sh010, model: footage, clip: clips/own.mp4, duration: 1s}\n"
        "  - {id: sh020, prompt: then, first_frame: sh010.last}\n"
    )
    drawn = render(board)
    there = unpack_film(packed(board, tmp_path / "own.zip"), tmp_path / "there")

    assert (there.board.parent / "clips" / "own.mp4").read_bytes() == own.read_bytes()
    assert [step.verb for step in plan_film(there.board).plan.steps] == ["reuse", "reuse"]
    assert render(there.board).read_bytes() == drawn.read_bytes()
