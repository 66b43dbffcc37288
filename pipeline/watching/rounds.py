"""One round: plan the draft, make what is missing, cut the film; or say why not."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.api import FramesTold, plan_film, render_film
from pipeline.errors import StoryreelError, ToolStoppedError, of_the_system
from pipeline.files import held_if_free
from pipeline.plan.step import ToRun
from pipeline.run.events import Listener, nobody
from pipeline.storyboard.resolver import Draft
from pipeline.watching.told import Begun, Done, Faulty, Overtaken, Tell, Waiting

if TYPE_CHECKING:
    from pipeline.planned import PlannedFilm
    from pipeline.watching.told import Why

_BEAT = 0.2  # seconds between two looks whether another process is done


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched, and who hears of it.

    Args:
        board: the board.
        draft: how its draft is made; a watch never orders anything.
        flags: settings from a command line, by name.
        tell: told how rounds go, from one thread.
        listen: told what happens to the shots meanwhile.
        frames: told how many of the film's frames are cut, and of how many.
    """

    board: Path
    draft: Draft
    tell: Tell
    flags: Mapping[str, str | None] | None = None
    listen: Listener = nobody
    frames: FramesTold | None = None


def make_round(
    watched: Watched,
    changed: tuple[Path, ...],
    stop: threading.Event,
    clock: Callable[[], float],
) -> None:
    """Make the film of the files as they are, and tell how that went.

    What a person can put right is told, not raised: the watch goes on.

    Args:
        watched: what is watched.
        changed: the files that changed since the round before.
        stop: when set, the round is in vain and ends soon; what is finished is kept.
        clock: seconds, for how long it took.
    """
    try:
        _make(watched, changed, stop, clock)
    except ToolStoppedError as error:
        watched.tell(Overtaken(changed) if stop.is_set() else Faulty(error, changed))
    except StoryreelError as error:
        watched.tell(Faulty(error, changed))
    except (OSError, MemoryError) as error:
        watched.tell(Faulty(of_the_system(error), changed))


def _make(
    watched: Watched,
    changed: tuple[Path, ...],
    stop: threading.Event,
    clock: Callable[[], float],
) -> None:
    begin = clock()
    planned = _planned(watched)
    with _turn(planned, watched, stop) as waited:
        if waited:
            planned = _planned(watched)  # the other one has moved lock and store
        if stop.is_set():
            watched.tell(Overtaken(changed))
            return
        shots = _to_make(planned)
        watched.tell(Begun(shots, changed))
        rendered = render_film(planned, listen=watched.listen, tell=watched.frames, stop=stop)
    if rendered.outcome.stopped:
        watched.tell(Overtaken(changed))
    else:
        watched.tell(Done(shots, changed, rendered, clock() - begin))


def _planned(watched: Watched) -> PlannedFilm:
    return plan_film(watched.board, draft=watched.draft, flags=watched.flags)


def _to_make(planned: PlannedFilm) -> Why:
    steps = planned.plan.every
    return {step.label: str(step.action) for step in steps if isinstance(step.action, ToRun)}


@contextlib.contextmanager
def _turn(planned: PlannedFilm, watched: Watched, stop: threading.Event) -> Iterator[bool]:
    """Have the draft's render alone among processes; whether another one had it before.

    Unlike ``my_turn`` this gives up waiting when it is to stop.
    """
    waited = False
    while not stop.is_set():
        with held_if_free(planned.places.turn) as mine:
            if mine:
                yield waited
                return
        if not waited:
            watched.tell(Waiting())
        waited = True
        stop.wait(_BEAT)
    yield waited
