"""From a planned film to what a report tells of it: lock, store and journal looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pipeline.film.expected import expected_timeline, laid_out
from pipeline.film.timeline import Timeline
from pipeline.ids import ShotId
from pipeline.plan.step import Reuse, Step, Stuck
from pipeline.planned import PlannedFilm, serving_clips
from pipeline.reporting.accounts import Accounts
from pipeline.reporting.discreet import discreet
from pipeline.reporting.last_run import Deed, LastRun
from pipeline.reporting.outputs import outputs_told
from pipeline.reporting.shots import shot_told
from pipeline.reporting.told import ArrowTold, Report, ShotTold, Span, TroubleTold
from pipeline.sidecars.drawn_graph import arrows, as_text
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Film


def gather(planned: PlannedFilm, run: LastRun) -> Report:
    """Everything the report of a film tells.

    Args:
        planned: planned after the last render, so that its steps say how things stand.
        run: what the last render did.

    Raises:
        StoryreelError: the journal cannot be read.
    """
    film, places = planned.film, planned.places
    clips = serving_clips(planned)
    spans, frames = spans_of(film, laid_out(film, clips), clips)
    accounts = Accounts.of(planned)
    steps = {step.shot.id: step for step in planned.plan.steps}
    shots = tuple(
        shot_told(planned, shot, steps.get(shot.id), span, run, accounts)
        for shot, span in zip(film.shots, spans, strict=True)
    )
    asked: dict[str, Fraction] = {shot.id: shot.asked for shot in film.shots}
    return Report(
        title=film.title,
        board=planned.board.name,
        draft=planned.draft is not None,
        width=film.size.width,
        height=film.size.height,
        rate=film.rate,
        frames=frames,
        film=quote(places.film.name) if places.film.is_file() else None,
        shots=shots,
        arrows=tuple(ArrowTold(*arrow) for arrow in arrows(film)),
        longest=planned.graph.critical_path(asked),
        outline=as_text(film, planned.graph),
        spent=accounts.lines,
        spent_total=accounts.total,
        spent_by=accounts.kept_by,
        free_takes=accounts.free_takes,
        at_most=str(planned.plan.at_most) if planned.plan.to_make else "",
        troubles=tuple(_troubles(planned, steps, run, shots)),
        outputs=outputs_told(planned, clips),
    )


def spans_of(
    film: Film, timeline: Timeline | None, clips: Mapping[ShotId, Clip]
) -> tuple[tuple[Span, ...], int]:
    """Where each shot stands in the film, and how many frames that has.

    Exact where it could be laid out; else a shot without its clip is as long as is asked of it.
    """
    if not film.shots:
        return (), 0
    timeline = timeline or expected_timeline(film, clips)
    spans = (
        Span(start, cut.frames, cut.overlap)
        for start, cut in zip(timeline.starts, timeline.cuts, strict=True)
    )
    return tuple(spans), timeline.frames


def _troubles(
    planned: PlannedFilm, steps: Mapping[ShotId, Step], run: LastRun, shots: tuple[ShotTold, ...]
) -> Iterator[TroubleTold]:
    """Failures of the last render and what needs a person, then warnings."""
    deeds: dict[str, list[tuple[str, Deed]]] = {}
    for label, deed in run.shots.items():
        name, _, which = label.partition(" ")  # of a further take
        deeds.setdefault(name, []).append((which, deed))
    for shot in planned.film.shots:
        found = deeds.get(shot.id, ())
        yield from _troubles_of(planned.places.root, shot.id, steps.get(shot.id), found)
    for fault in planned.board.warnings:
        yield TroubleTold("warning", fault.message, fault.help, fault.shot, fault.span.line)
    for told in shots:
        for note in told.serving.notes if told.serving else ():
            yield TroubleTold("warning", note, None, told.id)


def _troubles_of(
    root: Path, name: ShotId, step: Step | None, deeds: Iterable[tuple[str, Deed]]
) -> Iterator[TroubleTold]:
    """What failed of a shot, its further takes included, as far as it is not put right since."""
    stands = step is not None and isinstance(step.action, Reuse)
    told = False
    for which, deed in deeds:
        kind = _KINDS.get(deed.did)
        if kind is None or (stands and not which):
            continue
        hint = discreet(deed.hint, root) if deed.hint else None
        words = f"{which}: {deed.why}" if which else deed.why
        yield TroubleTold(kind, discreet(words, root), hint, name)
        told = True
    if step and isinstance(step.action, Stuck) and not told:
        yield TroubleTold("failed", discreet(str(step.action), root), None, name)


_KINDS: dict[str, Literal["failed", "skipped"]] = {"failed": "failed", "skipped": "skipped"}
