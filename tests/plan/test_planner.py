"""The plan as a list of actions with reasons; no store, no disk."""

from __future__ import annotations

from dataclasses import replace

import stories

from pipeline.ids import ShotId
from pipeline.plan.facts import Facts, Made, Ordered
from pipeline.plan.planner import make_plan
from pipeline.plan.request import request_for
from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.storyboard.shot import Film, FrameOf

CHAIN = ("sh010", "sh020 first_frame: sh010.last", "sh030 first_frame: sh020.last", "sh040")


class World:
    """A store in memory: clips that were made for films, as the planner may ask of them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.made = {}
        self.states = {}
        self.pixels = {}

    def make_all(self, film: Film) -> None:
        """As if every shot of ``film`` had been rendered."""
        for shot in film.shots:
            request = request_for(shot, self._source)
            clip = stories.digest(chr(97 + len(self.made)))
            self.made[request.key] = (clip, Made(request.fields(), shot.id))
            self.states[clip] = "good"
            for moment in ("first", "last"):
                self.pixels[clip, moment] = stories.digest(f"{len(self.pixels) % 10}")
            block = self.lock.of(shot.id)
            take = Take(block.next_number(), request.key, clip, "animatic", seed=shot.seed)
            block = replace(block, seed=shot.seed, takes=(*block.takes, take))
            self.lock = Lock(0, {**self.lock.shots, shot.id: block})

    def _source(self, source):
        clip = self.lock.of(source.shot).takes[-1].clip
        return self.pixels[clip, source.moment]

    @property
    def facts(self) -> Facts:
        return Facts(
            self.lock,
            lambda clip: self.states.get(clip, "missing"),
            lambda key: (
                [self.made[key][0]]
                if key in self.made and self.states[self.made[key][0]] == "good"
                else []
            ),
            lambda clip, frame: self.pixels.get((clip, frame.moment)),
            lambda _clip, key: self.made[key][1] if key in self.made else None,
        )


def said(film, facts=stories.NOTHING_HELD, **options):
    plan = make_plan(film, stories.graph_of(film), facts, **options)
    return [f"{step.shot.id} {step.verb}: {step.action}" for step in plan.steps]


def film(tmp_path, *shots, world=None):
    return stories.film_of(stories.text(*shots), tmp_path, lock=world.lock if world else None)


def rendered(tmp_path, *shots):
    world = World()
    world.make_all(film(tmp_path, *shots))
    return world


def test_a_board_never_rendered_is_all_new(tmp_path):
    """Every shot is made because it is new."""
    assert said(film(tmp_path, *CHAIN)) == [
        "sh010 make: new",
        "sh020 make: new",
        "sh030 make: new",
        "sh040 make: new",
    ]


def test_a_rendered_board_is_all_reuse(tmp_path):
    """Nothing changed, nothing made."""
    world = rendered(tmp_path, *CHAIN)

    assert said(film(tmp_path, *CHAIN, world=world), world.facts) == [
        "sh010 reuse: take 1",
        "sh020 reuse: take 1",
        "sh030 reuse: take 1",
        "sh040 reuse: take 1",
    ]


def test_a_changed_shot_says_which_field_and_the_chain_behind_it_follows(tmp_path):
    """The changed shot is certain; those that start on its frames only may have to be made."""
    world = rendered(tmp_path, *CHAIN)
    changed = ("sh010 camera: {move: pan_left}, seed: 5", *CHAIN[1:])
    now = film(tmp_path, *changed, world=world)

    assert said(now, world.facts) == [
        "sh010 make: changed: seed, move",
        "sh020 make: follows sh010",
        "sh030 make: follows sh020",
        "sh040 reuse: take 1",
    ]
    plan = stories.plan_of(now, world.facts)
    assert [step.action.certain for step in plan.to_make] == [True, False, False]
    assert plan.critical_path == ("sh010", "sh020", "sh030")


def test_a_shot_that_follows_and_changed_itself_is_certain(tmp_path):
    """What is known to differ is told, even before the frames exist."""
    world = rendered(tmp_path, *CHAIN)
    changed = ("sh010 seed: 5", "sh020 first_frame: sh010.last, beat: new beat", *CHAIN[2:])

    assert said(film(tmp_path, *changed, world=world), world.facts)[1] == (
        "sh020 make: changed: beat"
    )


def test_moving_shots_makes_nothing(tmp_path):
    """The cut may be turned round: the same requests, the same clips."""
    world = rendered(tmp_path, *CHAIN)

    assert all(
        "reuse" in line for line in said(film(tmp_path, *reversed(CHAIN), world=world), world.facts)
    )


def test_renaming_a_chain_makes_nothing(tmp_path):
    """Renamed shots keep seeds and takes, along a whole chain; the old picture is told."""
    world = rendered(tmp_path, *CHAIN)
    shots = [shot.replace("sh0", "b0", 1).replace("sh0", "b0") for shot in CHAIN]
    board = stories.text(*shots).replace("b010 happens", "sh010 happens")
    board = board.replace("b020 happens", "sh020 happens").replace("b030 happens", "sh030 happens")
    board = board.replace("b040 happens", "sh040 happens")
    plan = stories.plan_of(stories.film_of(board, tmp_path, lock=world.lock), world.facts)

    assert [(step.shot.id, step.verb, step.renamed_from) for step in plan.steps] == [
        ("b010", "reuse", "sh010"),
        ("b020", "reuse", "sh020"),
        ("b030", "reuse", "sh030"),
        ("b040", "reuse", "sh040"),
    ]
    assert "its picture says sh010" in str(plan.steps[0].action)


def test_the_boards_seed_reseeds_every_shot(tmp_path):
    """Pinned seeds were derived from the board's seed; another one makes all anew."""
    world = rendered(tmp_path, "sh010")
    board = stories.text("sh010").replace("title: Test", "title: Test\nseed: 9")

    assert said(stories.film_of(board, tmp_path, lock=world.lock), world.facts) == [
        "sh010 make: changed: seed"
    ]


