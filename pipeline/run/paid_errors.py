"""What a paid take can come to without a clip and without a fault of anybody's."""

from __future__ import annotations

from shlex import quote

from pipeline.errors import StoryreelError
from pipeline.journal.attempt import Attempt
from pipeline.models.catalog import routes
from pipeline.plan.step import Ended, Missing, Stuck, Uncertain


class UncertainError(StoryreelError):
    """Nobody knows whether a job was taken; a person has to settle it."""

    code = "uncertain"

    def __init__(self, attempt: Attempt) -> None:
        price = (
            "an unknown price"
            if attempt.estimate is None
            else (f"{float(attempt.estimate):g} {attempt.unit}")
        )
        super().__init__(
            f"{attempt.shot} was sent to {attempt.route} and the answer was lost.",
            details=f"It may have cost {price}. It is left alone until you settle it.",
            hint=f"Look at your jobs at {attempt.route}, then run one of: "
            f"{_settle(attempt)} --made JOB | --not-made | --again.",
        )
        self.attempt = attempt


class LostJobError(StoryreelError):
    """The clip of a job that was paid for cannot be had: the job or its link is dead."""

    code = "lost-job"

    def __init__(self, attempt: Attempt) -> None:
        why = (attempt.error or "nobody knows why").splitlines()[0].rstrip(".")
        super().__init__(
            f"The clip of {attempt.shot} cannot be had from {attempt.route}: {why}.",
            details="It was paid for. It is not ordered again by itself.",
            hint=f"To look for it again: {_settle(attempt)} --made JOB. To pay for another: the "
            "same with --again.",
        )
        self.attempt = attempt


class ClipLostError(StoryreelError):
    """The vendor no more has the clip of a take that was paid for; it is in no store here."""

    code = "clip-lost"

    def __init__(self, shot: str, route: str, why: str) -> None:
        super().__init__(
            f"The clip of {shot} is not here, and {route} has it no more: {why}.",
            details="It was paid for before. It is not paid for again by itself.",
            hint="Get it from somebody who has it: storyreel pack there, storyreel unpack here. "
            "Or pay again with --remake-missing.",
        )


class UnreachableJobError(StoryreelError):
    """The clip of a take that was paid for may be had by its job, but not now."""

    code = "unreachable-job"

    def __init__(self, shot: str, route: str, why: str, hint: str) -> None:
        super().__init__(
            f"The clip of {shot} is not here, and {route} cannot be asked for it: {why}.",
            details="It was paid for before; fetching it again costs nothing.",
            hint=hint,
        )


class MovedOnError(StoryreelError):
    """Fetching clips again brought other frames than were planned with; nothing is ordered."""

    code = "moved-on"

    def __init__(self, shot: str) -> None:
        super().__init__(
            f"{shot} starts on a frame that is not what it was when its take was made.",
            details="Nothing was ordered for it.",
            hint="Run storyreel plan to see what it would cost now, and render again.",
        )


class UnfetchedError(StoryreelError):
    """A clip is done and cannot be downloaded now; the job and its link stay in the journal."""

    code = "unfetched"

    def __init__(self, attempt: Attempt, error: StoryreelError) -> None:
        super().__init__(
            error.brief,
            details="It was paid for, and stays in the journal.",
            hint="Run storyreel render again to fetch it. To let it go and pay for another: "
            f"{_settle(attempt)} --again.",
        )
        self.attempt = attempt


class KeptForLaterError(StoryreelError):
    """A job is still out after its time; the next run looks again."""

    code = "kept-for-later"

    def __init__(self, attempt: Attempt, why: str = "it takes longer than a job should") -> None:
        super().__init__(
            f"{attempt.shot} is still out at {attempt.route}: {why}.",
            hint=f"Run storyreel render again {_when(attempt.route)}; the same job is looked at, "
            "none is sent.",
        )
        self.attempt = attempt


def _when(route: str) -> str:
    """How soon a job must be looked at again, where its vendor forgets it."""
    known = routes().get(route)
    if known is None or known.job_state_seconds is None:
        return "later"
    minutes = known.job_state_seconds / 60
    return f"soon: {known.title} forgets a job {minutes:g} minutes after its end"


class EndedBeforeError(StoryreelError):
    """The take failed or was refused in an earlier run; it is not ordered again by itself."""

    code = "failed-before"

    def __init__(self, attempt: Attempt) -> None:
        words = (attempt.error or attempt.state).splitlines()[0].rstrip(".")
        super().__init__(
            f"{attempt.shot} ended without a clip before: {words}.",
            hint="Change its prompt or pictures, or order it again with --retry-failed 1.",
        )
        self.attempt = attempt


class UnansweredError(StoryreelError):
    """A submission may have been taken, and the vendor cannot be asked about it just now."""

    code = "unanswered"

    def __init__(self, attempt: Attempt, error: StoryreelError) -> None:
        super().__init__(
            f"{attempt.shot} was sent to {attempt.route} and no answer came: {error.brief}",
            details="It may have been taken. It is not sent as a new job.",
            hint="Run storyreel render again later: the same job is asked for under its own key, "
            f"and charged once. If it is not among your jobs at {attempt.route}: "
            f"{_settle(attempt)} --not-made.",
        )
        self.attempt = attempt


class StuckError(StoryreelError):
    """A step of the plan that a person has to decide about; nothing is ordered."""

    code = "stuck"

    def __init__(self, shot: str, action: Stuck) -> None:
        details: str | None = None
        match action:
            case Uncertain():
                brief = f"{shot} is in doubt: {action.words}."
                details = "It may have been charged. It is left alone until you settle it."
                hint = (
                    "Look at your jobs at the vendor, then run one of: storyreel settle BOARD "
                    f"{shot} --made JOB | --not-made | --again."
                )
            case Ended():
                brief = f"{shot} ended without a clip before: {action.words.rstrip('.')}."
                hint = "Change its prompt or pictures, or order it again with --retry-failed 1."
            case Missing():
                brief = f"{shot} was paid for before, and its clip is {action.state} here."
                note = f" {action.note}." if action.note else ""
                details = f"Clip {action.clip}.{note} It is not paid for again by itself."
                hint = (
                    "Get it from somebody who has it (storyreel pack there, storyreel unpack "
                    "here), or pay again with --remake-missing."
                )
        super().__init__(brief, details=details, hint=hint)


class NoRouteError(StoryreelError):
    """No route of the shot's can send what it uses."""

    exit_code = 6
    code = "no-route"

    def __init__(self, shot: str, model: str) -> None:
        super().__init__(
            f"No route in {shot}'s list can send its pictures to {model}.",
            hint="See storyreel routes, and name another in the board's `routes`.",
        )


def _settle(attempt: Attempt) -> str:
    """The command that settles it, as a shell takes it."""
    which = f" --variation {attempt.variation}" if attempt.variation > 1 else ""
    return f"storyreel settle {quote(attempt.board)} {attempt.shot}{which}"
