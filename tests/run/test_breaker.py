"""Which route is asked, when one stays out of the way, and when a shot may go elsewhere."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import stories
from hypothesis import given
from hypothesis import strategies as st

from pipeline.journal.states import LIVE, STATES
from pipeline.plan.facts import Ordered
from pipeline.plan.routing import able_routes, in_order, open_routes
from pipeline.run.breaker import COOL_DOWN, Breaker
from pipeline.run.handing_over import closed_by, hands_over
from pipeline.vendors.errors import (
    BadRequestError,
    ConflictError,
    JobFailedError,
    KeyRefusedError,
    MaybeSentError,
    NoMoneyError,
    NotSentError,
    RefusedError,
    TooManyError,
    UnreadableError,
    VendorDownError,
)

HEAD = """\
storyboard: 1
title: Test
format: {resolution: 720p, fps: 24}
defaults: {model: happyhorse-1.1, duration: 3s, resolution: 720p, routes: [apiframe, empiriolabs]}
"""
DOWN = VendorDownError("it is down")
POOR = NoMoneyError("Apiframe", required=Fraction(72), available=Fraction(6))


def film(tmp_path, *shots):
    return stories.film_of(stories.text(*(shots or ("sh010",)), head=HEAD), tmp_path)


def shot(tmp_path, words="sh010"):
    return film(tmp_path, words).shots[0]


class Attempt:
    """As much of an attempt as is looked at."""

    def __init__(self, route, state, charged="no"):
        self.route, self.state, self.charged = route, state, charged
        self.live = state in LIVE


def test_a_route_that_is_down_rests_and_is_tried_again_by_one():
    """While it rests everybody passes it by; then one tries, and the others wait for that."""
    breaker = Breaker()
    assert breaker.out(0.0) is None
    breaker.trip(DOWN, 0.0)
    assert breaker.out(1.0) is DOWN
    assert breaker.for_good is None
    assert breaker.out(COOL_DOWN) is None
    assert breaker.out(COOL_DOWN + 1) is DOWN
    breaker.mend()
    assert breaker.out(COOL_DOWN + 2) is None


def test_without_money_or_key_a_route_stays_out_for_the_run():
    """A person has to do something; being down meanwhile does not bring it back."""
    for error in (POOR, KeyRefusedError("refused")):
        breaker = Breaker()
        breaker.trip(error, 0.0)
        breaker.trip(DOWN, 1.0)
        assert breaker.out(10**9) is error
        assert breaker.for_good is error


def test_what_is_wrong_with_one_shot_is_no_reason_to_leave_a_route():
    """Moderation and refused requests are about a shot."""
    for error in (RefusedError("no"), BadRequestError("no"), JobFailedError("no")):
        breaker = Breaker()
        breaker.trip(error, 0.0)
        assert breaker.out(0.0) is None


@pytest.mark.parametrize(
    "error", [DOWN, POOR, KeyRefusedError("x"), NotSentError("x"), TooManyError("x"),
              BadRequestError("x")]
)  # fmt: skip
def test_a_shot_goes_on_where_nothing_was_taken(tmp_path, error):
    """The route is down, out of money, refuses the key, or cannot be asked that."""
    assert hands_over(shot(tmp_path), error, [])
    assert hands_over(shot(tmp_path), error, [Attempt("apiframe", "intent")])


@given(st.sampled_from(sorted(LIVE - {"intent"})))
def test_while_a_job_may_be_out_there_no_shot_goes_on(tmp_path_factory, state):
    """Whatever the failure: between sending and its end it may be charged."""
    one = shot(tmp_path_factory.mktemp("film"))
    for error in (DOWN, POOR, NotSentError("x"), RefusedError("x")):
        assert not hands_over(one, error, [Attempt("apiframe", state, "maybe")])


@pytest.mark.parametrize(
    "error", [MaybeSentError("x"), UnreadableError("x"), ConflictError("x"), JobFailedError("x"),
              VendorDownError("x", charged="maybe")]
)  # fmt: skip
def test_what_may_have_been_charged_goes_nowhere(tmp_path, error):
    """Nor does a job that failed: it was taken, and another is for a person to ask."""
    assert not hands_over(shot(tmp_path), error, [])


def test_a_refusal_goes_on_by_consent_only(tmp_path):
    """And only while the money came back."""
    quiet, agreed = shot(tmp_path), shot(tmp_path, "sh010 on_refusal: next_route")
    assert not hands_over(quiet, RefusedError("no"), [])
    assert hands_over(agreed, RefusedError("no", charged="refunded"), [])
    assert not hands_over(agreed, RefusedError("no", charged="yes"), [])


def test_a_route_is_closed_by_its_last_attempt():
    """Refused, or not accepted: uncharged. A job that failed closes nothing."""
    assert closed_by([Attempt("apiframe", "refused", "refunded")]) == {"apiframe": "refused"}
    assert closed_by([Attempt("apiframe", "failed", "no")]) == {"apiframe": "not taken"}
    assert closed_by([Attempt("apiframe", "failed", "refunded")]) == {}
    assert closed_by([Attempt("apiframe", "refused", "yes")]) == {}
    again = [Attempt("apiframe", "refused"), Attempt("apiframe", "committed", "yes")]
    assert closed_by(again) == {}
    assert {state for state in STATES if closed_by([Attempt("a", state)])} == {"refused", "failed"}


def test_the_routes_of_a_shot_in_order(tmp_path):
    """Those that can send its pictures, those that are open, those with a key."""
    one = shot(tmp_path)
    assert able_routes(one) == ("apiframe", "empiriolabs")
    assert open_routes(one, {"apiframe": "not taken"}) == ("empiriolabs",)
    assert open_routes(one, {"apiframe": "refused"}) == ()
    agreed = replace(one, on_refusal="next_route")
    assert open_routes(agreed, {"apiframe": "refused"}) == ("empiriolabs",)
    assert in_order(("apiframe", "empiriolabs"), "empiriolabs".__eq__) == ("empiriolabs",)
    assert in_order(("apiframe", "empiriolabs"), lambda _: False) == ("apiframe", "empiriolabs")


def test_the_plan_names_the_route_that_would_be_paid(tmp_path):
    """With its price, and what the next would ask; a job that is out names its own."""
    made = film(tmp_path, "sh010", "sh020 routes: [empiriolabs]")
    plan = stories.plan_of(made)
    first, second = plan.steps
    assert (first.route, first.others, str(first.price)) == (
        "apiframe", ("empiriolabs",), "72 credits"
    )  # fmt: skip
    assert (second.route, second.others, str(second.price)) == ("empiriolabs", (), "$0.42")
    assert {name: str(total) for name, total in plan.otherwise.items()} == {"empiriolabs": "$0.42"}
    out = Ordered("out", "job 12", route="empiriolabs")
    facts = replace(stories.NOTHING_HELD, ordered=lambda _: out)
    assert stories.plan_of(made, facts).steps[0].route == "empiriolabs"


def test_after_a_refusal_the_plan_goes_on_by_consent(tmp_path):
    """Without it the shot waits for a person, who is told of the other way."""
    ended = Ordered("ended", "refused: no", route="apiframe", closed={"apiframe": "refused"})
    facts = replace(stories.NOTHING_HELD, ordered=lambda _: ended)
    (step,) = stories.plan_of(film(tmp_path), facts).steps
    assert step.verb == "failed"
    assert "on_refusal: next_route orders it through empiriolabs" in str(step.action)
    (step,) = stories.plan_of(film(tmp_path, "sh010 on_refusal: next_route"), facts).steps
    assert (step.verb, step.route) == ("make", "empiriolabs")
    assert str(step.action) == "by another route, after: refused: no"
