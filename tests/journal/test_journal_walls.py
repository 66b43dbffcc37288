"""Ceilings, checked in the transaction that begins an attempt; and what went."""

from __future__ import annotations

from fractions import Fraction

import pytest
from drafts import HANDLE, Clock, draft, go_on, live
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.journal.errors import WallError
from pipeline.journal.journal import Journal
from pipeline.journal.spending import Place
from pipeline.journal.wall import Tally, Wall, check_wall
from pipeline.money import Total

CREDITS = {"credits": Fraction(300)}


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def test_the_ceiling_counts_spent_out_and_this_one(journal):
    """The one that would pass it is refused with all four figures; one that fits is taken."""
    wall = Wall(run=CREDITS)
    live(journal, "k1-a")  # it cost 124
    journal.intend(draft("k1-b"), wall)

    with pytest.raises(WallError) as caught:
        journal.intend(draft("k1-c"), wall)

    error = caught.value
    assert (error.wall, error.unit, error.exit_code) == ("run", "credits", 5)
    assert (error.spent, error.out, error.asked, error.ceiling) == (124, 120, 120, 300)
    assert str(error) == (
        "This run's ceiling of 300 credits would be passed.\n"
        "Spent 124 credits, out 120 credits, this take 120 credits.\n"
        "Raise the run's ceiling, or render fewer shots."
    )
    assert journal.intend(draft("k1-c", estimate=Fraction(56)), wall).live
    assert len(journal.all()) == 3


def test_exactly_the_ceiling_passes(journal):
    """A ceiling is what may be spent, not what must stay below."""
    wall = Wall(project={"usd": Fraction(7, 10)})
    price = {"unit": "usd", "estimate": Fraction(7, 20)}
    journal.intend(draft("k1-a", **price), wall)
    journal.intend(draft("k1-b", **price), wall)
    with pytest.raises(WallError, match=r"The project's ceiling of \$0.70 would be passed"):
        journal.intend(draft("k1-c", unit="usd", estimate=Fraction(1, 1000)), wall)


def test_other_runs_count_for_the_project_alone(journal):
    """A run's ceiling is of the run; the project's is of all there ever was."""
    live(journal, "k1-a", run="run-0")
    live(journal, "k1-b", run="run-0")

    journal.intend(draft("k1-c"), Wall(run={"credits": Fraction(120)}))
    with pytest.raises(WallError) as caught:
        journal.intend(draft("k1-d"), Wall(project={"credits": Fraction(400)}))

    assert (caught.value.wall, caught.value.spent, caught.value.out) == ("project", 248, 120)


def test_what_was_not_charged_makes_room_and_what_is_in_doubt_does_not(journal):
    """Refunded and never taken is free again; abandoned without knowing counts as spent."""
    wall = Wall(run=CREDITS)
    for key in ("k1-a", "k1-b"):
        attempt = go_on(journal, journal.intend(draft(key), wall), "running")
        journal.move(attempt.id, "failed", charged="refunded")
    never = journal.intend(draft("k1-c"), wall)
    journal.move(never.id, "abandoned")
    doubtful = go_on(journal, journal.intend(draft("k1-d"), wall), "sending")
    journal.move(doubtful.id, "uncertain")
    journal.move(doubtful.id, "abandoned", detail="settled: again")

    with pytest.raises(WallError) as caught:
        journal.intend(draft("k1-e", estimate=Fraction(181)), wall)

    assert (caught.value.spent, caught.value.out) == (120, 0)
    journal.intend(draft("k1-e", estimate=Fraction(180)), wall)


def test_credits_count_against_dollars_at_the_route_s_rate(journal):
    """``--max-cost 5`` holds for a route that asks credits, where its rate is known."""
    wall = Wall(run={"usd": Fraction(2)}, rates={"apiframe": Fraction(1, 100)})
    journal.intend(draft("k1-a"), wall)

    with pytest.raises(WallError) as caught:
        journal.intend(draft("k1-b"), wall)

    assert (caught.value.unit, caught.value.out, caught.value.asked) == (
        "usd",
        Fraction(6, 5),
        Fraction(6, 5),
    )


@pytest.mark.parametrize(
    "changes",
    [{"estimate": None}, {"unit": None, "estimate": None}, {"unit": "credits", "route": "other"}],
)
def test_an_unknown_price_passes_only_by_name(journal, changes):
    """No price, or none in the ceiling's unit: refused, unless its model or route is allowed."""
    rates = {"apiframe": Fraction(1, 100)}
    asked = draft("k1-a", **changes)

    with pytest.raises(WallError, match="nobody knows what this take costs") as caught:
        journal.intend(asked, Wall(run={"usd": Fraction(5)}, rates=rates))
    assert (caught.value.wall, caught.value.asked) == ("price", None)

    allowed = Wall(
        run={"usd": Fraction(5)}, rates=rates, allow_unknown_price=frozenset({"happyhorse-1.1"})
    )
    assert journal.intend(asked, allowed).live
    journal.intend(draft("k1-b", **changes), Wall())  # without a ceiling nothing is asked


