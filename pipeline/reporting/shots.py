"""One shot as a report tells it: what it asks, what it is made from, the takes it has."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import MediaError, StoreError
from pipeline.money import FREE
from pipeline.places import path_in
from pipeline.plan.serving import answers
from pipeline.plan.step import Reuse, Step, Stuck
from pipeline.plan.take import ADOPTED, ShotTakes, Take
from pipeline.planned import PlannedFilm
from pipeline.reporting.accounts import Accounts
from pipeline.reporting.discreet import discreet
from pipeline.reporting.last_run import Deed, LastRun
from pipeline.reporting.stills import frames_across, still
from pipeline.reporting.told import PictureTold, ShotTold, Span, Standing, TakeTold
from pipeline.store.record import MadeFor
from pipeline.storyboard.shot import FrameOf, Picture, Shot, Source
from pipeline.timing import timecode

_FRAME_SIDE = 160  # pixels along the longer side of a reference's picture
_PICTURES_KEPT = 500  # some 5 kB each


def shot_told(
    planned: PlannedFilm,
    shot: Shot,
    step: Step | None,
    span: Span,
    run: LastRun,
    accounts: Accounts,
    *,
    posters: bool = True,
) -> ShotTold:
    """Everything a report tells of a shot.

    Args:
        planned: the film it is in.
        shot: which.
        step: absent where it was not planned.
        span: where it stands in the film.
        run: what the last render did.
        accounts: when its takes were bought.
        posters: whether pictures come along; without them nothing is decoded.
    """
    deed = run.shots.get(shot.id)
    root = planned.places.root
    return ShotTold(
        id=shot.id,
        line=shot.line,
        scene=shot.scene,
        beat=shot.beat,
        standing=_standing(step, deed),
        did=deed.did if deed else None,
        why=discreet(deed.why, root) if deed else None,
        now=_now(step, root),
        words=shot.words,
        prompts=tuple(_prompts(shot)),
        pictures=tuple(_pictures(planned, shot, posters=posters)),
        model=shot.model,
        mode=shot.mode,
        seed=step.request.seed if step else shot.seed,
        price=_price(step),
        span=span,
        seconds=shot.wanted,
        settings=tuple(_settings(shot)),
        takes=tuple(_takes(planned, shot, step, run, accounts, posters=posters)),
        notes=tuple(_notes(planned, shot)),
    )


def _standing(step: Step | None, deed: Deed | None) -> Standing:
    if step and isinstance(step.action, Reuse):
        return "stands"
    if (step and isinstance(step.action, Stuck)) or (deed and deed.did == "failed"):
        return "failed"
    return "to do"


def _now(step: Step | None, root: Path) -> str | None:
    """What a render would do, where there is anything to do."""
    if step is None or isinstance(step.action, Reuse):
        return None
    return f"{step.verb}: {discreet(str(step.action), root)}"


def _price(step: Step | None) -> str:
    """What making it now would cost; nothing where nothing is made."""
    if step is None or step.verb != "make":
        return ""
    return str(step.price or "of unknown price")


def _prompts(shot: Shot) -> Iterator[tuple[str, str]]:
    """By route the prompt as it is sent there."""
    from pipeline.models.catalog import routes
    from pipeline.storyboard.prompt import spell

    if shot.clip or not spell(shot.prompt, ""):
        return
    if not shot.routes:
        yield shot.model, spell(shot.prompt, "[Image {n}]")
    for name in shot.routes:
        if served := routes()[name].serves.get(shot.model):
            yield name, spell(shot.prompt, served.reference_token)


def sources_of(shot: Shot) -> Iterator[tuple[str, Source]]:
    """What a shot is made from, with what each is used as."""
    if shot.first_frame:
        yield "first frame", shot.first_frame
    if shot.last_frame:
        yield "last frame", shot.last_frame
    for number, source in enumerate(shot.references, 1):
        yield f"reference {number}", source


def _pictures(planned: PlannedFilm, shot: Shot, *, posters: bool) -> Iterator[PictureTold]:
    if shot.clip:
        yield PictureTold("clip", path_in(planned.places.root, shot.clip.path), None, None)
    for use, source in sources_of(shot):
        if isinstance(source, FrameOf):
            handed = _handed(planned, source) if posters else None
            yield PictureTold(use, str(source), None, handed)
        else:
            picture = _author_s(source) if posters else None
            yield PictureTold(use, path_in(planned.places.root, source.path), source.name, picture)


def _author_s(picture: Picture) -> bytes | None:
    try:
        return _small(picture.path)
    except MediaError:  # changed since the board was checked: the next render tells
        return None


def _small(path: Path) -> bytes:
    """A picture small, as it is now; many shots show the same one, and a watch tells them often.

    Raises:
        MediaError: it cannot be read as a picture.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise MediaError(path, error.strerror or str(error)) from error
    return _small_as(path, (found.st_size, found.st_mtime_ns, found.st_ino))


@functools.lru_cache(maxsize=_PICTURES_KEPT)
def _small_as(path: Path, _mark: tuple[int, int, int]) -> bytes:
    from pipeline.media.posters import poster_of_picture

    return poster_of_picture(path, _FRAME_SIDE)


