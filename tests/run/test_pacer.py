"""When a vendor is asked: silence, even steps, progress used, an account never crowded."""

from __future__ import annotations

import asyncio
import itertools
import random
import selectors
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ToolStoppedError
from pipeline.models.catalog import routes
from pipeline.run.errands import Counter, Errands
from pipeline.run.pacer import FIRST, SILENCE, STEP, Pacer, Rhythm
from pipeline.vendors.errors import TooManyError

FLOOR = 2.0
LAW = settings(max_examples=40, deadline=None)
HISTORY = st.lists(st.floats(1, 600), min_size=5, max_size=60)


class Jumping(selectors.DefaultSelector):
    """Waits for nothing: where a loop would sleep, its time jumps."""

    now = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.jumping = Jumping()
        super().__init__(self.jumping)

    def time(self):
        return self.jumping.now


class LoopClock:
    """The loop's own time, which jumps."""

    def now(self):
        return asyncio.get_running_loop().time()

    date = now

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


def in_no_time(work):
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)


def looks(rhythm, until, told=lambda _: None):
    """When a job is looked at until it is seen to be done after ``until`` seconds."""
    at, progress, found = 0.0, None, []
    while at < until:
        at += rhythm.next_look(at, progress, floor=FLOOR).seconds
        progress = told(at)
        found.append(at)
    return found


@LAW
@given(HISTORY, st.integers(0, 10_000))
def test_silent_until_the_early_jobs_time(history, number):
    """No look comes more than half a step before the learned 2nd percentile, shifted or not."""
    early = sorted(history)[int(len(history) * 0.02)]
    plain = Rhythm.learned(history, floor=FLOOR)
    for rhythm in (plain, plain.shifted(number)):
        first = looks(rhythm, 1000)[0]
        assert early - rhythm.step / 2 <= first + 1e-9 or first == pytest.approx(FLOOR)
        assert first <= max(FLOOR, early) + rhythm.step


@LAW
@given(HISTORY, st.floats(1, 600))
def test_then_even_steps(history, until):
    """Without progress all steps are alike, no shorter than the floor, no longer than 5 s."""
    rhythm = Rhythm.learned(history, floor=FLOOR)
    times = looks(rhythm, until)
    for before, after in itertools.pairwise(times):
        assert after - before == pytest.approx(rhythm.step)
    assert FLOOR <= rhythm.step <= STEP


@pytest.mark.parametrize("known", range(5))
def test_few_jobs_teach_nothing(known):
    """Fewer than five jobs are not trusted."""
    assert Rhythm.learned([100.0] * known, floor=FLOOR) == Rhythm(FIRST, STEP)


def test_learning_from_late_looks_does_not_drift():
    """Runs that learn from what the runs before saw stay near the true times for ever."""
    chance, seen = random.Random(1), []
    for number in range(5000):
        rhythm = Rhythm.learned(seen[-500:], floor=FLOOR).shifted(number)
        seen.append(looks(rhythm, chance.uniform(60, 180))[-1])
    assert 55 < Rhythm.learned(seen[-500:], floor=FLOOR).first < 75


@LAW
@given(HISTORY, st.floats(2, 600))
def test_even_progress_is_believed(history, whole):
    """Even progress means fewer looks, and an end seen as soon as whole percents can tell it."""
    rhythm = Rhythm.learned(history, floor=FLOOR)
    plain = looks(rhythm, whole)
    told = looks(rhythm, whole, lambda at: min(99, int(100 * at / whole)) / 100)
    assert len(told) <= len(plain) + 2
    late = told[-1] - whole
    assert late <= max(rhythm.first, FLOOR + max(1.5, whole / 100))


@LAW
@given(HISTORY, st.floats(0, 5000), st.none() | st.floats(-1, 2))
def test_no_progress_buys_long_silence(history, waited, progress):
    """Whatever a vendor tells, the next look comes, not before the floor and soon enough."""
    rhythm = Rhythm.learned(history, floor=FLOOR)
    if waited < rhythm.first:
        return
    look = rhythm.next_look(waited, progress, floor=FLOOR)
    assert FLOOR <= look.seconds <= SILENCE


@LAW
@given(
    st.floats(0.05, 2),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 3)), min_size=1, max_size=30),
)
def test_requests_are_never_closer_than_the_gap(gap, comers):
    """Whoever comes when, and whatever can wait: two requests are a gap apart, all get through."""
    at = []

    async def whole():
        clock = LoopClock()
        pacer = Pacer(clock, gap)

        async def ask(after, can_wait):
            await clock.sleep(after)
            await pacer.turn(can_wait)
            at.append(clock.now())

        await asyncio.gather(*(ask(*one) for one in comers))

    in_no_time(whole())
    assert len(at) == len(comers)
    assert all(b - a >= gap - 1e-6 for a, b in itertools.pairwise(at))


def test_who_can_wait_lets_others_first_but_not_for_ever():
    """A submission overtakes looks that can wait; those that came long ago go before it."""
    order = []

    async def whole():
        pacer = Pacer(LoopClock(), gap=1.0)

        async def ask(name, after, can_wait=0.0):
            await asyncio.sleep(after)
            await pacer.turn(can_wait)
            order.append(name)

        await asyncio.gather(
            ask("first", 0),
            ask("look", 0.1, 2.0),
            ask("post", 0.2),
            *(ask(f"later {number}", 0.3 + number / 2) for number in range(6)),
        )

    in_no_time(whole())
    assert order[:2] == ["first", "post"]
    assert 2 < order.index("look") < 8


def errands(pacer, stop=None):
    counter = Counter(routes()["apiframe"], None, pacer)
    return counter, Errands(None, None, pacer.clock, stop or threading.Event(), random.Random(1))


def test_everybody_of_an_account_obeys_retry_after():
    """Once the vendor named a time nobody asks before it, not even who was about to be called."""
    at = []

    async def whole():
        pacer = Pacer(LoopClock(), gap=1.0)
        counter, work = errands(pacer)
        answers = [TooManyError("Too many.", retry_after=30.0)]

        async def act():
            at.append(pacer.clock.now())
            if answers:
                raise answers.pop()

        await asyncio.gather(*(work.patiently("poll", counter, act) for _ in range(5)))

    in_no_time(whole())
    assert len(at) == 6
    assert at[0] == 0
    assert min(at[1:]) >= 30


def test_a_download_takes_no_turn():
    """A link is no request of the account's: it is followed while the account is held."""

    async def whole():
        pacer = Pacer(LoopClock(), gap=1.0)
        counter, work = errands(pacer)
        pacer.hold(100)

        async def act():
            return pacer.clock.now()

        return await work.patiently("fetch", counter, act)

    assert in_no_time(whole()) == 0


def test_stopping_is_noticed_while_an_account_is_held():
    """Who waits for a turn that is far away leaves soon when asked to."""

    async def whole():
        stop = threading.Event()
        pacer = Pacer(LoopClock(), gap=1.0)
        counter, work = errands(pacer, stop)
        pacer.hold(1000)
        asyncio.get_running_loop().call_later(3, stop.set)
        with pytest.raises(ToolStoppedError):
            await work.turn(counter)
        return pacer.clock.now()

    assert in_no_time(whole()) < 4


def test_who_leaves_takes_nobodys_turn():
    """A request given up while it waits costs the others no gap."""

    async def whole():
        pacer = Pacer(LoopClock(), gap=10.0)
        await pacer.turn()
        gone, stays = (asyncio.create_task(pacer.turn()) for _ in range(2))
        await asyncio.sleep(1)
        gone.cancel()
        await stays
        return pacer.clock.now()

    assert in_no_time(whole()) == pytest.approx(10)
