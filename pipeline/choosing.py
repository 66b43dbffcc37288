"""Which take serves, as a person says it: picks, rejections, notes, orders of further takes.

All of it is written to the lock and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from pipeline.errors import StoryreelError, UsageError
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.makers.interface import Maker
from pipeline.media.facts import ClipFacts
from pipeline.named_takes import Change, block_of, change_block, note_words, step_named, take_named
from pipeline.plan.reasons import old_words
from pipeline.plan.serving import answers
from pipeline.plan.step import Make, Reuse, Step
from pipeline.plan.take import OWN_SEED, Note, ShotTakes, Take, TakeOrder
from pipeline.plan.wanted import orders_for
from pipeline.planned import PlannedFilm, rendered_first
from pipeline.planning import facts_of, plan_again
from pipeline.run.workshop import Workshop
from pipeline.timing import frame_on_screen, parse_length, spell_seconds, timecode


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of a choice; ``after`` is the plan as it is now, ``notes`` what it leads to.

    ``take`` is absent where a pick was taken away whose take the lock does not know any more.
    """

    shot: ShotId
    take: Take | None
    after: PlannedFilm
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What was chosen, as it is told: ``sh010 take 2``."""
        return f"{self.shot} take {self.take.number}" if self.take else f"the pick of {self.shot}"


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A take as it is listed.

    ``marks`` are of: serves, picked, held, rejected, other request; ``state`` of the clip: good,
    missing, torn; ``seconds`` is its length where it is here.
    """

    shot: ShotId
    take: Take
    marks: tuple[str, ...]
    state: str
    seconds: Fraction | None
    notes: tuple[str, ...]


def pick_take(planned: PlannedFilm, shot: str, number: int, *, hold: bool = False) -> Chosen:
    """Let a take serve; with ``hold`` also once its shot asks for something else.

    Frames that other shots start on are taken from it now, so that the plan knows what follows.

    Raises:
        UsageError: no such shot or take.
        LockFileError, StoreError, MediaError: lock or clip cannot be read or written.
    """
    step, take = take_named(planned, shot, number)
    frames = _frames(planned, step, take)

    def picked(block: ShotTakes) -> ShotTakes:
        takes = (replace(t, frames={**t.frames, **frames}) if t.clip == take.clip else t
                 for t in block.takes)  # fmt: skip
        rejected = block.rejected - {take.clip}
        return replace(block, pick=take.clip, held=hold, rejected=rejected, takes=tuple(takes))

    change_block(planned, step, picked)
    after = plan_again(planned)
    told = (*_about_pick(planned, step, take, hold=hold), *_consequences(planned, after, step))
    return Chosen(step.shot.id, take, after, told)


def clear_pick(planned: PlannedFilm, shot: str) -> Chosen:
    """Take a pick away: the lowest-numbered good take of the present request serves again.

    Another pick that was made since the plan stays.

    Raises:
        UsageError: no such shot, or nobody picked a take of it.
        LockFileError: the lock cannot be read or written.
    """
    step = step_named(planned, shot)
    was = block_of(planned, step)
    if was.pick is None:
        raise UsageError(
            f"{step.shot.id} has no pick to take away.",
            hint="Without one its lowest good take serves.",
        )

    def cleared(block: ShotTakes) -> ShotTakes:
        return replace(block, pick=None, held=False) if block.pick == was.pick else block

    return _chosen(planned, step, was.picked(), cleared)


def reject_take(planned: PlannedFilm, shot: str, number: int) -> Chosen:
    """Let a take never serve by itself again; its clip stays. Nothing is ordered.

    Raises:
        UsageError: no such shot or take.
        LockFileError: the lock cannot be read or written.
    """
    step, take = take_named(planned, shot, number)
    _refuse_unvaried(step)

    def rejected(block: ShotTakes) -> ShotTakes:
        was = block.pick == take.clip
        pick, held = (None, False) if was else (block.pick, block.held)
        return replace(block, pick=pick, held=held, rejected=block.rejected | {take.clip})

    return _chosen(planned, step, take, rejected)


def accept_take(planned: PlannedFilm, shot: str, number: int) -> Chosen:
    """Take a rejection back: the take may serve by itself again; it is not picked.

    Raises:
        UsageError: no such shot or take, or nobody rejected it.
        LockFileError: the lock cannot be read or written.
    """
    step, take = take_named(planned, shot, number)
    if take.clip not in block_of(planned, step).rejected:
        raise UsageError(
            f"{step.shot.id} take {take.number} is not rejected.",
            hint=f"To let it serve: storyreel pick {step.shot.id} {take.number}.",
        )

    def accepted(block: ShotTakes) -> ShotTakes:
        return replace(block, rejected=block.rejected - {take.clip})

    return _chosen(planned, step, take, accepted)


