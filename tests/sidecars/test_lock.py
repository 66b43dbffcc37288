"""The lock: the same text for the same takes, and branches that merge."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import replace

import pytest
import stories
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import LockFileError
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.plan.remember import remember
from pipeline.plan.step import Forced, Make, New, Step
from pipeline.plan.take import Lock, Note, ShotTakes, Take, TakeOrder
from pipeline.sidecars.lock import lock_text, read_lock
from pipeline.sidecars.lock_file import change_lock, load_lock

takes = st.builds(
    Take,
    number=st.integers(1, 99),
    key=st.text("abc123-", min_size=1, max_size=8).map(TakeKey),
    clip=st.text("abcdef0123456789", min_size=64, max_size=64).map(Digest),
    model=st.sampled_from(["animatic", "happyhorse-1.1"]),
    variation=st.integers(0, 4),
    seed=st.none() | st.integers(0, 2**31 - 1),
    route=st.none() | st.just("apiframe"),
    job=st.none() | st.just("2b0c7a90-5a53-4d4b-9f0e-0d8f4a1b2c3d"),
    price=st.none() | st.just("120 credits"),
    frames=st.dictionaries(st.sampled_from(["last", "first", "2s"]), st.just(Digest("f" * 64))),
)
blocks = st.builds(
    ShotTakes,
    seed=st.none() | st.integers(0, 2**31 - 1),
    pick=st.none() | st.just(Digest("e" * 64)),
    takes=st.lists(
        takes, max_size=3, unique_by=(lambda take: take.number, lambda take: take.clip)
    ).map(lambda many: tuple(sorted(many, key=lambda take: take.number))),
    held=st.booleans(),
    rejected=st.frozensets(st.sampled_from("abc").map(stories.digest)),
    notes=st.sets(
        st.builds(Note, st.just(stories.digest("a")), st.integers(0, 99), st.text(max_size=9)),
        max_size=3,
    ).map(lambda many: tuple(sorted(many, key=lambda note: (note.frame, note.text)))),
    orders=st.just(()) | st.just((TakeOrder(TakeKey("k1-a"), 2), TakeOrder(TakeKey("k1-b"), 3, 5))),
)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,6}", fullmatch=True).map(ShotId)
locks = st.builds(Lock, st.integers(0, 2**63 - 1), st.dictionaries(names, blocks, max_size=4))


@settings(max_examples=30, deadline=None)
@given(locks)
def test_a_lock_read_is_the_lock_written(lock):
    """Nothing is lost on the way to text and back, and the text is the same again."""
    text = lock_text(lock)

    there = {name: block for name, block in lock.shots.items() if block != ShotTakes()}
    again = read_lock(text)
    assert Lock(again.board_seed, {name: in_order(b) for name, b in again.shots.items()}) == Lock(
        lock.board_seed, {name: in_order(b) for name, b in there.items()}
    )
    assert lock_text(again) == text


def in_order(block):
    """A block whose notes stand in one order: that of the file is the text's."""
    return replace(
        block, notes=tuple(sorted(block.notes, key=lambda note: (note.frame, note.text)))
    )


def test_the_text_has_sorted_blocks_a_fact_a_line_and_no_dates():
    """What a reviewer sees: one block a shot, in order, a blank line between."""
    one = Take(1, TakeKey("k1-a"), stories.digest("a"), "animatic", seed=7)
    one = replace(one, frames={"1.5s": stories.digest("f")})
    block = ShotTakes(7, one.clip, (one,), notes=(Note(one.clip, 29, "her hand"),))
    text = lock_text(Lock(0, {ShotId("b"): block, ShotId("a"): ShotTakes(3)}))

    a, f = "a" * 64, "f" * 64
    assert text == (
        "# Written by storyreel: which take serves each shot. Commit this file; do not edit it.\n"
        "lock = 2\nboard_seed = 0\n\n"
        "shots.a.seed = 3\n\n"
        f'shots.b.seed = 7\nshots.b.pick = "{a}"\n'
        f"shots.b.takes.k1-a.{a} = "
        '{ number = 1, model = "animatic", variation = 1, seed = 7 }\n'
        f'shots.b.frames.{a}."1.5s" = "{f}"\n'
        f'shots.b.notes.{a}.29.fbe4f5bf = "her hand"\n'
    )


def test_a_lock_of_the_first_version_is_read():
    """What older storyreels wrote is not lost."""
    a = "a" * 64
    old = (
        "lock = 1\nboard_seed = 4\n\n[shots.b]\nseed = 7\n\n[[shots.b.takes]]\nnumber = 1\n"
        f'key = "k1-a"\nclip = "{a}"\nmodel = "animatic"\n[shots.b.takes.frames]\nlast = "{a}"\n'
    )
    one = Take(1, TakeKey("k1-a"), Digest(a), "animatic", frames={"last": Digest(a)})

    assert read_lock(old) == Lock(4, {ShotId("b"): ShotTakes(7, None, (one,))})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<<<<<<< HEAD\nlock = 1\n", "merge"),
        ("lock = 3\n", "version"),
        ("lock = 1\n[shots.a]\ntakes = 3\n", "not as written"),
        ("lock = 2\nshots.a.seed = 1\nshots.a.seed = 2\n", "another seed in line 2 than in line 3"),
        ("lock = 2\nshots.a.notes.b = 1\n", "notes that cannot be"),
        ("lock = 2\nshots.a.rejected.b = true\n", "rejection that cannot be"),
        ("nonsense", "cannot be read"),
        ("", "not as written"),
    ],
)
def test_a_lock_that_cannot_be_read_is_an_error_and_is_not_overwritten(tmp_path, text, why):
    """Nothing is lost: the file stays as it is and the error says what to do."""
    path = tmp_path / "film.lock.toml"
    path.write_text(text)

    with pytest.raises(LockFileError, match=why):
        change_lock(path, tmp_path / "guard", lambda _: Lock(3))
    assert path.read_text() == text


