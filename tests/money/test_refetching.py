"""Clips that were paid for and are not here: fetched by their jobs, never charged again."""

from __future__ import annotations

import json
import re
import shutil
import time

import pytest
from project import TWO
from two_desks import BOARD as BOTH
from two_desks import both_desks

DAY = 24 * 3600.0


def without_its_store(project, *, journal=True):
    """As after a fresh clone: board and lock are here, clips are not; nor need the journal be."""
    shutil.rmtree(project.output / "store")
    if not journal:
        shutil.rmtree(project.output)


@pytest.fixture
def rendered(new_project):
    """A film of two shots, paid for."""
    project = new_project(TWO)
    done = project.render()
    assert done.code == 0, done.said
    return project


def actions(project, *flags):
    plan = json.loads(project.run("plan", "tiny", "--json", *flags).out)
    return {step["shot"]: step["action"] for step in plan["steps"]}, plan["totals"]["at_most"]


def test_a_chain_is_fetched_again_by_the_lock_alone(project, undisturbed):
    """A colleague with the lock and the key gets the same film: nothing ordered, nothing paid."""
    assert project.render().code == 0
    film, lock, clips = project.film(), project.lock(), project.clips()
    without_its_store(project, journal=False)
    told, price = actions(project)
    assert set(told.values()) == {"fetch"}
    assert price["text"] == "free"
    shown = project.run("plan", "tiny").out
    assert "4 paid clips are not here and are fetched again, free of charge." in shown
    done = project.run("render", "tiny")  # nothing is spent, so nobody is asked
    assert done.code == 0, done.said
    assert "fetched again, nothing charged" in done.said
    assert project.clips() == clips
    assert (project.film(), project.lock()) == (film, lock) == (undisturbed.film, undisturbed.lock)
    assert project.kept == 4
    assert project.journal() == []
    assert not list(project.output.glob("store/incoming/*"))
    project.check_secret()
    assert set(actions(project)[0].values()) == {"reuse"}


@pytest.mark.long
def test_with_the_journal_a_lock_without_jobs_is_enough(rendered):
    """A lock written before jobs stood in it: the journal knows them."""
    lock = rendered.root / "storyboards" / "tiny.lock.toml"
    lock.write_text(re.sub(r', job = "[^"]*"', "", lock.read_text()))
    without_its_store(rendered)
    assert actions(rendered)[0] == {"sh010": "fetch", "sh020": "fetch"}
    done = rendered.run("render", "tiny")
    assert done.code == 0, done.said
    rendered.check_whole(shots=2)


def test_without_journal_and_job_a_clip_is_missing(rendered):
    """Nobody knows which job it was: refused, with the ways out."""
    lock = rendered.root / "storyboards" / "tiny.lock.toml"
    lock.write_text(re.sub(r', job = "[^"]*"', "", lock.read_text()))
    without_its_store(rendered, journal=False)
    assert actions(rendered)[0] == {"sh010": "missing", "sh020": "missing"}
    done = rendered.render()
    assert done.code == 1
    assert "storyreel unpack" in done.said
    assert "--remake-missing" in done.said
    assert rendered.kept == 2


def test_a_clip_the_vendor_has_no_more_is_lost_and_not_paid_for_again(rendered):
    """The shot fails with the ways out; said so, it is asked for first, then paid for again."""
    without_its_store(rendered)
    rendered.desk.advance(2 * DAY)
    done = rendered.render()
    assert done.code == 1, done.said
    assert "has it no more" in done.said
    assert "storyreel unpack" in done.said
    assert "--remake-missing" in done.said
    assert rendered.kept == 2
    again = rendered.render("--remake-missing")
    assert again.code == 0, again.said
    assert rendered.kept == 4
    assert rendered.journal("--live") == []


@pytest.mark.long
def test_remaking_asks_for_the_clips_first(rendered):
    """--remake-missing pays for nothing that the vendor still has."""
    without_its_store(rendered)
    told, price = actions(rendered, "--remake-missing")
    assert told == {"sh010": "make", "sh020": "make"}
    assert price["credits"] == 144
    done = rendered.render("--remake-missing", "--max-cost", "200credits")
    assert done.code == 0, done.said
    rendered.check_whole(shots=2)