def _chosen(planned: PlannedFilm, step: Step, take: Take | None, change: Change) -> Chosen:
    change_block(planned, step, change)
    after = plan_again(planned)
    return Chosen(step.shot.id, take, after, tuple(_consequences(planned, after, step)))


def note_take(
    planned: PlannedFilm, shot: str, moment: str, text: str, *, number: int | None = None
) -> tuple[Take, Note]:
    """Write down what is to be said of a frame of the take that serves, or of another.

    Args:
        planned: the board's plan.
        shot: the shot's name.
        moment: since the clip's start: ``00:00:01:05``, ``1.2s``, ``29f`` (the film's frames).
        text: what is said.
        number: of the take; absent, of the one that serves.

    Raises:
        UsageError: no such shot, take or moment, or the clip is not here.
        LockFileError: the lock cannot be read or written.
    """
    step, take = take_named(planned, shot, number)
    return _noted(planned, step, take, text, lambda: _frame_at(planned, step, take, moment))


def note_frame(
    planned: PlannedFilm, shot: str, frame: int, text: str, *, number: int
) -> tuple[Take, Note]:
    """``note_take`` by the number of a frame of the clip of take ``number``, from 0.

    Raises:
        UsageError, LockFileError: as ``note_take``.
    """
    step, take = take_named(planned, shot, number)
    return _noted(
        planned, step, take, text, lambda: _inside(planned, step, take, frame, f"Frame {frame}")
    )


def _noted(
    planned: PlannedFilm, step: Step, take: Take, text: str, frame: Callable[[], int]
) -> tuple[Take, Note]:
    note = Note(take.clip, frame(), note_words(text))
    change_block(planned, step, lambda block: replace(block, notes=_with_note(block, note)))
    return take, note


def plan_retake(
    planned: PlannedFilm,
    shot: str,
    *,
    count: int = 1,
    seed: int | None = None,
    retry_failed: bool = False,
) -> PlannedFilm:
    """The plan that makes further takes of a shot's request, and nothing else of it.

    Raises:
        UsageError: the shot has no take yet, cannot vary so, or has those takes already.
    """
    step = step_named(planned, shot)
    request, block = step.as_said, block_of(planned, step)
    _refuse_unvaried(step)
    if not isinstance(step.action, Reuse) or request.key is None:
        raise UsageError(
            f"{step.shot.id} has no take of its present request that serves; nothing was ordered.",
            hint=f"Render it first: storyreel render {planned.board.name} --shot {step.shot.id}.",
        ).with_ways([rendered_first(planned, step.shot.id)])
    if seed is not None:
        _refuse_seed(step, seed)
    tried = _tried(planned)
    orders = orders_for(request, block, count, seed, tried)
    if not orders:
        raise UsageError(
            f"{step.shot.id} has a take with that seed already; nothing was ordered.",
            hint="Give another --seed, or none to take the next.",
        )
    name = step.shot.id
    return plan_again(planned, selected={name}, orders={name: orders}, retry_failed=retry_failed)


def order_takes(planned: PlannedFilm) -> None:
    """Write the further takes of a plan into the lock, so that whatever stops them they go on."""
    for step in planned.plan.further:
        if step.key:
            seed = step.request.seed if step.request.variation == OWN_SEED else None
            order = TakeOrder(step.key, step.request.variation, seed)
            change_block(planned, step, partial(_with_order, order))


def take_rows(planned: PlannedFilm, shot: str | None = None) -> tuple[TakeRow, ...]:
    """Every take of one shot or of all, in the order of the cut.

    Raises:
        UsageError: no such shot.
    """
    chosen = step_named(planned, shot).shot.id if shot else None
    steps = (one for one in planned.plan.steps if chosen in (None, one.shot.id))
    return tuple(row for step in steps for row in _rows(planned, step))


def _rows(planned: PlannedFilm, step: Step) -> Iterator[TakeRow]:
    block, store = block_of(planned, step), planned.store
    for take in sorted(block.takes, key=lambda take: take.number):
        state = store.state(take.clip)
        facts = store.clip(take.clip).facts if state == "good" else None
        rate = facts.rate if facts else planned.film.rate
        notes = sorted(n for n in ((n.frame, n.text) for n in block.notes if n.clip == take.clip))
        yield TakeRow(
            step.shot.id,
            take,
            tuple(_marks(step, block, take)),
            state,
            facts.frames / facts.rate if facts else None,
            tuple(f"{timecode(frame, rate)} {text}" for frame, text in notes),
        )


def _marks(step: Step, block: ShotTakes, take: Take) -> Iterator[str]:
    serves = step.action.take if isinstance(step.action, Reuse) else None
    if take.number == serves:
        yield "serves"
    if take.clip == block.pick:
        yield "held" if block.held else "picked"
    if take.clip in block.rejected:
        yield "rejected"
    if step.as_said.key and not answers(step.as_said, take):
        yield "other request"


