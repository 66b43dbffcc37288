"""A clip bought or shot elsewhere, taken into the store and the lock as a take of a shot.

The user's file is copied, never moved. Between the store and the lock a crash leaves a clip that
answers the shot's request and is no take yet; adopting it again finishes that.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.errors import MediaError, UsageError
from pipeline.files import digest_of_file
from pipeline.ids import ShotId, TakeKey
from pipeline.makers.interface import Maker
from pipeline.media.facts import ClipFacts
from pipeline.plan.remember import remember
from pipeline.plan.selection import shot_named
from pipeline.plan.serving import serving
from pipeline.plan.step import Resume, Reuse, Step, Uncertain
from pipeline.plan.take import ADOPTED, Lock, ShotTakes, Take
from pipeline.planned import PlannedFilm
from pipeline.run.workshop import Workshop
from pipeline.sidecars.lock_file import change_lock, load_lock
from pipeline.store.clip import Clip
from pipeline.store.record import MadeFor
from pipeline.storyboard.framing import Fit
from pipeline.storyboard.shot import FrameOf, Shot
from pipeline.timing import frames_on_film, spell_seconds

Outcome = Literal["new", "picked", "restored"]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A clip that is a take now.

    ``serving`` is the number of the take that serves, this one or another. ``outcome`` says
    whether the clip is a new take, or was one already and is picked now, or is in the store again.
    ``notes`` tell how it differs from what the shot asks.
    """

    shot: ShotId
    take: Take
    serving: int
    picked: bool
    outcome: Outcome
    notes: tuple[str, ...]


def adopt(planned: PlannedFilm, shot: str, file: Path, *, pick: bool, note: str | None) -> Adopted:
    """Take ``file`` in as the next take of a shot's present request.

    Args:
        planned: the board's plan, or its draft's.
        shot: the shot's name.
        file: the clip; it stays where it is.
        pick: let it serve, whatever takes there are.
        note: a person's words about it, kept beside the clip.

    Raises:
        UsageError: the shot is unknown, starts on a frame that is still to be made, or has this
            very clip as a take already.
        MediaError: the file is no clip, is damaged, or cannot be shown in a film.
        StoreError, LockFileError: the store or the lock cannot be written.
    """
    step = _step_of(planned, shot)
    key = _known_key(planned, step)
    facts = _looked_at(file)
    outcome = _outcome(planned, step, key, file, pick=pick)
    notes = tuple(_differences(step.shot, facts, planned))
    clip = _stored(planned, step, key, file, (f"adopted from {file.name}", *_said(note), *notes))
    take = _as_take(planned, step, clip)
    block = _written(planned, step, take, pick=pick)
    mine = next(t for t in block.takes if (t.key, t.clip) == (key, clip.digest))
    serves = _serving(planned, block, step, mine)
    told = (*notes, *_in_the_way(step))
    return Adopted(step.shot.id, mine, serves.number, block.pick == mine.clip, outcome, told)


def _step_of(planned: PlannedFilm, shot: str) -> Step:
    wanted = shot_named(planned.film, shot)
    return next(step for step in planned.plan.steps if step.shot.id == wanted.id)


def _known_key(planned: PlannedFilm, step: Step) -> TakeKey:
    if step.key:
        return step.key
    frames = [source for source in step.request.unknown if isinstance(source, FrameOf)]
    first = " ".join(f"--shot {name}" for name in dict.fromkeys(frame.shot for frame in frames))
    draft = " --draft" if planned.draft else ""
    raise UsageError(
        f"{step.shot.id} starts from {', '.join(map(str, frames))}, which is not made yet, so "
        "nobody knows what a take of it answers.",
        hint=f"Make that first: storyreel render {planned.board.name}{draft} {first}.",
    )


def _looked_at(file: Path) -> ClipFacts:
    from pipeline.media.clip_files import look_at_clip

    return look_at_clip(file)


def _block(lock: Lock, step: Step) -> ShotTakes:
    """What a lock has of the shot, also under the name it had before."""
    name = step.shot.id
    return lock.of(name if name in lock.shots else step.renamed_from or name)


def _outcome(planned: PlannedFilm, step: Step, key: TakeKey, file: Path, *, pick: bool) -> Outcome:
    """What adopting ``file`` comes to; a take made for other words is no take of this request.

    Raises:
        UsageError: it comes to nothing.
    """
    digest = digest_of_file(file)
    block = _block(load_lock(planned.places.lock), step)
    held = next((take for take in block.takes if (take.key, take.clip) == (key, digest)), None)
    if held is None:
        return "new"
    if planned.store.state(digest, fresh=True) != "good":
        return "restored"
    if pick and block.pick != digest:
        return "picked"
    raise UsageError(
        f"This clip is take {held.number} of {step.shot.id} already; nothing was written.",
        hint=None if pick else "To let it serve, adopt it with --pick.",
    )


