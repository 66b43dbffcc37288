"""A desk with a ledger, and a film nobody disturbed."""

from __future__ import annotations

import itertools

import pytest
from project import KEY, SPEED, Project, Undisturbed

from pipeline.desk.server import Desk

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def ready_clips(tmp_path_factory):
    """Clips made by one test's desk are found by the next."""
    return tmp_path_factory.mktemp("money-clips")


@pytest.fixture
def new_project(tmp_path, stage, ready_clips):
    """Makes projects, each with a desk and a ledger of its own."""
    desks = []

    def make(board=None, **options):
        number = next(_NUMBERS)
        ledger = tmp_path / f"ledger-{number}.jsonl"
        given = {
            "size": 64, "time": "8", "speed": SPEED, "clips": ready_clips, "ledger": ledger,
            "accounts": {KEY: 100_000}, **options,
        }  # fmt: skip
        desk = Desk(**given)
        desks.append(desk.__enter__())
        more = () if board is None else (board,)
        return Project.new(tmp_path / f"project-{number}", desk, stage, ledger, *more)

    yield make
    for desk in desks:
        desk.__exit__(None, None, None)


@pytest.fixture
def project(new_project):
    """A tiny board, nothing rendered yet."""
    return new_project()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory, stage, ready_clips):
    """The film and the lock of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    ledger = folder / "ledger.jsonl"
    with Desk(
        size=64, time="8", speed=SPEED, clips=ready_clips, ledger=ledger, accounts={KEY: 100_000}
    ) as desk:
        one = Project.new(folder / "project", desk, stage, ledger)
        done = one.render()
        assert done.code == 0, done.said
        one.check_whole()
        one.check_secret()
        return Undisturbed(one.film(), one.lock())