def test_a_lost_or_torn_clip_is_told_and_made_again(tmp_path):
    """A free clip whose file is not whole is made anew, never used."""
    world = rendered(tmp_path, "sh010", "sh020")
    world.states = {stories.digest("a"): "torn", stories.digest("b"): "missing"}

    assert said(film(tmp_path, "sh010", "sh020", world=world), world.facts) == [
        "sh010 make: clip aaaaaaaa is torn",
        "sh020 make: clip bbbbbbbb is missing",
    ]


def test_undoing_a_change_finds_the_old_clip(tmp_path):
    """Both takes stay in the lock; the one of the current request serves."""
    world = rendered(tmp_path, "sh010")
    world.make_all(film(tmp_path, "sh010 beat: other", world=world))

    assert said(film(tmp_path, "sh010", world=world), world.facts) == ["sh010 reuse: take 1"]
    assert said(film(tmp_path, "sh010 beat: other", world=world), world.facts) == [
        "sh010 reuse: take 2"
    ]


def test_a_clip_of_another_board_is_found_by_its_key(tmp_path):
    """With an empty lock the store still answers."""
    world = rendered(tmp_path, "sh010")
    world.lock = Lock()

    assert said(film(tmp_path, "sh010"), world.facts) == ["sh010 reuse: found in the store"]


def test_force_makes_one_shot_and_what_follows_it(tmp_path):
    """A forced shot is made though its clip is there."""
    world = rendered(tmp_path, *CHAIN)

    assert said(film(tmp_path, *CHAIN, world=world), world.facts, forced={ShotId("sh020")}) == [
        "sh010 reuse: take 1",
        "sh020 make: forced",
        "sh030 make: follows sh020",
        "sh040 reuse: take 1",
    ]


def test_a_selection_brings_what_it_starts_from_and_leaves_out_the_rest(tmp_path):
    """Selected shots with their ancestors; others that would be made are named as left out."""
    plan = make_plan(
        now := film(tmp_path, *CHAIN), stories.graph_of(now), stories.NOTHING_HELD,
        selected={ShotId("sh020")},
    )  # fmt: skip

    assert [step.shot.id for step in plan.steps] == ["sh010", "sh020"]
    assert plan.left_out == ("sh030", "sh040")