def _handed(planned: PlannedFilm, frame: FrameOf) -> bytes | None:
    """The frame another shot hands over, where that was done."""
    from pipeline.run.handover import frame_index

    step = next((step for step in planned.plan.steps if step.shot.id == frame.shot), None)
    if step is None or not isinstance(step.action, Reuse):
        return None
    try:
        clip = planned.store.clip(step.action.clip)
        index = frame_index(frame.moment, clip, step.shot, planned.film.rate)
        return _small(planned.store.frame_path(clip.digest, index))
    except (MediaError, StoreError):
        return None


def _settings(shot: Shot) -> Iterator[tuple[str, str]]:
    yield "resolution", shot.resolution
    yield "aspect", shot.aspect
    yield (
        "camera",
        ", ".join(part for part in (shot.camera.size, shot.camera.move, shot.camera.lens) if part),
    )
    yield "look", shot.look
    yield (
        "transition",
        f"{shot.transition.kind} {shot.transition.frames}f" if (shot.transition) else "",
    )
    yield "audio", "mute" if shot.muted else ""
    yield "after", ", ".join(shot.after)


def takes_of(planned: PlannedFilm, shot: Shot, step: Step | None) -> ShotTakes:
    """What the lock knows of a shot, under the name it had where it was renamed."""
    block = planned.lock.of(shot.id)
    if not block.takes and step and step.renamed_from:
        return planned.lock.of(step.renamed_from)
    return block


def _takes(
    planned: PlannedFilm,
    shot: Shot,
    step: Step | None,
    run: LastRun,
    accounts: Accounts,
    *,
    posters: bool,
) -> Iterator[TakeTold]:
    block = takes_of(planned, shot, step)
    serves = step.action.clip if step and isinstance(step.action, Reuse) else None
    for take in sorted(block.takes, key=lambda take: take.number):
        yield _take_told(
            planned,
            shot,
            take,
            run,
            accounts,
            serves=take.clip == serves,
            picked=take.clip == block.pick,
            held=block.held and take.clip == block.pick,
            rejected=take.clip in block.rejected,
            current=_current(step, take),
            posters=posters,
        )


def _notes(planned: PlannedFilm, shot: Shot) -> Iterator[tuple[str, str]]:
    """What people said of the shot's takes: which take, where in its clip, the words."""
    block = planned.lock.of(shot.id)
    numbers = {take.clip: take.number for take in block.takes}
    for note in sorted(block.notes, key=lambda note: (numbers.get(note.clip, 0), note.frame)):
        record = planned.store.record(note.clip)
        moment = timecode(note.frame, record.facts.rate) if record else f"frame {note.frame}"
        yield f"take {numbers.get(note.clip, '?')} at {moment}", note.text


def _current(step: Step | None, take: Take) -> bool:
    """Whether a take answers what the board asks now, as far as that is known yet.

    The step's request may be another variation than the board's own: one that was picked.
    """
    if step is None or step.request.unknown:
        return True
    seed = None if step.request.seed is None else step.shot.seed
    return answers(replace(step.request, seed=seed, variation=1), take)


def _take_told(
    planned: PlannedFilm,
    shot: Shot,
    take: Take,
    run: LastRun,
    accounts: Accounts,
    *,
    serves: bool,
    picked: bool,
    held: bool,
    rejected: bool,
    current: bool,
    posters: bool,
) -> TakeTold:
    store, root = planned.store, planned.places.root
    state = store.state(take.clip)
    made = _made_for(planned, take)
    why = run.made.get(take.clip)
    return TakeTold(
        number=take.number,
        clip=take.clip,
        serves=serves,
        picked=picked,
        held=held,
        rejected=rejected,
        current=current,
        state=state,
        model=take.model,
        variation=take.variation,
        seed=take.seed,
        route=take.route,
        job=take.job,
        price=price_of_take(take),
        made=accounts.days.get(take.clip),
        why=discreet(why, root) if why else None,
        notes=tuple(discreet(note, root) for note in (made.notes if made else ())),
        poster=poster_of_take(planned, shot, take) if posters and state == "good" else None,
        file=_from_folder(planned, take) if state == "good" else None,
    )


def price_of_take(take: Take) -> str:
    """What a take cost, in words."""
    if ADOPTED in (take.price, take.route):
        return ADOPTED
    return take.price or (FREE if take.route is None else "unknown")


def poster_of_take(planned: PlannedFilm, shot: Shot, take: Take) -> bytes | None:
    """The middle frame of what the film shows of a take, or would show."""
    try:
        clip = planned.store.clip(take.clip)
        (index,) = frames_across(shot, clip, planned.film.rate, 1)
        return still(planned.store, clip, index)
    except (MediaError, StoreError):  # told by the take's state, or when the film is cut
        return None


def _made_for(planned: PlannedFilm, take: Take) -> MadeFor | None:
    record = planned.store.record(take.clip)
    return record.for_key(take.key) if record else None


def _from_folder(planned: PlannedFilm, take: Take) -> str | None:
    """A clip's address from the report's folder; a store outside the project is nobody's to see."""
    path = planned.store.clip(take.clip).path.absolute()
    if not path.is_relative_to(planned.places.root.absolute()):
        return None
    way = os.path.relpath(path, planned.places.folder.absolute())
    return quote(Path(way).as_posix())