def test_known_to_be_too_late_it_is_missing(rendered):
    """The journal knows when it was bought, the route how long it keeps a clip: nobody is asked."""
    without_its_store(rendered)
    before = rendered.desk.traffic()
    assert actions(rendered)[0] == {"sh010": "fetch", "sh020": "fetch"}
    make_older(rendered.output / "journal.db", 2 * DAY)
    told, _ = actions(rendered)
    assert told == {"sh010": "missing", "sh020": "missing"}
    assert "apiframe keeps a clip for 24 h" in rendered.run("plan", "tiny", "--json").out
    assert rendered.render().code == 1
    assert rendered.desk.traffic() == before
    assert rendered.kept == 2


def make_older(journal, seconds):
    """Put the journal's dates back, as if the film had been rendered so long ago."""
    import sqlite3

    with sqlite3.connect(journal) as database:
        database.execute("update attempt set t_done = t_done - ?", (seconds,))
    database.close()


def test_without_a_key_only_the_shots_to_fetch_fail(rendered):
    """The way out is told; nothing else stands in its way."""
    without_its_store(rendered, journal=False)
    rendered.environment = dict.fromkeys(rendered.desk.environment, "")
    done = rendered.run("render", "tiny")
    assert done.code == 1
    assert "there is no key for it here" in done.said
    assert rendered.kept == 2


@pytest.mark.long
def test_other_bytes_are_told_and_kept(rendered):
    """The vendor has encoded it anew: it was paid for, so it is kept as another take."""
    clips = rendered.clips()
    without_its_store(rendered, journal=False)
    lock = rendered.root / "storyboards" / "tiny.lock.toml"
    was = next(name for name in clips if name in lock.read_text())
    lock.write_text(lock.read_text().replace(was, "0" * 64))
    done = rendered.run("render", "tiny")
    assert done.code == 0, done.said
    assert "delivers other bytes than before" in done.said
    assert rendered.clips() == clips
    assert rendered.kept == 2
    assert was in rendered.lock()
    assert set(actions(rendered)[0].values()) == {"reuse"}
    again = rendered.run("render", "tiny", "--json")
    assert json.loads(again.out.splitlines()[-1])["made"] == 0


def hold_the_first(project, before, after):
    """As if somebody held the first shot's take and then changed what the shot asks for."""
    assert project.run("pick", "sh010", "1", "--hold").code == 0
    board = project.root / "storyboards" / "tiny.storyboard.yaml"
    assert before in board.read_text()
    board.write_text(board.read_text().replace(before, after, 1))


@pytest.mark.parametrize(
    "now",
    ["prompt: Rain over a flat coast.",
     pytest.param("model: animatic\n    prompt: Rain.", marks=pytest.mark.long)],
)  # fmt: skip
def test_a_held_clip_is_fetched_by_the_job_it_was_made_by(rendered, now):
    """The shot asks for something else by now: nothing is ordered, nothing charged."""
    hold_the_first(rendered, "prompt: Light over a flat coast.", now)
    clips, lock = rendered.clips(), rendered.lock()
    without_its_store(rendered, journal=False)
    told, price = actions(rendered)
    assert (told, price["text"]) == ({"sh010": "fetch", "sh020": "fetch"}, "free")
    done = rendered.run("render", "tiny")
    assert done.code == 0, done.said
    assert (rendered.clips(), rendered.lock(), rendered.kept) == (clips, lock, 2)
    assert set(actions(rendered)[0].values()) == {"reuse"}
    assert rendered.run("pick", "sh010", "--clear").code == 0
    assert actions(rendered)[0]["sh010"] == "make"  # it does not pass for what is asked now


@pytest.mark.long
def test_a_held_clip_that_comes_back_other_stays_held(rendered):
    """The vendor has encoded it anew: the new bytes are another take, and are what is held."""
    hold_the_first(rendered, "over a flat coast", "over the sea")
    lock = rendered.root / "storyboards" / "tiny.lock.toml"
    pick = re.search(r'sh010\.pick = "(\w+)"', lock.read_text())
    lock.write_text(lock.read_text().replace(pick[1], "0" * 64))
    without_its_store(rendered)
    done = rendered.run("render", "tiny")
    assert done.code == 0, done.said
    assert "delivers other bytes than before" in done.said
    assert f'sh010.pick = "{pick[1]}"' in rendered.lock()
    assert set(actions(rendered)[0].values()) == {"reuse"}
    assert rendered.kept == 2


