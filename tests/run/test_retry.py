"""Every failure of a vendor is decided for every errand; what may be charged is never resent."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.run.retry import Ask, GiveUp, Verb, Wait, decide
from pipeline.vendors import errors
from pipeline.vendors.errors import LinkError, NoMoneyError, VendorError

VERBS = get_args(Verb)
MAYBE = ("MaybeSentError", "UnreadableError")
PASSES = ("NotSentError", "TooManyError", "VendorDownError")

# class -> what a first failure comes to: while submitting, while doing anything else
EXPECTED = {
    "VendorError": (GiveUp, GiveUp),
    "NotSentError": (Wait, Wait),
    "MaybeSentError": (Ask, Wait),
    "KeyRefusedError": (GiveUp, GiveUp),
    "NoMoneyError": (GiveUp, GiveUp),
    "BadRequestError": (GiveUp, GiveUp),
    "ConflictError": (GiveUp, GiveUp),
    "JobUnknownError": (GiveUp, GiveUp),
    "TooManyError": (Wait, Wait),
    "VendorDownError": (Wait, Wait),
    "UnreadableError": (Ask, Wait),
    "RefusedError": (GiveUp, GiveUp),
    "JobFailedError": (GiveUp, GiveUp),
    "LinkError": (Ask, Wait),
}


def made(name, **more):
    kind = getattr(errors, name)
    if kind is NoMoneyError:
        return kind("Apiframe", required=Fraction(3), available=Fraction(1))
    if kind is LinkError:
        return kind("The link is slow.", again=True)
    return kind("It went wrong.", **more)


def test_every_class_is_decided():
    """The table below names every class of vendors/errors.py."""
    there = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, VendorError)
    }
    assert there == set(EXPECTED)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_class_for_every_verb(name, verb):
    """Submitting is patient only with what was surely not taken; the rest with what may pass."""
    submitting, otherwise = EXPECTED[name]
    expected = submitting if verb == "submit" else otherwise
    assert type(decide(verb, made(name), 1, chance=0.5)) is expected


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(EXPECTED)),
    st.sampled_from(["no", "refunded", "maybe", "yes"]),
    st.integers(1, 30),
    st.floats(0, 1),
)
def test_what_may_be_charged_is_never_sent_again(name, charged, attempt, chance):
    """No failure of a submission whose own word is "maybe" or more is waited for and resent."""
    error = made(name)
    error.charged = charged
    decision = decide("submit", error, attempt, chance=chance)
    if charged in ("maybe", "yes"):
        assert not isinstance(decision, Wait)
    if name in MAYBE:
        assert isinstance(decision, Ask)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(PASSES),
    st.sampled_from(VERBS),
    st.integers(1, 30),
    st.floats(0, 1),
    st.none() | st.floats(0, 3600),
)
def test_waiting_is_bounded_and_obeys_the_vendor(name, verb, attempt, chance, named):
    """A wait is never shorter than the vendor asks, nor longer than that and a minute."""
    decision = decide(verb, made(name, retry_after=named), attempt, chance=chance)
    if isinstance(decision, Wait):
        assert (named or 0) <= decision.seconds <= max(60, named or 0)
        assert decision.seconds > 0


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", [*PASSES, *MAYBE, "LinkError"])
def test_every_patience_ends(name, verb):
    """Nothing is tried for ever."""
    assert not isinstance(decide(verb, made(name), 12, chance=0.5), Wait)


def test_submissions_hardly_looks_generously():
    """A vendor that is down is asked to take a job thrice, and how a job is a dozen times."""
    tries = {
        verb: next(n for n in range(1, 99) if decide(verb, made("VendorDownError"), n, chance=0)
                   == GiveUp())
        for verb in ("submit", "poll", "fetch")
    }  # fmt: skip
    assert tries == {"submit": 3, "poll": 12, "fetch": 8}