def _frames(planned: PlannedFilm, step: Step, take: Take) -> dict[str, Digest]:
    if planned.store.state(take.clip) != "good":
        return {}
    workshop = Workshop(planned.film, planned.store, planned.lock, _no_maker)
    return workshop.frames_of(step.shot.id, planned.store.clip(take.clip))


def _no_maker(model: str) -> Maker:
    raise AssertionError(f"choosing makes nothing, least of all with {model}")


def _about_pick(planned: PlannedFilm, step: Step, take: Take, *, hold: bool) -> Iterator[str]:
    state = planned.store.state(take.clip)
    if state != "good":
        yield f"its clip is {state} here"
    request = step.as_said
    if request.key is None or answers(request, take):
        return
    facts = facts_of(planned.film, planned.lock, planned.store)
    old = old_words(facts, request, take)
    if hold:
        yield f"it was made {old}, and serves until another is picked"
    else:
        yield f"it was made {old}: it does not serve unless you pick it with --hold"


def _consequences(planned: PlannedFilm, after: PlannedFilm, step: Step) -> Iterator[str]:
    """What serves now, and what is to be made that was not before, with its price."""
    before = {one.shot.id: one for one in planned.plan.steps}
    for now in after.plan.steps:
        was = before.get(now.shot.id)
        mine = now.shot.id == step.shot.id
        if mine and isinstance(now.action, Reuse):
            yield f"now: {now.action}"
        elif isinstance(now.action, Make) and (mine or (was and was.action != now.action)):
            price = str(now.price) if now.price else "price unknown"
            yield f"{now.shot.id} is to be made: {now.action}; {price}"
        elif mine:
            yield f"now: {now.verb}, {now.action}"


def _frame_at(planned: PlannedFilm, step: Step, take: Take, moment: str) -> int:
    try:
        seconds = parse_length(moment).at(planned.film.rate)
    except ValueError as error:
        raise UsageError(
            f"{moment} is no moment of a clip.", hint="Write it 00:00:01:05, 1.2s or 29f."
        ) from error
    facts = _facts(planned, step, take)
    return _inside(planned, step, take, frame_on_screen(seconds, facts.rate), moment)


def _inside(planned: PlannedFilm, step: Step, take: Take, frame: int, said: str) -> int:
    facts = _facts(planned, step, take)
    if frame < 0:
        raise UsageError(f"{said} is before the beginning.", hint="Frames count from 0.")
    if frame >= facts.frames:
        long = spell_seconds(facts.frames / facts.rate)
        raise UsageError(
            f"{said} is past the end of take {take.number} of {step.shot.id}.",
            hint=f"It is {long} long, {facts.frames} frames, counted from 0.",
        )
    return frame


def _facts(planned: PlannedFilm, step: Step, take: Take) -> ClipFacts:
    try:
        return planned.store.clip(take.clip).facts
    except StoryreelError as error:
        raise UsageError(
            f"The clip of take {take.number} of {step.shot.id} is not here; nobody can look at it.",
            hint=f"Render it: storyreel render {planned.board.name}.",
        ) from error


def _with_note(block: ShotTakes, note: Note) -> tuple[Note, ...]:
    return block.notes if note in block.notes else (*block.notes, note)


def _with_order(order: TakeOrder, block: ShotTakes) -> ShotTakes:
    if any(known.key == order.key for known in block.orders):
        return block
    return replace(block, orders=(*block.orders, order))


def _refuse_unvaried(step: Step) -> None:
    from pipeline.models.catalog import models

    if not models()[step.shot.model].varies:
        raise UsageError(
            f"{step.shot.id} is {step.shot.model}: every take of it would be the same.",
            hint="Change the shot in the board.",
        )


def _refuse_seed(step: Step, seed: int) -> None:
    from pipeline.models.catalog import models

    span = models()[step.shot.model].seeds
    if span is None:
        raise UsageError(
            f"{step.shot.model} takes no seed.", hint="Leave --seed out: every take differs."
        )
    if seed not in span:
        raise UsageError(f"{step.shot.model} takes seeds from {span.least} to {span.most}.")


def _tried(planned: PlannedFilm) -> set[TakeKey]:
    """Keys that failed before: another variation is asked instead."""
    if not planned.places.journal.exists():
        return set()
    from pipeline.journal.journal import Journal

    with Journal(planned.places.journal, look=True) as journal:
        attempts = journal.all()
    ended = {"failed", "refused", "cancelled"}
    last = {attempt.key: attempt.state for attempt in attempts}
    return {key for key, state in last.items() if state in ended}