def test_the_pick_serves_before_the_first_take(tmp_path):
    """Of several takes of one request, the picked clip serves."""
    world = rendered(tmp_path, "sh010")
    block = world.lock.of(ShotId("sh010"))
    second = replace(block.takes[0], number=2, clip=stories.digest("z"))
    picked = ShotTakes(block.seed, stories.digest("z"), (*block.takes, second))
    world.lock = Lock(0, {ShotId("sh010"): picked})
    world.states[stories.digest("z")] = "good"

    assert said(film(tmp_path, "sh010", world=world), world.facts) == [
        "sh010 reuse: take 2, picked"
    ]


def test_a_frame_never_taken_is_unknown_not_guessed(tmp_path):
    """Without a recorded frame the shot follows, and may turn out to be there."""
    world = rendered(tmp_path, *CHAIN)
    world.pixels.clear()
    lines = said(film(tmp_path, *CHAIN, world=world), world.facts)

    assert lines[:2] == ["sh010 reuse: take 1", "sh020 make: follows sh010"]


def test_frames_are_asked_for_by_moment(tmp_path):
    """The resolved board names frames exactly."""
    now = film(tmp_path, "sh010", "sh020 first_frame: sh010@6f", "sh030 last_frame: sh010@0.25s")

    assert now.shots[1].first_frame == now.shots[2].last_frame
    assert isinstance(now.shots[1].first_frame, FrameOf)


PAID = "storyboard: 1\ntitle: Test\ndefaults: {model: happyhorse-1.1, duration: 5s}\n"


def paid(tmp_path, world, ordered=None, *shots, **options):
    """The plan's lines of a board on a paid model, with what the journal knows of every key."""
    board = stories.text(*(shots or ("sh010",)), head=PAID)
    now = stories.film_of(board, tmp_path, lock=world.lock)
    facts = replace(world.facts, ordered=lambda _: ordered)
    return said(now, facts, **options)


def test_a_job_that_is_out_is_gone_on_with_before_anything_is_ordered(tmp_path):
    """Out or uncertain comes first, even under force."""
    out = Ordered("out", "job 12 at apiframe, running")
    doubt = Ordered("uncertain", "sent to apiframe, no answer kept")

    assert paid(tmp_path, World(), out) == ["sh010 resume: job 12 at apiframe, running"]
    assert paid(tmp_path, World(), doubt) == ["sh010 uncertain: sent to apiframe, no answer kept"]
    assert paid(tmp_path, World(), doubt, forced={ShotId("sh010")})[0].startswith("sh010 uncertain")


def test_a_take_that_ended_without_a_clip_is_ordered_again_only_when_asked(tmp_path):
    """Failed and refused takes stay where they are; --retry-failed makes another attempt."""
    ended = Ordered("ended", "refused: content policy")

    assert paid(tmp_path, World(), ended) == [
        "sh010 failed: refused: content policy; --retry-failed 1 orders it again"
    ]
    assert paid(tmp_path, World(), ended, retry_ended=True) == [
        "sh010 make: again, after: refused: content policy"
    ]


def test_a_paid_clip_that_is_gone_is_not_paid_for_again_by_itself(tmp_path):
    """Known to the lock, or to the journal alone: missing, unless asked for."""
    world = World()
    board = stories.text("sh010", head=PAID)
    world.make_all(stories.film_of(board, tmp_path))
    world.states = dict.fromkeys(world.states, "missing")
    missing = "sh010 missing: paid before, clip aaaaaaaa is missing; --remake-missing pays again"
    had = Ordered("had", "", stories.digest("a"))

    assert paid(tmp_path, world) == [missing]
    assert paid(tmp_path, world, remake_missing=True) == ["sh010 make: clip aaaaaaaa is missing"]
    assert paid(tmp_path, World(), had) == [missing]


def test_only_what_is_made_new_is_in_the_price(tmp_path):
    """Jobs that are out were paid for; what is stuck is not ordered."""
    board = stories.text("sh010", "sh020", head=PAID)
    now = stories.film_of(board, tmp_path)
    first = request_for(now.shots[0], lambda _: None).key
    facts = replace(
        World().facts, ordered=lambda key: Ordered("out", "job") if key == first else None
    )
    plan = stories.plan_of(now, facts)

    assert [step.verb for step in plan.steps] == ["resume", "make"]
    assert str(plan.at_most) == "155 credits"
    assert [step.shot.id for step in plan.to_run] == ["sh010", "sh020"]
