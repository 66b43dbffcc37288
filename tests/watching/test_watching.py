"""A watch over real files: what each save makes, and what stays when it is broken."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from fractions import Fraction

import pytest
import stories
from PIL import Image

from pipeline.api import plan_film
from pipeline.files import held
from pipeline.media.probe import probe
from pipeline.run.events import Started
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.resolver import Draft
from pipeline.watching.rounds import Watched
from pipeline.watching.told import Begun, Done, Faulty, Overtaken, Waiting
from pipeline.watching.watch import watch

BOUND = 120  # seconds until a test gives up; nothing is measured by it
HEAD = """\
storyboard: 1
title: Watched
format: {resolution: 720p, fps: 24}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s}
"""
SHORT = stories.HEAD.replace("0.5s", "4f")


@pytest.fixture
def board(tmp_path):
    path = tmp_path / "storyboards" / "f.storyboard.yaml"
    path.parent.mkdir()
    return path


class Watching:
    """A watch in a thread, and what it told so far."""

    def __init__(self, board, listen=None, clock=time.monotonic, draft=Draft()):  # noqa: B008
        self.board = board
        self.news = queue.Queue()
        self.stop = threading.Event()
        self.error = None
        listens = {"listen": listen} if listen else {}
        self._watched = Watched(board, draft, self.news.put, **listens)
        self._clock = clock
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            watch(self._watched, self.stop, clock=self._clock)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            self.error = error
            self.news.put(error)

    def next(self, *kinds):
        """The next news of one of these kinds; it may come after a round's beginning, no more."""
        while True:
            found = self.news.get(timeout=BOUND)
            if isinstance(found, kinds):
                return found
            assert isinstance(found, (Begun, Waiting, Overtaken)), found

    def save(self, text):
        """As an editor does: written beside, then renamed."""
        beside = self.board.with_name("beside")
        beside.write_text(text)
        beside.replace(self.board)

    @property
    def film(self):
        return self.board.parent.parent / "output" / "f" / "draft" / "f.draft.mp4"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self._thread.join(BOUND)
        assert not self._thread.is_alive()


def frames_in(folder):
    """By file, the frames of every clip and of every piece of a film made so far."""
    return {path: probe(path).frames for path in folder.rglob("*.mp4")}


def test_one_shot_of_twenty_costs_at_most_a_tenth(board):
    """Counted in frames drawn and encoded: its own clip and pieces, those of no other shot."""
    shots = [f"sh{n:03}" + (", transition: dissolve 2f" if n % 5 == 4 else "") for n in range(20)]
    text = stories.text(*(shot.replace(",", " ", 1) for shot in shots), head=SHORT)
    board.write_text(text)
    store = board.parent.parent / "output" / "store"
    with Watching(board) as watching:
        first = watching.next(Done)
        whole = frames_in(store)
        watching.save(text.replace("sh009 happens", "sh009 is another"))
        second = watching.next(Done)
        new = frames_in(store)

    assert len(first.rendered.made) == 20
    assert second.rendered.made == ("sh009",)
    assert second.shots == {"sh009": "changed: prompt"}
    assert second.changed == (board,)
    assert second.cut
    made = sum(frames for path, frames in new.items() if path not in whole)
    assert 0 < made <= sum(whole.values()) / 10


def test_a_broken_save_keeps_the_film_and_tells_the_line(board):
    """Empty, cut off or wrong, a board with faults makes nothing; put right, it finds all there."""
    text = stories.text("sh010", "sh020", head=SHORT)
    board.write_text(text)
    with Watching(board) as watching:
        watching.next(Done)
        film = watching.film.stat()
        for broken, line in (("", 1), (text + "  - {id: sh030, promt: x}\n", 8)):
            watching.save(broken)
            told = watching.next(Done, Faulty)
            assert isinstance(told.error, BoardFaultsError)
            assert told.error.faults[0].span.line == line
        watching.board.unlink()
        assert watching.next(Done, Faulty).error.code == "usage"
        watching.save(text)
        again = watching.next(Done, Faulty)

    assert (again.rendered.made, again.cut) == ((), False)
    assert watching.film.stat() == film


def test_a_paid_board_is_drafted_for_nothing(board):
    """No key is asked for, no journal is opened: a draft needs neither."""
    board.write_text(stories.text("sh010", head=HEAD))
    with Watching(board, draft=Draft("64p")) as watching:
        done = watching.next(Done)

    assert done.rendered.made == ("sh010",)
    assert not (board.parent.parent / "output" / "journal.db").exists()


def test_a_picture_that_comes_and_one_that_is_replaced_are_noticed(board):
    """Missing it is a fault; there, its shot is made; replaced by renaming, made again."""
    picture = board.parent / "a.png"
    board.write_text(stories.text("sh010 first_frame: a.png", "sh020", head=SHORT))
    with Watching(board) as watching:
        assert watching.next(Faulty, Done).error.faults[0].code == "picture-missing"
        Image.new("RGB", (64, 36), "red").save(picture)
        assert len(watching.next(Faulty, Done).rendered.made) == 2
        Image.new("RGB", (64, 36), "blue").save(picture.with_name("b.png"))
        picture.with_name("b.png").replace(picture)
        again = watching.next(Faulty, Done)

    assert again.changed == (picture,)
    assert again.shots == {"sh010": "changed: first_frame"}
    assert again.rendered.made == ("sh010",)


def test_a_change_while_shots_are_made_ends_in_the_newest_board_s_film(board):
    """The round that goes on is given up, and what it finished is kept."""
    old = stories.text("sh010", "sh020", head=SHORT)
    new = stories.text("sh010", "sh020 duration: 6f", head=SHORT)
    board.write_text(old)
    looks, seen = [0], threading.Condition()

    def clock():
        with seen:
            looks[0] += 1
            seen.notify_all()
        return time.monotonic()

    def saved_meanwhile(event):
        """The author saves as soon as a shot is begun, and the watch looks before that goes on."""
        if isinstance(event, Started) and board.read_text() == old:
            watching.save(new)
            with seen:
                enough = looks[0] + 6  # the clock is asked twice a look
                assert seen.wait_for(lambda: looks[0] >= enough, BOUND)

    with Watching(board, saved_meanwhile, clock) as watching:
        assert isinstance(watching.next(Done, Overtaken), Overtaken)
        done = watching.next(Done, Overtaken, Faulty)

    assert isinstance(done, Done)
    assert probe(watching.film).frames == 4 + 6
    planned = plan_film(board, draft=Draft())
    assert not planned.plan.to_run
    assert planned.film.rate == Fraction(24)


def test_another_render_of_the_draft_is_waited_for(board):
    """With a word; and while it waits it can be ended."""
    board.write_text(stories.text("sh010", head=SHORT))
    turn = plan_film(board, draft=Draft()).places.turn
    with contextlib.ExitStack() as other:
        other.enter_context(held(turn))
        with Watching(board) as watching:
            watching.next(Waiting)
        with Watching(board) as watching:
            watching.next(Waiting)
            other.close()
            assert watching.next(Done).rendered.made == ("sh010",)


def test_a_bug_ends_the_watch(board):
    """What nobody can put right by saving is raised, not told again and again."""
    board.write_text(stories.text("sh010", head=SHORT))

    def buggy(_event):
        raise ZeroDivisionError

    with Watching(board, buggy) as watching:
        assert isinstance(watching.next(Begun), Begun)
        assert isinstance(watching.news.get(timeout=BOUND), ZeroDivisionError)
