"""Two branches, one lock: git joins them, and nothing that either wrote is lost."""

from __future__ import annotations

import subprocess

import pytest
import stories

from pipeline.errors import LockFileError
from pipeline.ids import ShotId, TakeKey
from pipeline.plan.take import Lock, Note, ShotTakes, Take, TakeOrder
from pipeline.sidecars.lock import lock_text
from pipeline.sidecars.lock_file import change_lock, load_lock

A, B, C = (stories.digest(letter) for letter in "abc")
SHOT = ShotId("sh010")


def take(letter, number, **how):
    return Take(number, TakeKey(f"k1-{letter}"), stories.digest(letter), "animatic", **how)


class Branches:
    """A lock in a repository, with the attributes that ``init`` writes, changed by two people."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "film.lock.toml"

    def git(self, *words, check=True):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        return subprocess.run(
            ["git", *who, *words], cwd=self.folder, check=check, capture_output=True, text=True
        )

    def commit(self, blocks):
        self.path.write_text(lock_text(Lock(0, {ShotId(n): b for n, b in blocks.items()})))
        self.git("add", ".")
        self.git("commit", "-qm", "x")

    def merged(self, base, ours, theirs, *, union=True):
        """The exit code of the merge."""
        self.git("init", "-q", "-b", "main")
        if union:
            (self.folder / ".gitattributes").write_text("*.lock.toml merge=union\n")
        self.commit(base)
        self.git("checkout", "-qb", "other")
        self.commit(theirs)
        self.git("checkout", "-q", "main")
        self.commit(ours)
        return self.git("merge", "-q", "other", "-m", "merge", check=False).returncode


@pytest.fixture
def branches(tmp_path):
    """An empty repository."""
    return Branches(tmp_path)


def test_a_take_each_of_one_shot_under_one_number_is_kept_and_renumbered(branches):
    """Both takes are there; the smaller clip digest keeps the number, which is told."""
    one = take("a", 1)
    code = branches.merged(
        {SHOT: ShotTakes(7, None, (one,))},
        {SHOT: ShotTakes(7, C, (one, take("c", 2, variation=2, frames={"last": A})))},
        {SHOT: ShotTakes(7, None, (one, take("b", 2, variation=2)))},
    )
    block = load_lock(branches.path).of(SHOT)

    assert code == 0
    assert [(t.number, t.clip) for t in block.takes] == [(1, A), (2, B), (3, C)]
    assert block.renumbered == ((2, 3),)
    assert block.pick == C
    assert block.takes[2].frames == {"last": A}


def test_the_next_writer_settles_the_numbers(branches):
    """From then on they stand in the file as everybody reads them."""
    one = take("a", 1)
    branches.merged(
        {SHOT: ShotTakes(7, None, (one,))},
        {SHOT: ShotTakes(7, None, (one, take("c", 2)))},
        {SHOT: ShotTakes(7, None, (one, take("b", 2)))},
    )

    def reject(lock):
        block = lock.of(SHOT)
        return Lock(0, {SHOT: ShotTakes(7, None, block.takes, rejected=frozenset({A}))})

    change_lock(branches.path, branches.folder / "guard", reject)
    block = load_lock(branches.path).of(SHOT)

    assert [(t.number, t.clip) for t in block.takes] == [(1, A), (2, B), (3, C)]
    assert block.renumbered == ()


def test_a_note_a_rejection_and_an_order_beside_a_take_are_all_kept(branches):
    """What people say of one shot on two branches does not clash."""
    one = take("a", 1)
    ours = ShotTakes(7, None, (one,), notes=(Note(A, 5, "ours"),), rejected=frozenset({A}))
    theirs = ShotTakes(
        7, None, (one, take("b", 2)), notes=(Note(A, 5, "theirs"),),
        orders=(TakeOrder(TakeKey("k1-z"), 3),),
    )  # fmt: skip
    assert branches.merged({SHOT: ShotTakes(7, None, (one,))}, {SHOT: ours}, {SHOT: theirs}) == 0
    block = load_lock(branches.path).of(SHOT)

    assert {note.text for note in block.notes} == {"ours", "theirs"}
    assert block.rejected == {A}
    assert len(block.takes) == 2
    assert block.orders == theirs.orders


def test_new_shots_in_one_gap_keep_their_own_takes(branches):
    """A line names its shot, so joining two blocks line by line mixes nothing up."""
    base = {"sh010": ShotTakes(1, None, (take("a", 1),)), "sh090": ShotTakes(9, A)}
    code = branches.merged(
        base,
        {**base, "sh020": ShotTakes(2, None, (take("b", 1),))},
        {**base, "sh030": ShotTakes(3, None, (take("c", 1),))},
    )
    lock = load_lock(branches.path)

    assert code == 0
    assert [t.clip for t in lock.of(ShotId("sh020")).takes] == [B]
    assert [t.clip for t in lock.of(ShotId("sh030")).takes] == [C]
    assert lock.of(ShotId("sh020")).seed == 2


def test_the_same_take_made_on_both_branches_is_one(branches):
    """One clip for one request under two numbers is one take, under the lower."""
    one = take("a", 1)
    branches.merged(
        {SHOT: ShotTakes(7, None, (one,))},
        {SHOT: ShotTakes(7, None, (one, take("b", 2)))},
        {SHOT: ShotTakes(7, None, (one, take("c", 2), take("b", 3)))},
    )
    block = load_lock(branches.path).of(SHOT)

    assert sorted((t.number, t.clip) for t in block.takes) == [(1, A), (2, B), (3, C)]


def test_two_picks_are_for_a_person_to_settle(branches):
    """Nobody can know who serves: both lines are named, and the lock is not overwritten."""
    takes = (take("a", 1), take("b", 2))
    branches.merged(
        {SHOT: ShotTakes(7, None, takes)},
        {SHOT: ShotTakes(7, A, takes)},
        {SHOT: ShotTakes(7, B, takes)},
    )
    before = branches.path.read_text()

    with pytest.raises(LockFileError, match="sh010 has another pick in line 6 than in line 7"):
        change_lock(branches.path, branches.folder / "guard", lambda _: Lock(3))
    assert branches.path.read_text() == before


def test_without_the_attribute_git_stops_and_keeping_both_sides_is_right(branches):
    """The error says so; with the marks deleted both takes are there."""
    one = take("a", 1)
    code = branches.merged(
        {SHOT: ShotTakes(7, None, (one,))},
        {SHOT: ShotTakes(7, None, (one, take("c", 2)))},
        {SHOT: ShotTakes(7, None, (one, take("b", 2)))},
        union=False,
    )
    assert code == 1
    with pytest.raises(LockFileError, match="merge") as raised:
        load_lock(branches.path)
    assert "keep both sides" in raised.value.hint

    kept = [line for line in branches.path.read_text().splitlines() if line[:1] not in "<=>"]
    branches.path.write_text("\n".join(kept))
    assert len(load_lock(branches.path).of(SHOT).takes) == 3