def _stored(
    planned: PlannedFilm, step: Step, key: TakeKey, file: Path, notes: tuple[str, ...]
) -> Clip:
    """The file's bytes in the store, decoded to the end beforehand."""
    from pipeline.media.probe import check_showable, probe

    store = planned.store
    target = store.incoming()
    try:
        shutil.copyfile(file, target)
        try:
            check_showable(target)
            facts = probe(target)
        except MediaError as error:
            raise MediaError(file, error.why, hint=error.hint) from error
        digest = digest_of_file(target)
        record = store.record(digest)
        known = record.for_key(key) if record else None
        if known and known.route != ADOPTED and store.state(digest, fresh=True) == "good":
            return store.clip(digest)  # made for this very request: how, and for what, stays said
        earlier = known.notes if known else ()
        made_for = MadeFor(
            key=key,
            label=step.shot.id,
            fields=step.request.fields(),
            model=step.shot.model,
            seed=step.request.seed,
            route=ADOPTED,
            price=ADOPTED,
            notes=tuple(dict.fromkeys((*earlier, *notes))),
        )
        return store.admit(target, facts, made_for)
    finally:
        target.unlink(missing_ok=True)


def _as_take(planned: PlannedFilm, step: Step, clip: Clip) -> Take:
    """The clip as a take, every frame that other shots want of it handed over."""
    workshop = Workshop(planned.film, planned.store, planned.lock, _no_maker)
    take = workshop.reuse(step, Reuse(clip.digest, None)).event.take
    if take is None:
        raise AssertionError("a clip that is reused without a number becomes a take")
    return take


def _no_maker(model: str) -> Maker:
    raise AssertionError(f"adopting makes nothing, least of all with {model}")


def _written(planned: PlannedFilm, step: Step, take: Take, *, pick: bool) -> ShotTakes:
    """The shot's block with the take in it, as it now stands in the lock."""
    seed, name, places = planned.board.storyboard.seed, step.shot.id, planned.places

    def change(lock: Lock) -> Lock:
        after = remember(lock, seed, [(step, take)])
        if not pick:
            return after
        block = replace(after.of(name), pick=take.clip)
        return replace(after, shots={**after.shots, name: block})

    return change_lock(places.lock, places.guard, change).of(name)


def _serving(planned: PlannedFilm, block: ShotTakes, step: Step, mine: Take) -> Take:
    """The take that serves: this one too where the clip of the one that should is not here."""
    state = planned.store.state
    chosen = serving(step.as_said, block, lambda clip: state(clip) == "good").take
    return chosen if chosen and state(chosen.clip) == "good" else mine


def _differences(shot: Shot, facts: ClipFacts, planned: PlannedFilm) -> Iterator[str]:
    """How the clip differs from what the shot asks, and what the film does about it."""
    there = frames_on_film(facts.frames, facts.rate, planned.film.rate)
    long = spell_seconds(facts.frames / facts.rate)
    wanted = spell_seconds(shot.wanted)
    if there < shot.cut:
        yield f"it is {long} long, the shot {wanted}: the film is {shot.cut - there} frames shorter"
    elif there > shot.cut:
        yield f"it is {long} long, the shot {wanted}: the film shows its beginning"
    size, film = facts.shown_size, planned.film.size
    if size != (film.width, film.height):
        how = _FITTED[shot.fit]
        yield f"it is {size[0]}x{size[1]}: fitted to {film.width}x{film.height}, {how}"
    if facts.rate != planned.film.rate:
        rates = f"{float(facts.rate):g} frames a second, the film {float(planned.film.rate):g}"
        yield f"it has {rates}: frames are left out or shown twice"
    if facts.sound is None and not shot.muted:
        yield "it has no sound: the film is silent there"


_FITTED: dict[Fit, str] = {
    "bars": "with black bars where it has another shape",
    "fill": "filling it",
    "blur": "over a soft copy of itself where it has another shape",
}


def _in_the_way(step: Step) -> Iterator[str]:
    """What the shot's paid jobs have to say about it."""
    if isinstance(step.action, Resume):
        yield f"a paid job is out for it as well: {step.action}"
    if isinstance(step.action, Uncertain):
        yield f"the next render still asks you to settle it: {step.action}"


def _said(note: str | None) -> tuple[str, ...]:
    words = " ".join((note or "").split())
    return (words,) if words else ()