def test_jobs_are_counted_for_the_run(journal):
    """Those out and those that were; not one that was never taken, nor another run's."""
    wall = Wall(max_jobs=2)
    live(journal, "k1-0", run="run-0")
    journal.move(journal.intend(draft("k1-a"), wall).id, "failed")
    refunded = go_on(journal, journal.intend(draft("k1-b"), wall), "running")
    journal.move(refunded.id, "failed", charged="refunded")
    journal.intend(draft("k1-c"), wall)

    with pytest.raises(WallError) as caught:
        journal.intend(draft("k1-d"), wall)

    assert (caught.value.wall, caught.value.spent, caught.value.out) == ("jobs", 1, 1)
    assert "This run's ceiling of 2 jobs is reached." in str(caught.value)


prices = st.fractions(0, 5, max_denominator=24)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(prices, st.sampled_from(["out", "spent", "refunded", "none"])), max_size=12),
    prices,
    st.fractions(0, 20, max_denominator=24),
)
def test_a_wall_is_the_plain_sum(others, asked, ceiling):
    """For any prices: it passes exactly when what is spent and out and asked fits."""
    tallies = [Tally(True, money, "apiframe", "usd", price, 1) for price, money in others]
    held = sum((price for price, money in others if money in ("out", "spent")), Fraction(0))
    wall = Wall(run={"usd": ceiling})

    refusal = refused(wall, draft(unit="usd", estimate=asked), tallies)

    assert (refusal is None) == (held + asked <= ceiling or not asked)
    assert refusal is None or refusal.spent + refusal.out == held


def refused(wall, asked, tallies):
    try:
        check_wall(wall, asked, tallies)
    except WallError as error:
        return error
    return None


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(prices, st.sampled_from(["keep", "done", "failed"])), max_size=14))
def test_a_ceiling_is_never_passed(tmp_path_factory, wishes):
    """Whatever is begun, ends, or is refunded: the sum of the journal's own rows stays below."""
    wall = Wall(project={"usd": Fraction(10)})
    with Journal(tmp_path_factory.mktemp("journal") / "journal.db") as journal:
        for number, (price, fate) in enumerate(wishes):
            try:
                attempt = journal.intend(
                    draft(f"k1-{number}", unit="usd", estimate=price, run=f"run-{number % 2}"), wall
                )
            except WallError:
                continue
            if fate == "failed":
                go_on(journal, attempt, "submitted")
                journal.move(attempt.id, "failed", charged="refunded")
            elif fate == "done":
                go_on(journal, attempt, "running")
                journal.move(attempt.id, "succeeded", cost=price)
            held = sum(one.amount for one in journal.all() if one.charged != "refunded")
            assert held <= 10
            spent = journal.spent()
            assert (
                sum(dict(spent.spent.amounts).values()) + sum(dict(spent.out.amounts).values())
                == held
            )


def test_spending_is_told_by_month_board_and_route(tmp_path):
    """In UTC, of the posting; what is out and what is in doubt stand apart, the unknown counted."""
    january, february = 1769900000.0, 1769990000.0  # 2026-01-31 and 2026-02-01
    clock = Clock(january)
    with Journal(tmp_path / "journal.db", clock=clock) as journal:
        live(journal, "k1-a", run="run-0")
        clock.times = [february]
        live(journal, "k1-b")
        live(journal, "k1-c", until="running", board="other")
        live(journal, "k1-d", until="sending", estimate=None)
        refunded = live(journal, "k1-e", until="running")
        journal.move(refunded.id, "refused", charged="refunded")

        spent = journal.spent()
        of_run = journal.spent("run-1")

    assert [(line.place, str(line.spent), str(line.out), line.takes) for line in spent.lines] == [
        (Place("2026-01", "launch-day", "apiframe"), "124 credits", "free", 1),
        (Place("2026-02", "launch-day", "apiframe"), "124 credits", "1 of unknown price", 1),
        (Place("2026-02", "other", "apiframe"), "free", "120 credits", 0),
    ]
    assert spent.spent == Total((("credits", Fraction(248)),), 0)
    assert spent.out == Total((("credits", Fraction(120)),), 1)
    assert spent.doubtful == Total((), 1)
    assert of_run.spent == Total((("credits", Fraction(124)),), 0)


def test_the_vendor_s_figure_replaces_the_estimate(journal):
    """As soon as it is told, also while the job is out."""
    attempt = live(journal, until="submitted")
    assert journal.spent().out == Total((("credits", Fraction(120)),), 0)
    journal.note(attempt.id, "", cost=Fraction(72), handle=HANDLE)
    assert journal.spent().out == Total((("credits", Fraction(72)),), 0)
