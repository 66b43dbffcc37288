"""What a paid take can come to without a clip and without a fault of anybody's."""

from __future__ import annotations

from pipeline.errors import StoryreelError
from pipeline.journal.attempt import Attempt


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
            f"storyreel settle {attempt.board} {attempt.shot} --made JOB | --not-made | --again.",
        )
        self.attempt = attempt


class LostJobError(StoryreelError):
    """The vendor does not know a job any more that was paid for."""

    code = "lost-job"

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(
            f"{attempt.route} does not have the clip of {attempt.shot} any more.",
            details="It was paid for. It is not ordered again by itself.",
            hint=f"To pay for it again: storyreel settle {attempt.board} {attempt.shot} --again.",
        )
        self.attempt = attempt


class KeptForLaterError(StoryreelError):
    """A job is still out after its time; the next run looks again."""

    code = "kept-for-later"

    def __init__(self, attempt: Attempt, why: str = "it takes longer than a job should") -> None:
        super().__init__(
            f"{attempt.shot} is still out at {attempt.route}: {why}.",
            hint="Run storyreel render again later; the same job is looked at, none is sent.",
        )
        self.attempt = attempt


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


class NoRouteError(StoryreelError):
    """No route of the shot's can send what it uses."""

    exit_code = 6
    code = "no-route"

    def __init__(self, shot: str, model: str) -> None:
        super().__init__(
            f"No route in {shot}'s list can send its pictures to {model}.",
            hint="See storyreel routes, and name another in the board's `routes`.",
        )
