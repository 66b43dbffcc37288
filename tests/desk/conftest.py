"""A desk for one test, and clips kept for all of them."""

from __future__ import annotations

import pytest
from calling import Caller, EmpirioCaller

from pipeline.desk.server import Desk


@pytest.fixture(scope="session")
def kept_clips(tmp_path_factory):
    """A folder in which clips made by one test are found by the next."""
    return tmp_path_factory.mktemp("desk-clips")


@pytest.fixture
def desk(kept_clips):
    """A desk with clips 64 pixels high and jobs that end at once."""
    with Desk(size=64, clips=kept_clips) as one:
        yield one


@pytest.fixture
def caller(desk):
    """A client with the desk's own key."""
    return Caller(desk)


@pytest.fixture
def slow_desk(kept_clips):
    """A desk whose jobs take 100 of its seconds; its clock is put forward by hand."""
    with Desk(size=64, clips=kept_clips, time=100) as one:
        yield one


@pytest.fixture
def empirio(kept_clips):
    """A client of a desk that speaks EmpirioLabs, in every shape, without its limit a minute."""
    with Desk("empiriolabs", size=64, clips=kept_clips, most_requests=10_000) as one:
        yield EmpirioCaller(one)


@pytest.fixture
def slow_empirio(kept_clips):
    """The same with jobs that take 100 of its seconds."""
    with Desk("empiriolabs", size=64, clips=kept_clips, most_requests=10_000, time=100) as one:
        yield EmpirioCaller(one)
