"""Lanes and rooms: how many shots are under way, and whose turn it is."""

import asyncio
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ids import ShotId
from pipeline.run.lanes import Work, may_begin
from pipeline.run.prepared import Lane
from pipeline.run.room import Place, Room

AWAY = Lane("apiframe", 2, away=True, ahead=1)
HERE = Lane("here", 2)


def turn(urgency, place=0):
    return (Fraction(-urgency), place, ShotId(f"sh{place}"))


def works(lane, *stages, urgency=5):
    return [Work(turn(urgency, place), lane, stage) for place, stage in enumerate(stages)]


def test_no_more_are_made_here_than_there_are_hands():
    """What is made here begins while a hand is free, however urgent it is."""
    assert may_begin(turn(1), HERE, works(HERE, "being made"))
    assert not may_begin(turn(99), HERE, works(HERE, "being made", "being made"))


def test_shots_are_made_ready_ahead_of_a_route_that_is_full():
    """One more than the route has room for gets ready; a second waits, unless it is more urgent."""
    full = works(AWAY, "being made", "being made")
    assert may_begin(turn(1), AWAY, full)
    assert not may_begin(turn(5, 9), AWAY, [*full, *works(AWAY, "getting ready")])
    assert may_begin(turn(6), AWAY, [*full, *works(AWAY, "getting ready")])


def test_a_clip_that_is_arriving_holds_no_place():
    """The vendor is done with it; but where clips pile up nothing more is ordered."""
    assert may_begin(turn(1), AWAY, works(AWAY, "arriving", "arriving", "getting ready"))
    assert not may_begin(turn(9), AWAY, works(AWAY, *["arriving"] * 5))


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 4))
def test_a_room_lets_the_most_urgent_in_and_never_too_many(urgencies, most):
    """Whoever waits comes in by urgency, then in the order of coming."""

    async def run():
        room, came = Room(most), []

        async def one(number, urgency):
            with Place() as place:
                await place.wait_for(room, Fraction(urgency))
                came.append((number, urgency))
                assert room.inside <= most
                await asyncio.sleep(0)

        room.come_in()  # a job that was out
        for _ in range(most - 1):
            room.come_in()
        tasks = [asyncio.create_task(one(n, urgency)) for n, urgency in enumerate(urgencies)]
        await asyncio.sleep(0)
        for _ in range(most):
            room.leave()
        await asyncio.gather(*tasks)
        return came, room.inside

    came, inside = asyncio.run(run())
    assert inside == 0
    assert came == sorted(came, key=lambda one: (-one[1], one[0]))


def test_whoever_gives_up_waiting_leaves_no_hole():
    """A wait that is cancelled, even when just called, gives its place to the next."""

    async def run():
        room = Room(1)
        room.come_in()
        gone = asyncio.create_task(room.enter(Fraction(2)))
        stays = asyncio.create_task(room.enter(Fraction(1)))
        await asyncio.sleep(0)
        room.leave()  # calls the more urgent one
        gone.cancel()
        await asyncio.wait_for(stays, 5)
        return room.inside

    assert asyncio.run(run()) == 1


def test_a_job_that_is_out_takes_its_place_at_once():
    """It is at the vendor already, so nobody else comes in until it is done."""

    async def run():
        room = Room(1, inside=1)
        with Place() as place:
            place.hold(room)
            place.hold(room)
            assert room.inside == 2
        return room.inside

    assert asyncio.run(run()) == 1
