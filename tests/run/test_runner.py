"""Order is proved, not assumed: with slow, failing and late makers of real clips."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

import clips
import pytest
import stories

from pipeline.errors import MediaError
from pipeline.ids import ShotId
from pipeline.plan.planner import make_plan
from pipeline.plan.take import Lock
from pipeline.run.events import Failed, Found, Noted, Skipped, Started, Stored
from pipeline.run.runner import run_plan
from pipeline.run.workshop import Workshop
from pipeline.store.store import Store

BOARD = (
    "sh010",
    "sh020 first_frame: sh010.last",
    "sh030 first_frame: sh020@0.125s",
    "sh040 after: [sh010]",
    "sh050 last_frame: sh010.first",
    "sh060",
)


@dataclass
class Run:
    """A run and everything it announced."""

    film: object
    store: Store
    maker: stories.NumberingMaker
    events: list = field(default_factory=list)

    def go(self, *, jobs=4, stop=None, plan=None, listen=None):
        graph = stories.graph_of(self.film)
        plan = plan or stories.plan_of(self.film)
        workshop = Workshop(self.film, self.store, Lock(), lambda _: self.maker)

        def hear(event):
            self.events.append(event)
            self.maker.happened.append(f"{type(event).__name__} {event.shot}")
            if listen:
                listen(event)

        return asyncio.run(
            run_plan(plan, graph, workshop, jobs=jobs, listen=hear, stop=stop or threading.Event())
        )

    def when(self, what):
        return self.maker.happened.index(what)


@pytest.fixture
def run(ffmpeg, tmp_path):
    """A run of the board above with a maker that numbers its frames."""

    def prepared(*shots, **maker):
        film = stories.film_of(stories.text(*(shots or BOARD)), tmp_path)
        places = {shot.id: shot.place for shot in film.shots}
        numbering = stories.NumberingMaker(ffmpeg, places, **maker)
        return Run(film, Store(tmp_path / "store"), numbering)

    return prepared


def test_on_every_edge_the_second_begins_after_the_first_is_stored(run):
    """For each shot and each shot it waits for: stored first, begun after."""
    running = run()
    outcome = running.go()

    assert outcome.whole
    assert len(outcome.clips) == 6
    for shot in running.film.shots:
        for first in shot.waits_for:
            assert running.when(f"Stored {first}") < running.when(f"begin {shot.id}")


def test_a_shot_is_handed_the_very_frame_it_starts_on(run):
    """The picture the maker gets carries the number of the frame that was named."""
    running = run()
    running.go()

    # 0.5 s at 24 fps: twelve frames numbered from 20 times the place
    assert running.maker.handed == {"sh020": 0 + 11, "sh030": 20 + 3}


def test_a_late_answer_holds_back_only_what_waits_for_it(run):
    """While sh010 takes its time, shots that need nothing of it are made and stored."""
    gate = threading.Event()
    running = run(waits={"sh010": gate})

    def open_after_sh060(event):
        if isinstance(event, Stored) and event.shot == "sh060":
            gate.set()

    outcome = running.go(jobs=2, listen=open_after_sh060)

    assert outcome.whole
    assert running.when("Stored sh060") < running.when("Stored sh010")
    assert running.when("Stored sh010") < running.when("begin sh020")


def test_a_failing_shot_stops_only_what_depends_on_it(run):
    """What waits for it, near or far, is skipped and never begun; the rest is made and kept."""
    running = run(fails=frozenset({"sh020"}))
    outcome = running.go()

    assert set(outcome.failed) == {"sh020"}
    assert outcome.skipped == {"sh030": "sh020"}
    assert set(outcome.clips) == {"sh010", "sh040", "sh050", "sh060"}
    assert "begin sh030" not in running.maker.happened
    assert [e for e in running.events if isinstance(e, Skipped)] == [
        Skipped(ShotId("sh030"), ShotId("sh020"))
    ]
    assert not list((running.store.root / "incoming").iterdir())


def test_the_longest_chain_goes_first(run):
    """With one worker the head of the chain is begun before shots nobody waits for."""
    running = run("sh010", "sh020", "sh030", "sh040 first_frame: sh030.last")
    running.go(jobs=1)
    begun = [line for line in running.maker.happened if line.startswith("begin")]

    assert begun == ["begin sh030", "begin sh010", "begin sh020", "begin sh040"]


def test_no_more_than_jobs_are_made_at_once(run):
    """Two workers, five free shots: never three at a time."""
    running = run("a", "b", "c", "d", "e")
    running.go(jobs=2)
    making = most = 0
    for line in running.maker.happened:
        making += line.startswith("Started")
        making -= line.startswith("Stored")
        most = max(most, making)

    assert most == 2


def test_stopping_keeps_what_is_finished_and_begins_nothing_new(run):
    """After stop the clip in the making is given up, and no other shot begins."""
    stop, never = threading.Event(), threading.Event()
    running = run("sh010", "sh020", "sh030", waits={"sh020": never})

    def stop_when_sh020_begins(event):
        if isinstance(event, Started) and event.shot == "sh020":
            stop.set()

    outcome = running.go(jobs=1, stop=stop, listen=stop_when_sh020_begins)

    assert outcome.stopped
    assert not outcome.whole
    assert set(outcome.clips) == {"sh010"}
    assert "begin sh030" not in running.maker.happened
    assert not list((running.store.root / "incoming").iterdir())


def test_two_shots_with_one_request_are_made_once(run):
    """The same seed and words: one is made, the other finds it."""
    same = "seed: 5, beat: same"
    running = run(f"sh010 {same}", f"sh020 {same}")
    text = stories.text(f"sh010 {same}", f"sh020 {same}").replace("sh020 happens", "sh010 happens")
    running.film = stories.film_of(text, running.store.root.parent)
    outcome = running.go(jobs=2)

    assert len([line for line in running.maker.happened if line.startswith("begin")]) == 1
    assert len({clip.digest for clip in outcome.clips.values()}) == 1
    assert [type(e) for e in running.events if isinstance(e, (Stored, Found))] == [Stored, Found]


def test_a_rerun_finds_everything_by_its_key(run, ffmpeg):
    """With the lock lost, a chain comes back from the store and nothing is made."""
    first = run()
    made = first.go()
    again = Run(first.film, Store(first.store.root), stories.NumberingMaker(ffmpeg, {}))
    outcome = again.go()

    assert {n: c.digest for n, c in outcome.clips.items()} == {
        n: c.digest for n, c in made.clips.items()
    }
    assert not [line for line in again.maker.happened if line.startswith("begin")]


def test_what_is_no_clip_is_refused_and_not_kept(run):
    """A maker that delivers an error page fails its shot; the store stays clean."""
    running = run("sh010")
    running.maker = stories.BrokenMaker()
    running.maker.happened = []
    outcome = running.go()

    assert isinstance(outcome.failed[ShotId("sh010")], MediaError)
    assert list(running.store.digests()) == []
    assert not list((running.store.root / "incoming").iterdir())


def test_a_makers_notes_reach_the_listener_and_the_record(run):
    """What a maker has to say is told and kept."""
    running = run("sh010")
    outcome = running.go()
    record = running.store.record(outcome.clips[ShotId("sh010")].digest)

    assert Noted(ShotId("sh010"), "sh010 was numbered") in running.events
    assert record is not None
    assert record.made[0].notes == ("sh010 was numbered",)


def test_takes_carry_the_frames_they_handed_over(run):
    """The lock will know the pixels that other shots started on."""
    running = run("sh010", "sh020 first_frame: sh010.last", "sh030 first_frame: sh010@0.125s")
    running.go()
    stored = {e.shot: e.take for e in running.events if isinstance(e, Stored)}

    assert set(stored["sh010"].frames) == {"last", "0.125s"}
    assert stored["sh020"].frames == {}


def test_an_unexpected_fault_of_a_maker_is_not_swallowed(run):
    """A bug is a bug: it comes out of the run."""
    running = run("sh010")

    class Buggy:
        happened: list[str] = []  # noqa: RUF012 - one test, one maker

        def make(self, order, **_):
            raise KeyError(order.shot)

    running.maker = Buggy()
    with pytest.raises(KeyError):
        running.go()


def test_a_clip_gone_bad_after_the_plan_fails_its_shot(run, ffmpeg):
    """Between plan and run a clip was torn: told, and never handed on."""
    first = run("sh010", "sh020 first_frame: sh010.last")
    made = first.go()
    store = Store(first.store.root)
    facts = stories.NOTHING_HELD
    clip = made.clips[ShotId("sh010")]
    facts = type(facts)(
        facts.lock, lambda _: "good", lambda key: [clip.digest] if key else [], facts.pixels,
        facts.made,
    )  # fmt: skip
    plan = make_plan(first.film, stories.graph_of(first.film), facts, selected={ShotId("sh010")})
    clip.path.chmod(0o644)
    clip.path.write_bytes(b"torn")
    again = Run(first.film, store, stories.NumberingMaker(ffmpeg, {}))
    outcome = again.go(plan=plan)

    assert "torn" in stories.brief(outcome.failed[ShotId("sh010")])
    assert any(isinstance(e, Failed) for e in again.events)


def test_the_chain_in_the_store_is_what_was_numbered(run):
    """The clip of each shot in the store begins with its own number."""
    running = run()
    outcome = running.go()

    assert [
        clips.raw_frames(
            running.maker.ffmpeg, outcome.clips[shot.id].path, running.store.root / "x"
        )[0]
        for shot in running.film.shots
    ] == [0, 20, 40, 60, 80, 100]
