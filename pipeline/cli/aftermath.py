"""What a render that did not come to its end tells machines: why, and how to go on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.cli.walls import agreed, board_of
from pipeline.cli.words import LINES, MONEY, Words, also, command_of, shared, way, without
from pipeline.errors import ShotsFailedError, StoppedError, StoryreelError, Way
from pipeline.money import Total
from pipeline.plan.step import Ended, Make, Missing, Uncertain

if TYPE_CHECKING:
    from pipeline.plan.step import Step
    from pipeline.planned import PlannedFilm
    from pipeline.run.runner import Outcome

_OUT = frozenset({"unanswered", "kept-for-later", "unfetched", "unreachable-job", "live-attempt"})
_ENDED = frozenset({"failed-before", "refused", "job-failed"})
_DOUBTFUL = frozenset({"uncertain", "lost-job"})
_KEYS = frozenset({"key-refused", "no-money", "not-connected", "no-publisher", "no-route"})
_MOST_SETTLED = 5


def what_happened(
    planned: PlannedFilm, outcome: Outcome, words: Sequence[str], *, stopped: bool
) -> StoryreelError | None:
    """A run that left something undone as an error, with its ways on; ``None`` where all is done.

    Args:
        planned: what was planned.
        outcome: what came of it.
        words: the command line.
        stopped: somebody stopped it.
    """
    if outcome.whole and not stopped:
        return None
    said = tuple(words)
    if stopped:
        again = _again(planned, outcome, said, "goes on where it was stopped; jobs that are out "
                       "are not ordered twice")  # fmt: skip
        return StoppedError("It was stopped; what was finished is kept.").with_ways([again])
    failed = ", ".join(sorted(outcome.failed))
    skipped = f" Not begun for want of them: {', '.join(sorted(outcome.skipped))}."
    return ShotsFailedError(
        f"No clip was made for {failed}.",
        details="\n".join(f"{name}: {error.brief}" for name, error in outcome.failed.items())
        + (f"\n{skipped.strip()}" if outcome.skipped else ""),
        hint="What was made is kept. Each failed event has the reason of its shot.",
    ).with_ways(tuple(_ways(planned, outcome, said)))


def _ways(planned: PlannedFilm, outcome: Outcome, words: Words) -> Iterable[Way]:
    """The free ones first."""
    kinds = _by_kind(planned, outcome)
    if "out" in kinds:
        yield _again(planned, outcome, words, "asks for the jobs that are out, and goes on")
    if not outcome.cuttable(planned.plan):
        why = "the film as far as it is, with marked animatics where a clip is missing"
        shown = ("assemble", board_of(planned), *shared(words), "--stand-ins", "--json")
        yield way(shown, "free", why)
    if "keys" in kinds:
        yield way(("doctor", "--online", "--json"), "free", "asks the vendors how each key stands")
    for step in kinds.get("doubtful", [])[:_MOST_SETTLED]:
        lost = outcome.failed[step.label].code == "lost-job"
        yield from _settled(planned, step, lost=lost)
    if steps := kinds.get("ended"):
        more = ("--retry-failed", "1")
        yield _bought(planned, steps, words, more, "orders what failed or was refused once more")
    if steps := kinds.get("missing"):
        why = "pays again for clips that are gone; storyreel unpack brings them free of charge"
        yield _bought(planned, steps, words, ("--remake-missing",), why)
    if "wall" in kinds:
        yield from _past_the_ceiling(planned, outcome, words)
    if "again" in kinds and "out" not in kinds:
        yield _again(planned, outcome, words, "tries again what failed, and nothing else")


def _by_kind(planned: PlannedFilm, outcome: Outcome) -> dict[str, list[Step]]:
    steps = {step.label: step for step in planned.plan.every}
    found: dict[str, list[Step]] = {}
    for label, error in outcome.failed.items():
        if label in steps:
            found.setdefault(_kind(steps[label], error), []).append(steps[label])
    return found


def _kind(step: Step, error: StoryreelError) -> str:
    for codes, kind in ((_OUT, "out"), (_ENDED, "ended"), (_DOUBTFUL, "doubtful"), (_KEYS, "keys")):
        if error.code in codes:
            return kind
    match step.action:
        case Uncertain():
            return "doubtful"
        case Ended():
            return "ended"
        case Missing():
            return "missing"
        case _:
            return {"wall": "wall", "clip-lost": "missing"}.get(error.code, "again")


def _again(planned: PlannedFilm, outcome: Outcome, words: Words, why: str) -> Way:
    """The same command line; it costs what is still to be made, and was agreed to before."""
    left = [
        step.price
        for step in planned.plan.every
        if isinstance(step.action, Make)
        and (step.label in outcome.failed or step.shot.id not in outcome.clips)
        and _kind(step, outcome.failed.get(step.label, StoryreelError(""))) != "out"
    ]
    said = words if command_of(words) in LINES else ("render", board_of(planned), "--json")
    return way(said, str(Total.of(left)), why)


def _settled(planned: PlannedFilm, step: Step, *, lost: bool) -> Iterable[Way]:
    """What a person may find on the vendor's own pages, and says then; nobody else can know.

    Of a ``lost`` job it is known that it was made.
    """
    several = step.key and any(one.shot.id == step.shot.id for one in planned.plan.further)
    which = ("--key", step.key) if step.key and several else ()
    told = ("settle", board_of(planned), step.shot.id, *which)
    # never plainly free: whoever says one of them too early pays twice
    costs = f"{step.price or 'unknown'} at the next render"
    if not lost:
        look = "only once a person saw on the vendor's pages that there is no such job"
        yield way((*told, "--not-made", "--json"), costs, look)
    why = "lets the job go, charged or not; the next render orders and pays another"
    yield way((*told, "--again", "--json"), costs, why)


def _bought(
    planned: PlannedFilm, steps: Sequence[Step], words: Words, more: Words, why: str
) -> Way:
    shots = dict.fromkeys(step.shot.id for step in steps)
    named = [word for name in shots for word in ("--shot", name)]
    base = ("render", board_of(planned), *shared(words), "--json", *named, *more)
    return agreed(steps, base, why)


def _past_the_ceiling(planned: PlannedFilm, outcome: Outcome, words: Words) -> Iterable[Way]:
    """Spending told, then the same without this run's own wall; the project's is a person's."""
    yield way(("status", board_of(planned), *shared(words), "--spend", "--json"), "free",
              "what was spent, what is out, and in which month")  # fmt: skip
    walls = {getattr(error, "wall", "") for error in outcome.failed.values()}
    if walls & {"run", "jobs"} and "project" not in walls:
        steps = [step for step in planned.plan.to_make if step.shot.id not in outcome.clips]
        yield agreed(steps, also(without(words, MONEY)), "what the wall kept from being ordered")
