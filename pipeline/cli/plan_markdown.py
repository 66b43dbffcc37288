"""The plan as Markdown: what a reviewer reads of it on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.chains_told import chain_warnings, chains_of_plan
from pipeline.cli.markdown import folded, quoted, sentence, spelled, table
from pipeline.errors import StoryreelError
from pipeline.money import Total

if TYPE_CHECKING:
    from pipeline.api import PlannedFilm
    from pipeline.plan.step import Step
    from pipeline.storyboard.fault import Fault

LIMIT = 60_000
"""Bytes of all of it: GitHub refuses a comment of more than 65,536 characters (422, "body is too
long"; github.com/danger/danger/issues/424)."""

_IN_SIGHT = 40  # rows of a table, or lines of a list, that are not folded


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A board that could not be planned, and why."""

    file: Path
    error: StoryreelError


@dataclass(frozen=True, slots=True)
class _Section:
    """What is said of one board: at length, and in a line where there is no room."""

    whole: str
    short: str


def plan_as_markdown(told: Sequence[PlannedFilm | Unplanned]) -> str:
    """Plans of several boards as GitHub's Markdown, without a line break at its end.

    Args:
        told: what is known of each board, in the order they were asked for.
    """
    sections = [_unplanned(one) if isinstance(one, Unplanned) else _planned(one) for one in told]
    if len(told) > 1:
        sections.insert(0, _in_all(told))
    parts = [section.whole for section in sections]
    for index in reversed(range(len(parts))):  # the last gives way first
        if _bytes(parts) <= LIMIT:
            break
        parts[index] = sections[index].short
    return _cut("\n\n".join(parts))


def _in_all(told: Sequence[PlannedFilm | Unplanned]) -> _Section:
    planned = [one for one in told if not isinstance(one, Unplanned)]
    making = sum(len(one.plan.to_make) for one in planned)
    boards = f"{len(planned)} of {len(told)} boards planned"
    certain = Total.added(one.plan.certain for one in planned)
    at_most = Total.added(one.plan.at_most for one in planned)
    sums = f"{_shots(making)} to make: {_price(certain, at_most)}" if making else "nothing to make"
    line = f"**{boards}, {sums}.**"
    return _Section(line, line)


def _planned(planned: PlannedFilm) -> _Section:
    plan, name = planned.plan, quoted(planned.board.name)
    line = _headline(planned)
    drifted = chain_warnings(chains_of_plan(planned))
    warnings = [
        *_faults(planned.board.warnings, str(planned.board.path)),
        *(f"- warning: {sentence(words)}" for words in drifted),
    ]
    if not plan.to_run and not plan.stuck:
        line = f"**{name}**: {line}"
        return _Section("\n\n".join([line, *warnings]), line)
    kind = "draft of " if planned.draft else ""
    heading = f"### {kind}{name}: {spelled(planned.film.title)}, {_length(planned)}"
    parts = [heading, line, *_tables(plan.every)]
    if plan.left_out:
        parts.append(f"Left out: {_shots(len(plan.left_out))}.")
    short = f"**{kind}{name}**: {line} The shots are told by `storyreel plan`."
    return _Section("\n\n".join([*parts, *warnings]), short)


def _length(planned: PlannedFilm) -> str:
    from pipeline.cli.plan import length_words, planned_length
    from pipeline.timing import spell_seconds

    return length_words(planned_length(planned), spell_seconds)


def _headline(planned: PlannedFilm) -> str:
    """One line: how many shots are made at what price, and what else there is."""
    plan = planned.plan
    made, shots = len(plan.to_make), _shots(len(plan.steps))
    further = sum(1 for step in plan.to_make if step.further)
    what = f"{made} takes of {shots}" if further else f"{made} of {shots}"
    parts = [f"{what} to make: {_price(plan.certain, plan.at_most)}"]
    if not made:
        parts = [f"nothing to make, {shots}"]
    for verb, words in _BESIDE.items():
        if count := sum(step.verb == verb for step in plan.every):
            parts.append(f"{count} {words}")
    line = f"{', '.join(parts)}."
    return f"**{line}**" if made else line


_BESIDE = {
    "resume": "paid and under way",
    "fetch": "paid before, to be fetched again",
    "missing": "paid before, not in this store",
    "uncertain": "uncertain",
    "failed": "failed before",
}
_FOLDED = {
    "fetch": "paid before, to be fetched again",
    "missing": "paid before, not in this store",
    "reuse": "reused",
}


def _price(certain: Total, at_most: Total) -> str:
    if certain == at_most:
        return spelled(str(at_most))
    return f"{spelled(str(certain))} certain, {spelled(str(at_most))} at most"


def _tables(steps: Sequence[Step]) -> Iterator[str]:
    """What is to be done in sight; what is there, or only not here, folded."""
    doing = [step for step in steps if step.verb not in _FOLDED]
    if doing:
        yield _table(doing[:_IN_SIGHT])
    if more := doing[_IN_SIGHT:]:
        yield folded(f"{len(more)} more", _table(more))
    for verb, words in _FOLDED.items():
        if those := [step for step in steps if step.verb == verb]:
            yield folded(f"{len(those)} {words}", _table(those))


def _table(steps: Sequence[Step]) -> str:
    headers = ("shot", "", "why", "route", "seconds", "price")
    return table(headers, [_row(step) for step in steps], right=(4, 5))


def _row(step: Step) -> tuple[str, ...]:
    from pipeline.plan.price import billed_seconds
    from pipeline.timing import spell_seconds

    shot, making = step.shot, step.verb == "make"
    billed, seconds = billed_seconds(shot), spell_seconds(shot.wanted)
    if making and billed and billed != shot.wanted:
        seconds = f"{seconds}, billed {spell_seconds(billed)}"
    renamed = f", renamed from {step.renamed_from}" if step.renamed_from else ""
    return (
        quoted(step.label),
        step.verb,
        spelled(f"{step.action}{renamed}"),
        ", else ".join(spelled(name) for name in (step.route, *step.others) if making and name),
        seconds,
        spelled(str(step.price or "unknown")) if making else "",
    )


def _unplanned(one: Unplanned) -> _Section:
    from pipeline.storyboard.diagnostics import BoardFaultsError

    error, name = one.error, quoted(str(one.file))
    if isinstance(error, BoardFaultsError):
        faults = [fault for fault in error.faults if fault.severity == "error"]
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        short = f"**{name} has {count}; nothing can be made of it.**"
        listed = _faults(error.faults, error.file)
        return _Section("\n\n".join([f"### {name}", short, *listed]), short)
    words = [sentence(part) for part in (error.brief, error.details, error.hint) if part]
    short = f"**{name} cannot be planned.** {' '.join(words)}"
    return _Section(f"### {name}\n\n{short}", short)


def _faults(faults: Sequence[Fault], file: str) -> Iterator[str]:
    """The faults as a list by place; a long list is folded from its middle on."""
    lines = [_fault(fault, file) for fault in faults]
    if lines:
        yield "\n".join(lines[:_IN_SIGHT])
    if more := lines[_IN_SIGHT:]:
        yield folded(f"{len(more)} more", "\n".join(more))


def _fault(fault: Fault, file: str) -> str:
    place = quoted(f"{file}:{fault.span.line}:{fault.span.column}")
    told = f"- {fault.severity} at {place}: {sentence(fault.message)}"
    return f"{told} ({sentence(fault.help)})" if fault.help else told


def _shots(count: int) -> str:
    return f"{count} shot{'s' if count != 1 else ''}"


def _bytes(parts: Sequence[str]) -> int:
    return len("\n\n".join(parts).encode())


def _cut(text: str) -> str:
    """Whole lines up to the limit: of hundreds of boards even the short lines are too many."""
    if len(text.encode()) <= LIMIT:
        return text
    kept = text.encode()[:LIMIT].decode(errors="ignore").rpartition("\n")[0]
    return f"{kept}\n\nThe rest is told by `storyreel plan`."
