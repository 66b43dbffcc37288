"""What EmpirioLabs leaves open is drawn by lot, each way is met, and the same seed draws again."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from calling import EmpirioCaller, links_in
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.desk.faults import Faults, Subject, parse_rule, parse_rules
from pipeline.desk.lots import Lots
from pipeline.desk.server import Desk
from pipeline.desk.shapes import SHAPES

ENDED = {"completed", "succeeded", "failed", "error", "expired", "cancelled", "canceled"}


def pinned(desk, **shape):
    desk.clear_faults()
    desk.fault(do="shape", shape=shape)


def run(clips, seed, jobs=60):
    """What a client sees of many jobs at every stage, with some that fail."""
    seen = []
    options = {"most_requests": 10_000, "time": 100, "seed": seed, "size": 64, "plain": True}
    with Desk("empiriolabs", clips=clips, **options) as desk:
        desk.fault(do="refuse", prompt="axe")
        desk.fault(do="cancel", prompt="end")
        caller = EmpirioCaller(desk)
        kinds = itertools.islice(itertools.cycle(("fox", "axe", "end")), jobs)
        taken = [caller.submit(f"{kind} {number}") for number, kind in enumerate(kinds)]
        names = [one.content["job_id"] for one in taken]
        for forward in (0, 50, 60):
            desk.advance(forward)
            seen += [caller.job(name) for name in names]
        wrong = [caller.submit("fox", duration=2) for _ in range(20)]
    first = ("job_id", "status", "progress")
    told = [{name: one[name] for name in (*first, "error")} for one in seen]
    results = [one["result"] and sorted(one["result"]) for one in seen]
    answers = [(one.status, sorted(one.content)) for one in taken]
    return {"jobs": told, "results": results, "taken": answers, "wrong": [w.content for w in wrong]}


@pytest.fixture(scope="module")
def first_run(kept_clips):
    return run(kept_clips, seed=1)


def test_every_freedom_is_used(first_run):
    """Of sixty jobs and twenty errors each way of saying it is met at least once."""
    words = Counter(one["status"] for one in first_run["jobs"])
    results = {name for one in first_run["results"] if one for name in one}
    errors = [one["error"] for one in first_run["wrong"]]
    failures = {tuple(sorted(one["error"])) for one in first_run["jobs"] if one["error"]}
    parts = ("queued", "running", "done", "failed", "cancelled")

    assert set(words) == {word for part in parts for word in SHAPES[part]}
    assert {"data", "url", "video_url", "videos", "output", "urls"} <= results
    assert {status for status, _ in first_run["taken"]} == {200, 201, 202}
    assert {len(fields) for _, fields in first_run["taken"]} == {1, 2}
    assert {type(one["progress"]) for one in first_run["jobs"]} == {float, type(None)}
    assert all(one["progress"] in (0.0, 0.5, 1.0, None) for one in first_run["jobs"])
    assert {type(one) for one in errors} == {str, dict}
    assert {str(one) for one in errors} >= {"invalid_request", "duration must be from 3 to 15"}
    assert any(one.get("type") == "error" for one in first_run["wrong"])
    assert len(failures) == 4


def test_the_same_seed_is_the_same_vendor(first_run, kept_clips):
    """Ids, words, shapes and statuses come again; another seed draws others."""
    assert run(kept_clips, seed=1) == first_run
    assert run(kept_clips, seed=2)["taken"] != first_run["taken"]


def test_a_job_is_spoken_of_alike_at_every_look(slow_empirio):
    """The words of one state and the place of its clip do not change between two polls."""
    names = [slow_empirio.taken(f"fox {number}") for number in range(5)]
    slow_empirio.desk.advance(101)
    looks = [[slow_empirio.job(name) for name in names] for _ in range(3)]

    def told(job):
        return job["status"], job["progress"], sorted(job["result"])

    assert len({str([told(job) for job in look]) for look in looks}) == 1


def test_without_variety_there_is_one_shape(kept_clips):
    """The first of each row, for everybody."""
    with Desk("empiriolabs", size=64, clips=kept_clips, variety=False) as desk:
        caller = EmpirioCaller(desk)
        taken = [caller.submit(f"fox {number}") for number in range(6)]
        jobs = [caller.job(one.content["job_id"]) for one in taken]

    assert {(one.status, tuple(one.content)) for one in taken} == {(200, ("job_id",))}
    assert {one["status"] for one in jobs} == {"completed"}
    assert all(one["result"]["data"][0]["content_type"] == "video/mp4" for one in jobs)


@pytest.mark.parametrize("result", SHAPES["result"])
def test_a_rule_pins_where_the_clip_stands(empirio, result):
    """Each place holds one link, as a string or in an object, and the link works."""
    pinned(empirio.desk, result=result)
    told = empirio.job(empirio.taken())["result"]
    name, _, kind = result.partition("-")
    inner = told[name]
    first = inner[0] if isinstance(inner, list) else inner

    assert len(links_in(told)) == 1
    assert isinstance(first, str) == (
        kind == "plain" or (not kind and name not in ("data", "videos"))
    )
    assert empirio.get(empirio.link(empirio.taken())).body[4:8] == b"ftyp"


ENVELOPES = {
    "own": {"error": {"code": "model_not_found", "type": "not_found_error",
                      "message": "The model 'x' does not exist"}},
    "bare": {"error": "The model 'x' does not exist"},
    "bare-code": {"error": "model_not_found"},
    "openai": {"error": {"message": "The model 'x' does not exist", "type": "not_found_error",
                         "param": "model", "code": "model_not_found"}},
    "anthropic": {"type": "error", "error": {"type": "model_not_found",
                                             "message": "The model 'x' does not exist"}},
}  # fmt: skip


@pytest.mark.parametrize("envelope", SHAPES["envelope"])
def test_a_rule_pins_the_envelope(empirio, envelope):
    """Of an error in a body, and of a call that fails by another rule."""
    pinned(empirio.desk, envelope=envelope)
    empirio.desk.fault(on="poll", do="status", status=503, text="model_unavailable")
    down = empirio.get("/v1/jobs/x")

    assert empirio.submit(model="x").content == ENVELOPES[envelope]
    assert down.status == 503
    assert envelope == "bare" or "model_unavailable" in str(down.content)


@pytest.mark.parametrize("part", ["queued", "running", "done", "failed", "cancelled"])
def test_a_rule_pins_a_word(slow_empirio, part):
    """Each word of each state, one after another."""
    desk = slow_empirio.desk
    moment = {"queued": 0, "running": 50}.get(part, 101)
    for number, word in enumerate(SHAPES[part]):
        pinned(desk, **{part: word})
        if part in ("failed", "cancelled"):
            desk.fault(do={"failed": "fail", "cancelled": "cancel"}[part])
        job = slow_empirio.taken(f"{part} {number}")
        desk.advance(moment)
        assert slow_empirio.job(job)["status"] == word


def test_rules_may_pin_for_one_shot_and_several_may_hold(empirio):
    """By the prompt; the first that names a part decides it."""
    empirio.desk.fault(do="shape", prompt="fox", shape={"done": "succeeded"})
    empirio.desk.fault(do="shape", shape={"done": "completed", "progress": "null"})
    fox, hen = (empirio.job(empirio.taken(name)) for name in ("a fox", "a hen"))

    assert (fox["status"], hen["status"]) == ("succeeded", "completed")
    assert (fox["progress"], hen["progress"]) == (None, None)


def test_the_balance_is_a_number_or_a_text(empirio):
    """Both say the same."""
    told = []
    for balance in SHAPES["balance"]:
        pinned(empirio.desk, balance=balance)
        told.append(empirio.get("/api/v1/account/usage").content["balance"])

    assert told == [1000, "1000"]


@pytest.mark.parametrize(
    ("shape", "words"),
    [({"result": "xml"}, "result is one of data"), ({"colour": "red"}, "no shape has colour"),
     ("data", "shape cannot be")],
)  # fmt: skip
def test_a_shape_nobody_has_is_told(shape, words):
    """A slip of the pen in a rule is no silent nothing."""
    with pytest.raises(ValueError, match=words):
        parse_rule({"do": "shape", "shape": shape})


def test_the_words_of_an_end_are_the_vendors():
    """A rule that sets an unknown word must not bring back a job that has ended."""
    assert {word for part in ("done", "failed", "cancelled") for word in SHAPES[part]} == ENDED
    assert not ENDED & {word for part in ("queued", "running") for word in SHAPES[part]}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 5), st.randoms())
def test_lots_do_not_hang_on_the_order_of_others(calls, seed, order):
    """Whatever other shots do, a shot's calls and its job are answered in the same shapes."""

    def drawn(sequence):
        lots, seen = Lots(Faults(), seed, variety=True), {}
        for name in sequence:
            shapes = lots.of_call("submit", Subject(name)), lots.of_job(Subject(name, name))
            seen.setdefault(name, []).append(shapes)
        return seen

    shuffled = list(calls)
    order.shuffle(shuffled)
    assert drawn(calls) == drawn(shuffled)


def test_pins_win_over_lots():
    """Whatever the seed."""
    rules = parse_rules([{"do": "shape", "shape": {"taken": 201}}])
    for seed in range(10):
        lots = Lots(Faults(rules), seed, variety=True)
        assert lots.of_call("submit", Subject("a"))["taken"] == 201