def test_an_unchanged_lock_is_not_written(tmp_path):
    """Its time of change stays, so nothing downstream looks stale."""
    path = tmp_path / "film.lock.toml"
    change_lock(path, tmp_path / "guard", lambda _: Lock(3))
    before = path.stat().st_mtime_ns
    change_lock(path, tmp_path / "guard", lambda lock: lock)

    assert path.stat().st_mtime_ns == before


def test_writers_at_once_lose_nothing(tmp_path):
    """Eight threads add a shot each; all eight are there."""
    path, guard = tmp_path / "film.lock.toml", tmp_path / "guard"

    def add(number):
        change_lock(
            path,
            guard,
            lambda lock: Lock(0, {**lock.shots, ShotId(f"s{number}"): ShotTakes(number)}),
        )

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(load_lock(path).shots) == 8


def git(folder, *words):
    return subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_branches_that_render_different_shots_merge_without_a_conflict(tmp_path):
    """Two people make a take each of neighbouring shots; git joins both."""
    path = tmp_path / "film.lock.toml"
    blocks = {ShotId(f"sh0{n}0"): ShotTakes(n, None, (take("a", 1),)) for n in range(1, 6)}

    def write(**changes):
        path.write_text(
            lock_text(Lock(0, {**blocks, **{ShotId(k): v for k, v in changes.items()}}))
        )
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", "x")

    git(tmp_path, "init", "-q", "-b", "main")
    write()
    git(tmp_path, "checkout", "-qb", "other")
    write(sh030=ShotTakes(3, None, (take("a", 1), take("b", 2))))
    git(tmp_path, "checkout", "-q", "main")
    write(sh020=ShotTakes(2, None, (take("a", 1), take("c", 2))))
    git(tmp_path, "merge", "-q", "other", "-m", "merge")
    merged = load_lock(path)

    assert len(merged.of(ShotId("sh020")).takes) == 2
    assert len(merged.of(ShotId("sh030")).takes) == 2


def take(letter, number):
    return Take(number, TakeKey(f"k1-{letter}"), stories.digest(letter), "animatic")


def step(tmp_path, name="sh010", reason=None, renamed=None, words=""):
    film = stories.film_of(stories.text(f"{name} {words}".strip()), tmp_path)
    plan = stories.plan_of(film)
    request = plan.steps[0].request
    return Step(film.shots[0], Make(reason or New()), request, None, renamed)


def test_a_take_is_added_and_the_derived_seed_pinned(tmp_path):
    """What is new goes into the shot's own block; others stay as they are."""
    other = {ShotId("sh020"): ShotTakes(5, None, (take("b", 1),))}
    made = step(tmp_path)
    lock = remember(Lock(0, other), 0, [(made, take("a", 1))])

    assert lock.shots[ShotId("sh020")] == other[ShotId("sh020")]
    assert lock.of(ShotId("sh010")) == ShotTakes(made.shot.seed, None, (take("a", 1),))


def test_a_number_taken_meanwhile_is_not_used_again(tmp_path):
    """Another process made take 1 since the plan: ours becomes take 2."""
    theirs = Lock(0, {ShotId("sh010"): ShotTakes(0, None, (take("b", 1),))})
    lock = remember(theirs, 0, [(step(tmp_path), take("a", 1))])

    assert [t.number for t in lock.of(ShotId("sh010")).takes] == [1, 2]


def test_a_renamed_shot_takes_its_block_along(tmp_path):
    """Under the new name are the old takes; the old name is gone."""
    old = Lock(0, {ShotId("sh010"): ShotTakes(4, None, (take("a", 1),))})
    renamed = step(tmp_path, "b010", renamed=ShotId("sh010"))
    lock = remember(old, 0, [(renamed, take("a", 1))])

    assert set(lock.shots) == {"b010"}
    assert lock.of(ShotId("b010")).takes == (take("a", 1),)


def test_a_forced_take_is_picked(tmp_path):
    """Somebody asked for it, so it serves."""
    old = Lock(0, {ShotId("sh010"): ShotTakes(4, None, (take("a", 1),))})
    lock = remember(old, 0, [(step(tmp_path, reason=Forced()), take("b", 2))])

    assert lock.of(ShotId("sh010")).pick == stories.digest("b")


def test_pins_of_another_board_seed_are_dropped(tmp_path):
    """When the board's seed changed, old pins must not come back with it."""
    old = Lock(1, {ShotId("sh020"): ShotTakes(5, None, (take("b", 1),))})
    lock = remember(old, 2, [(step(tmp_path), take("a", 1))])

    assert lock.board_seed == 2
    assert lock.of(ShotId("sh020")).seed is None
