"""What a person found out of a job nobody knows about, written into the journal."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import UsageError
from pipeline.files import held_if_free
from pipeline.journal.attempt import Attempt
from pipeline.journal.journal import Journal
from pipeline.places import PROBE, turn_of
from pipeline.plan.selection import shot_named
from pipeline.planned import PlannedFilm
from pipeline.vendors.registry import handle_of

SETTLED = "settled by hand"


def settle(planned: PlannedFilm, shot: str, *, made: str | None, again: bool) -> str:
    """Settle a shot's uncertain, lost or unfetched take; what was written, in words.

    Args:
        planned: the board's plan.
        shot: the shot's name.
        made: the job's number at the vendor, if it was taken after all.
        again: let it go, charged or not, so that another can be ordered; without it and without
            ``made`` the take was not made, and nothing was charged.

    Raises:
        UsageError: the shot is unknown, or there is nothing to settle.
    """
    shot_named(planned.film, shot)
    return settle_in(planned.places.journal, planned.board.name, shot, made=made, again=again)


def settle_in(path: Path, board: str, shot: str, *, made: str | None, again: bool) -> str:
    """The same for a journal and any name in it; ``doctor --probe`` has no board.

    Raises:
        UsageError: there is nothing to settle.
    """
    if not path.exists():
        raise _nothing(shot)
    with Journal(path) as journal:
        key = _in_doubt(journal, board, shot, let_go=again).key
        # whoever has the take in hand may be waiting for its answer this moment
        with held_if_free(turn_of(path, key)) as mine:
            if not mine:
                raise UsageError(
                    f"A render has {shot} in hand.", hint="Settle it once that has ended."
                )
            attempt = _in_doubt(journal, board, shot, let_go=again)
            return _settled(journal, attempt, made=made, again=again)


def _settled(journal: Journal, attempt: Attempt, *, made: str | None, again: bool) -> str:
    if made is not None:
        handle = handle_of(attempt.route, made)
        journal.move(attempt.id, "submitted", detail=SETTLED, handle=dict(handle))
        return f"job {made} at {attempt.route} is fetched by the next {_run(attempt.board)}"
    charged = attempt.charged if again else "no"
    journal.move(attempt.id, "abandoned", detail=SETTLED, charged=charged)
    return "it may be ordered again" if again else "nothing was charged; it may be ordered"


def _in_doubt(journal: Journal, board: str, shot: str, *, let_go: bool) -> Attempt:
    """The attempt to settle; also one whose clip is done and cannot be had may be let go."""
    states = ("uncertain", "lost", "sending", *(("succeeded",) if let_go else ()))
    doubtful = [
        attempt
        for attempt in journal.live()
        if (attempt.board, attempt.shot) == (board, shot) and attempt.state in states
    ]
    if not doubtful:
        raise _nothing(shot)
    return doubtful[-1]


def _run(board: str) -> str:
    return "probe" if board == PROBE else "render"


def _nothing(shot: str) -> UsageError:
    return UsageError(
        f"Nothing is in doubt about {shot}.", hint="See storyreel status, or storyreel journal."
    )
