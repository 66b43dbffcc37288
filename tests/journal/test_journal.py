"""The journal: what is written is there, as written, and only what may be."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from drafts import CLIP, HANDLE, LIFE, LINK, NO_WALL, Clock, draft, go_on, live
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.journal.errors import (
    IllegalMoveError,
    JournalError,
    LiveAttemptError,
    MadeAttemptError,
)
from pipeline.journal.journal import Journal, migrate
from pipeline.journal.schema import STEPS
from pipeline.journal.states import LIVE, NEEDS, STATES, may_move


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path):
    with Journal(path) as opened:
        yield opened


def test_an_attempt_is_read_as_it_was_written(path):
    """Every fact of a whole life comes back, exact, also after closing."""
    with Journal(path, clock=Clock(10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5)) as journal:
        written = live(journal, seconds=Fraction(10, 3), seed=2**31, estimate=Fraction(1, 7))
    with Journal(path) as journal:
        read = journal.attempt(written.id)
        events = journal.events(written.id)

    assert read == written
    assert (read.number, read.idempotency_key) == (1, "k1-a.1")
    assert (read.seconds, read.seed) == (Fraction(10, 3), 2**31)
    assert (read.estimate, read.cost, read.amount) == (Fraction(1, 7), 124, 124)
    assert (read.body, read.inputs_expire) == (b'{"prompt": "A fox"}', 5000.0)
    assert (read.handle, read.links, read.clip) == (HANDLE, (LINK,), CLIP)
    assert read.fields == {"prompt": '["A fox"]', "resolution": "720p"}
    assert (read.t_intent, read.t_sending, read.t_submitted, read.t_done) == (
        10.5,
        11.5,
        12.5,
        14.5,
    )
    assert [(event.state, event.time) for event in events] == [
        (state, 10.5 + n) for n, state in enumerate(["intent", *(state for state, _ in LIFE)])
    ]


def test_a_key_has_one_live_attempt(journal):
    """Wherever the first one is, another is refused and the first is told."""
    attempt = journal.intend(draft(), NO_WALL)
    for until in ("intent", "sending", "submitted", "running", "succeeded", "fetched"):
        attempt = go_on(journal, attempt, until)
        with pytest.raises(LiveAttemptError) as caught:
            journal.intend(draft(again=True), NO_WALL)
        assert caught.value.existing == attempt
        assert journal.live_for(attempt.key) == attempt
    assert len(journal.all()) == 1


def test_a_made_take_is_made_again_only_by_name(journal):
    """Two runs that plan the same take at once: the second finds it made, and pays nothing."""
    made = live(journal)

    with pytest.raises(MadeAttemptError) as caught:
        journal.intend(draft(), NO_WALL)

    assert caught.value.existing == made
    assert journal.intend(draft(again=True), NO_WALL).number == 2


def test_attempts_of_a_key_are_numbered(journal):
    """A new attempt after one that ended has the next number, and a new idempotency key."""
    first = journal.move(journal.intend(draft(), NO_WALL).id, "failed")
    other = journal.intend(draft("k1-b"), NO_WALL)
    second = journal.intend(draft(), NO_WALL)

    assert [first.number, other.number, second.number] == [1, 1, 2]
    assert second.idempotency_key == "k1-a.2"
    assert journal.attempts_for(first.key) == (first, second)
    assert journal.live() == (other, second)


def test_charged_follows_the_moves_and_the_vendor(journal):
    """Maybe while sending, yes when taken, no when it was not; a refund only if it is told."""
    attempt = journal.intend(draft(), NO_WALL)
    assert attempt.charged == "no"
    sending = journal.move(attempt.id, "sending", body=b"1")
    assert sending.charged == "maybe"
    back = journal.move(attempt.id, "intent", detail="no connection")
    assert (back.charged, back.t_sending) == ("no", None)
    again = journal.move(attempt.id, "sending", body=b"2")
    assert again.body == b"2"
    assert journal.move(attempt.id, "uncertain").charged == "maybe"
    assert journal.move(attempt.id, "submitted", handle=HANDLE).charged == "yes"
    assert journal.move(attempt.id, "failed", error="x", charged="refunded").charged == "refunded"
    kept = live(journal, "k1-b", until="running")
    assert journal.move(kept.id, "cancelled").charged == "yes"


@pytest.mark.parametrize(
    ("until", "to", "facts", "why"),
    [
        ("intent", "submitted", {"handle": HANDLE}, "no such way"),
        ("intent", "sending", {}, "body is not known"),
        ("sending", "submitted", {}, "handle is not known"),
        ("sending", "uncertain", {"body": b"another"}, "'body' cannot come"),
        ("succeeded", "fetched", {}, "clip is not known"),
        ("committed", "running", {}, "no such way"),
        ("submitted", "running", {"key": "k1-b"}, "'key' cannot come"),
    ],
)
def test_what_the_table_forbids_changes_nothing(journal, until, to, facts, why):
    """A forbidden move, a missing or foreign fact is a fault of ours, told; nothing is written."""
    attempt = live(journal, until=until)
    events = journal.events()

    with pytest.raises(IllegalMoveError, match=why):
        journal.move(attempt.id, to, **facts)

    assert journal.attempt(attempt.id) == attempt
    assert journal.events() == events


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(STATES), max_size=25))
def test_the_journal_obeys_the_table(tmp_path_factory, wishes):
    """Whatever moves are wished for: the allowed ones are made, the others leave no trace."""
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    facts = {"body": b"b", "handle": HANDLE, "clip": CLIP}
    state, told = "intent", ["intent"]
    with Journal(path) as journal:
        attempt = journal.intend(draft(), NO_WALL)
        for wish in wishes:
            given_facts = {name: facts[name] for name in NEEDS.get(wish, ())}
            if wish != "sending":
                given_facts.pop("body", None)
            if may_move(state, wish):
                journal.move(attempt.id, wish, **given_facts)
                state = wish
                told.append(wish)
            else:
                with pytest.raises(IllegalMoveError):
                    journal.move(attempt.id, wish, **given_facts)
    with Journal(path, look=True) as journal:
        assert journal.attempt(attempt.id).state == state
        assert [event.state for event in journal.events()] == told
        assert bool(journal.live()) == (state in LIVE)


def test_a_note_is_an_event_without_a_move(journal):
    """What was learned on the way is kept; what only a move may bring is refused."""
    attempt = live(journal, until="running")

    noted = journal.note(attempt.id, "the vendor says so", cost=Fraction(3))

    assert noted == replace(attempt, cost=Fraction(3))
    assert journal.events(attempt.id)[-1].detail == "the vendor says so"
    with pytest.raises(IllegalMoveError, match="'body' cannot be noted"):
        journal.note(attempt.id, "", body=b"x")


def test_an_unknown_attempt_is_told(journal):
    """Neither read nor moved."""
    for act in (journal.attempt, lambda number: journal.move(number, "sending", body=b"")):
        with pytest.raises(JournalError, match="no attempt 7"):
            act(7)


def test_order_is_by_number_whatever_the_clock_says(path):
    """A clock set back an hour changes no order, and no duration becomes negative."""
    with Journal(path, clock=Clock(*range(9000, 0, -600))) as journal:
        first, second = live(journal), live(journal, "k1-b")

        assert [attempt.id for attempt in journal.all()] == [first.id, second.id]
        times = [event.time for event in journal.events(first.id)]
        assert times == sorted(times, reverse=True)
        assert [event.state for event in journal.events(first.id)][-1] == "committed"
        assert journal.history("apiframe", "happyhorse-1.1", "720p") == []


def test_history_is_of_good_jobs_of_a_kind(path):
    """Seconds from submission to success, by route, model, resolution and length."""
    with Journal(path, clock=Clock(*[n * 10.0 for n in range(60)])) as journal:
        live(journal, "k1-a")
        live(journal, "k1-b", seconds=Fraction(10))
        live(journal, "k1-c", route="other")
        live(journal, "k1-d", fields={"resolution": "1080p"})
        journal.move(live(journal, "k1-e", until="running").id, "failed")

        assert journal.history("apiframe", "happyhorse-1.1", "720p") == [20.0, 20.0]
        assert journal.history("apiframe", "happyhorse-1.1", "720p", Fraction(10)) == [20.0]
        assert journal.history("apiframe", "happyhorse-1.1", "1080p") == [20.0]


def test_the_files_are_private(path):
    """The journal, its log and index are for the owner alone, also when found open to others."""
    with Journal(path) as journal:
        live(journal)
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob("*.db*")}
    path.chmod(0o644)
    with Journal(path):
        pass

    assert modes == dict.fromkeys(["journal.db", "journal.db-wal", "journal.db-shm"], 0o600)
    assert path.stat().st_mode & 0o777 == 0o600


def test_every_commit_is_synced(journal):
    """The settings on which the promise rests."""
    database = journal._writer._database
    assert database.execute("pragma synchronous").fetchone() == (2,)
    assert database.execute("pragma journal_mode").fetchone() == ("wal",)
    assert database.execute("pragma foreign_keys").fetchone() == (1,)


def test_nothing_can_be_taken_out(journal):
    """No program deletes an attempt or changes what was told, not even ours."""
    live(journal)
    for statement in ("delete from attempt", "delete from request", "delete from event",
                      "update event set detail = 'x'"):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError, match="forgets nothing"):
            journal._writer._database.execute(statement)


def test_looking_writes_nothing(path):
    """An absent journal is empty and stays absent; a present one can be read, not written."""
    with Journal(path, look=True) as journal:
        assert journal.all() == ()
        assert not journal.spent().lines
    assert not list(path.parent.iterdir())
    with Journal(path) as writing:
        attempt = live(writing)
        with Journal(path, look=True) as journal:
            assert journal.all() == (attempt,)
            with pytest.raises(JournalError, match="look at only"):
                journal.note(attempt.id, "x")


def test_threads_share_a_journal(journal):
    """Eight threads at once: every life is whole, and events are in the order of each life."""
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: live(journal, f"k1-{n}"), range(40)))

    assert {attempt.id for attempt in made} == {attempt.id for attempt in journal.all()}
    expected = ["intent", *(state for state, _ in LIFE)]
    for attempt in made:
        assert [event.state for event in journal.events(attempt.id)] == expected


def test_a_loop_need_not_wait_in_a_thread(journal):
    """The futures serve asyncio, and giving up waiting does not undo the writing."""

    async def run() -> int:
        begun = [journal.intend_soon(draft(f"k1-{n}"), NO_WALL) for n in range(50)]
        attempts = await asyncio.gather(*map(asyncio.wrap_future, begun))
        moving = asyncio.wrap_future(journal.move_soon(attempts[0].id, "sending", body=b"x"))
        moving.cancel()
        await asyncio.wrap_future(journal.move_soon(attempts[1].id, "sending", body=b"x"))
        return attempts[0].id

    given_up = asyncio.run(run())

    assert journal.attempt(given_up).state == "sending"
    assert len(journal.live()) == 50


def test_a_refusal_spoils_nobody_elses_writing(journal):
    """Of many parts in one transaction the refused ones alone are not written."""
    futures = [journal.intend_soon(draft(f"k1-{n % 30}"), NO_WALL) for n in range(60)]
    errors = [future.exception() for future in futures]

    assert errors[:30] == [None] * 30
    assert all(isinstance(error, LiveAttemptError) for error in errors[30:])
    assert len(journal.all()) == 30


def test_closing_writes_what_waits_and_then_refuses(path):
    """Nothing handed over before is lost, nothing is taken after, and no log is left."""
    journal = Journal(path)
    futures = [journal.intend_soon(draft(f"k1-{n}"), NO_WALL) for n in range(20)]
    journal.close()
    journal.close()

    assert all(future.result() for future in futures)
    with pytest.raises(JournalError, match="closed"):
        journal.intend(draft("k1-x"), NO_WALL)
    assert sorted(file.name for file in path.parent.iterdir()) == ["journal.db", "journal.flock"]


def test_a_backup_has_everything_committed(path, tmp_path):
    """Also what is still in the log, which a copy of the file alone would not have."""
    copy = tmp_path / "copy.db"
    with Journal(path) as journal:
        attempt = live(journal)
        journal.backup(copy)
        with pytest.raises(JournalError, match="there already"):
            journal.backup(copy)
        with pytest.raises(JournalError, match="cannot be"):
            journal.backup(tmp_path / "absent" / "copy.db")
    with Journal(copy) as journal:
        assert journal.all() == (attempt,)
        assert len(journal.events()) == 7
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_journal_taken_away_is_noticed_before_the_next_act(path):
    """Written to a deleted file, a job would be known to nobody: so it is not written."""
    with Journal(path) as journal:
        attempt = live(journal, until="intent")
        path.rename(path.with_name("moved.db"))
        with pytest.raises(JournalError, match="moved away or deleted"):
            journal.move(attempt.id, "sending", body=b"x")
        path.with_name("moved.db").rename(path)
        assert journal.move(attempt.id, "sending", body=b"x").state == "sending"


def test_a_newer_journal_is_refused_and_left_alone(path):
    """Another version's rows mean what we do not know."""
    Journal(path).close()
    _execute(path, f"pragma user_version = {len(STEPS) + 1}")
    before = path.read_bytes()

    for look in (False, True):
        with pytest.raises(JournalError, match="version 2; this storyreel knows up to 1"):
            Journal(path, look=look)

    assert path.read_bytes() == before


def test_steps_are_taken_whole_and_once(path):
    """An older journal is brought up to date; a step that fails leaves it as it was."""
    Journal(path).close()
    more = (*STEPS, "alter table attempt add column mood text", "create table nonsense (")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        with pytest.raises(sqlite3.Error):
            migrate(database, more)
        migrate(database, more[:2])

        assert database.execute("pragma user_version").fetchone() == (2,)
        assert database.execute("select count(mood) from attempt").fetchone() == (0,)


def test_no_folder_is_told(tmp_path):
    """The journal makes no folders."""
    with pytest.raises(JournalError, match="does not exist"):
        Journal(tmp_path / "absent" / "journal.db")


def _execute(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)
