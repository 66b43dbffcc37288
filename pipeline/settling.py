"""What a person found out of a job nobody knows about, written into the journal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join

from pipeline.errors import UsageError, Way
from pipeline.files import held_if_free
from pipeline.ids import TakeKey
from pipeline.journal.attempt import Attempt
from pipeline.journal.journal import Journal
from pipeline.places import PROBE, turn_of
from pipeline.plan.selection import shot_named
from pipeline.planned import PlannedFilm
from pipeline.vendors.registry import handle_of

SETTLED = "settled by hand"

_IN_DOUBT = ("uncertain", "lost", "sending")
_SHORT = 12  # letters of a key, if so many tell it from the others


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person found.

    ``made`` is the job's number at the vendor, if it was taken after all; ``again`` lets it go,
    charged or not, so that another can be ordered; with neither the take was not made and nothing
    was charged.
    """

    made: str | None = None
    again: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """How it is said on a command line."""
        if self.made is not None:
            return "--made", self.made
        return ("--again",) if self.again else ("--not-made",)


@dataclass(frozen=True, slots=True)
class Which:
    """Which of a shot's jobs is meant: of a variation, of a key or how one begins, or the one."""

    variation: int | None = None
    key: str = ""

    def means(self, attempt: Attempt) -> bool:
        """Whether it may be this job."""
        right = self.variation is None or attempt.variation == self.variation
        return right and attempt.key.startswith(self.key)


class NothingInDoubtError(UsageError):
    """There is no such job."""


def settle(planned: PlannedFilm, shot: str, found: Finding, which: Which) -> str:
    """Settle a shot's uncertain, lost or unfetched take; what was written, in words.

    A job that was sent under another name of the shot, or by another board, is its as well.

    Raises:
        UsageError: the shot is unknown, there is nothing to settle, or several jobs could be meant.
    """
    keys = {step.key for step in planned.plan.every if step.shot.id == shot and step.key}
    try:
        return settle_in(planned.places.journal, planned.board.name, shot, found, which, keys)
    except NothingInDoubtError:
        shot_named(planned.film, shot)  # a name that nobody knows is told as that
        raise


def settle_in(
    path: Path,
    board: str,
    shot: str,
    found: Finding,
    which: Which,
    keys: Collection[TakeKey] = (),
) -> str:
    """The same for a journal and any name in it; ``doctor --probe`` has no board.

    Raises:
        UsageError: there is nothing to settle, or several jobs could be meant.
    """
    if not path.exists():
        raise _nothing(shot)
    with Journal(path) as journal:
        key = _the_one(_doubtful(journal, board, shot, keys, found), board, shot, found, which).key
        # whoever has the take in hand may be waiting for its answer this moment
        with held_if_free(turn_of(path, key)) as mine:
            if not mine:
                raise UsageError(
                    f"A render has {shot} in hand.", hint="Settle it once that has ended."
                )
            still = [one for one in _doubtful(journal, board, shot, keys, found) if one.key == key]
            if not still:
                raise _nothing(shot)
            return _settled(journal, still[0], found)


def _settled(journal: Journal, attempt: Attempt, found: Finding) -> str:
    if found.made is not None:
        handle = handle_of(attempt.route, found.made)
        journal.move(attempt.id, "submitted", detail=SETTLED, handle=dict(handle))
        return f"job {found.made} at {attempt.route} is fetched by the next {_run(attempt.board)}"
    charged = attempt.charged if found.again else "no"
    journal.move(attempt.id, "abandoned", detail=SETTLED, charged=charged)
    return "it may be ordered again" if found.again else "nothing was charged; it may be ordered"


def _doubtful(
    journal: Journal, board: str, shot: str, keys: Collection[TakeKey], found: Finding
) -> list[Attempt]:
    """The shot's jobs to settle; also those whose clip is done and cannot be had may be let go."""
    states = (*_IN_DOUBT, "succeeded") if found.again else _IN_DOUBT
    return [
        attempt
        for attempt in journal.live()
        if attempt.state in states
        and ((attempt.board, attempt.shot) == (board, shot) or attempt.key in keys)
    ]


def _the_one(
    doubtful: Sequence[Attempt], board: str, shot: str, found: Finding, which: Which
) -> Attempt:
    """The job that is meant; one that is merely not fetched yet only where no other is."""
    meant = [attempt for attempt in doubtful if which.means(attempt)]
    meant = [one for one in meant if one.state in _IN_DOUBT] or meant
    if len(meant) == 1:
        return meant[0]
    if not doubtful:
        raise _nothing(shot)
    raise _several(meant or doubtful, board, shot, found)


def _several(jobs: Sequence[Attempt], board: str, shot: str, found: Finding) -> UsageError:
    """Nobody but a person can say which: each is told with the command that means it alone."""
    commands = [
        ("storyreel", "settle", board, shot, *words_for(one, jobs), *found.words) for one in jobs
    ]
    told = [f"{_told(one)}: {join(words)}" for one, words in zip(jobs, commands, strict=True)]
    ways = [
        Way((*words, "--json"), _costs(one, found), f"only if this is the one: {_told(one)}")
        for one, words in zip(jobs, commands, strict=True)
    ]
    several = "several jobs are" if len(jobs) > 1 else "one job is"
    return UsageError(
        f"It is not said which job of {shot} is meant: {several} in doubt.",
        details="\n".join(told),
        hint="Find yours among your jobs at the vendor by its prompt and seed, and say it so.",
    ).with_ways(ways)


def words_for(attempt: Attempt, jobs: Sequence[Attempt]) -> tuple[str, str]:
    """What tells a job from the others in doubt: its variation, else the beginning of its key."""
    same = [one for one in jobs if one.variation == attempt.variation]
    if len(same) == 1 and attempt.variation:
        return "--variation", str(attempt.variation)
    length = _SHORT
    while sum(one.key.startswith(attempt.key[:length]) for one in jobs) > 1:
        length += 4
    return "--key", attempt.key[:length]


def _told(attempt: Attempt) -> str:
    import datetime as dt

    moment = dt.datetime.fromtimestamp(attempt.t_sending or attempt.t_intent).astimezone()
    seed = "" if attempt.seed is None else f", seed {attempt.seed}"
    state = {"sending": "sent, no answer", "succeeded": "made, not fetched"}
    which = f"variation {attempt.variation}" if attempt.variation else "of a seed of its own"
    return (
        f"{which}{seed}, {state.get(attempt.state, attempt.state)}, "
        f"{attempt.route}, {moment:%Y-%m-%d %H:%M:%S}"
    )


def _costs(attempt: Attempt, found: Finding) -> str:
    """What a finding may lead to; never plainly free where it may end in paying twice."""
    if found.made is not None:
        return "nothing; its clip is fetched by the next render"
    known = attempt.estimate is not None
    price = f"{float(attempt.estimate or 0):g} {attempt.unit}" if known else "unknown"
    return f"{price} at the next render"


def _run(board: str) -> str:
    return "probe" if board == PROBE else "render"


def _nothing(shot: str) -> NothingInDoubtError:
    return NothingInDoubtError(
        f"Nothing is in doubt about {shot}.", hint="See storyreel status, or storyreel journal."
    )