@pytest.mark.long
def test_a_cut_download_is_gone_on_with(rendered):
    """A connection that dies while the clip is fetched again costs nothing and loses nothing."""
    clips = rendered.clips()
    without_its_store(rendered, journal=False)
    rendered.desk.fault(do="cut", bytes=900, times=2)
    done = rendered.run("render", "tiny")
    assert done.code == 0, done.said
    assert rendered.clips() == clips
    assert rendered.kept == 2
    assert rendered.desk.fired() == [2]


@pytest.mark.long
def test_a_chain_whose_first_clip_came_back_another_orders_nothing(project):
    """Its frame is another's, so the next take would be another: it is planned and priced first."""
    assert project.render().code == 0
    path = project.root / "storyboards" / "tiny.lock.toml"
    jobs = dict(re.findall(r'shots\.(\w+)\.takes\.\S+ = .*job = "(.*?)"', project.lock()))
    path.write_text(project.lock().replace(jobs["sh010"], jobs["sh030"]))
    without_its_store(project, journal=False)
    assert set(actions(project)[0].values()) == {"fetch"}
    done = project.run("render", "tiny")
    assert done.code == 1, done.said
    assert "sh020 starts on a frame that is not what it was" in done.said
    assert project.kept == 4
    told, price = actions(project)
    assert told == {"sh010": "reuse", "sh020": "make", "sh030": "reuse", "sh040": "reuse"}
    assert price["credits"] == 72
    assert project.run("render", "tiny").code == 5  # nobody agreed to that price
    assert project.kept == 4


def test_two_renders_fetch_a_clip_once(rendered):
    """The other waits, and finds it there."""
    without_its_store(rendered, journal=False)
    both = [rendered.start("render", "tiny") for _ in range(2)]
    for done in (one.wait() for one in both):
        assert done.code == 0, done.said
    assert rendered.kept == 2
    assert rendered.desk.traffic().requests["fetch"] == 4  # two when it was made


@pytest.mark.long
def test_killed_while_it_fetches_it_is_fetched_by_the_next(rendered):
    """Nothing is ordered and nothing is left over; half a download is gone on with."""
    clips = rendered.clips()
    without_its_store(rendered, journal=False)
    rendered.desk.fault(do="drip", bytes=100)
    running = rendered.start("render", "tiny")
    while not any(path.stat().st_size for path in rendered.output.glob("store/incoming/*.mp4")):
        time.sleep(0.01)
    running.kill()
    assert running.wait().code < 0
    assert list(rendered.output.glob("store/incoming/*.again.mp4"))
    rendered.desk.clear_faults()
    done = rendered.run("render", "tiny")
    assert done.code == 0, done.said
    assert rendered.clips() == clips
    assert not list(rendered.output.glob("store/incoming/*"))
    assert rendered.kept == 2


@pytest.fixture
def other(tmp_path, stage, ready_clips):
    """A film paid for at the vendor that forgets a job within the hour."""
    board = BOTH.replace("[apiframe, empiriolabs]", "[empiriolabs]")
    with both_desks(tmp_path, stage, ready_clips, board) as project:
        done = project.render()
        assert done.code == 0, done.said
        yield project


@pytest.mark.long
def test_within_the_hour_the_lock_alone_is_enough_at_the_other_vendor(other):
    """The same by its job's number: nothing ordered there, nothing charged."""
    clips = other.clips()
    without_its_store(other, journal=False)
    done = other.run("render", "tiny")
    assert done.code == 0, done.said
    assert other.clips() == clips
    assert other.kept == 4


@pytest.mark.long
def test_a_link_in_the_journal_outlives_the_job(other):
    """After the hour the vendor knows the job no more; who has the journal has its link."""
    clips = other.clips()
    other.other.advance(2 * 3600)
    without_its_store(other)
    done = other.run("render", "tiny")
    assert done.code == 0, done.said
    assert other.clips() == clips
    without_its_store(other, journal=False)
    done = other.run("render", "tiny")
    assert done.code == 1
    assert "has it no more" in done.said
    assert other.kept == 4
