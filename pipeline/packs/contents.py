"""What goes into a film's pack: the board, what it refers to, its lock, its clips as kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import PlanMovedError, UsageError
from pipeline.files import digest_of_bytes, digest_of_file, read_regular
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.packs.board_files import files_of
from pipeline.packs.errors import PackError
from pipeline.packs.kept import record_text
from pipeline.packs.manifest import Member
from pipeline.packs.names import LOCK, PROJECT, clashing, why_no_place
from pipeline.places import ROOT_MARK
from pipeline.plan.step import Reuse, Step
from pipeline.plan.take import Take
from pipeline.planned import PlannedFilm, rendered_first
from pipeline.run.handover import frame_index, recorded_pixels
from pipeline.sidecars.lock import read_lock
from pipeline.store.clip import Clip
from pipeline.store.record import MadeFor
from pipeline.storyboard.shot import FrameOf


@dataclass(frozen=True, slots=True)
class Item:
    """A member to be: its bytes, or the file they are in."""

    member: Member
    source: bytes | Path


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that goes into a pack, by name; ``missing`` shots have no clip in it.

    ``clips`` counts them; ``left_out`` are takes that do not serve and whose clips are not here.
    """

    items: Mapping[str, Item]
    clips: int
    missing: tuple[ShotId, ...]
    left_out: tuple[str, ...]


def contents_of(planned: PlannedFilm, *, everything: bool, partial: bool) -> Contents:
    """Gather a film.

    Args:
        planned: the board's plan.
        everything: every take's clip that is here, not only those that serve.
        partial: without the clips that are missing.

    Raises:
        PackError: clips are missing, or a file's name cannot go into a pack.
        PlanMovedError: the board, its lock or a picture was changed just now.
        StoreError: a clip is torn.
    """
    serving = [step for step in planned.plan.steps if isinstance(step.action, Reuse)]
    have = {step.shot.id for step in serving}
    missing = tuple(shot.id for shot in planned.film.shots if shot.id not in have)
    if missing and not partial:
        raise _not_whole(planned, missing)
    wanted = _wanted_clips(planned, serving, everything=everything)
    kept = _Kept(planned)
    here = {digest: one for digest, one in wanted.items() if planned.store.state(digest) == "good"}
    items = dict(_project_files(planned))
    for digest, use in here.items():
        items.update(kept.of(digest, use))
    left_out = tuple(use.label for digest, use in wanted.items() if digest not in here)
    if (clash := clashing(items)) is not None:
        raise PackError(
            f"{clash} cannot be packed: another file's name differs from it in capitals only.",
            hint="Rename one of them; other systems take them for the same.",
        )
    return Contents(items, len(here), missing, left_out)


def _not_whole(planned: PlannedFilm, missing: tuple[ShotId, ...]) -> PackError:
    name = planned.board.name
    draft = " --draft" if planned.draft else ""
    return PackError(
        f"{len(missing)} of {len(planned.film.shots)} shots have no clip here.",
        details=", ".join(missing),
        hint=f"Run storyreel render {name}{draft} first, or pack what is there with --partial.",
    ).with_ways([rendered_first(planned)])


@dataclass(frozen=True, slots=True)
class _Use:
    """A clip in this film: the shots it is of, what to call it, what it was made for there."""

    shots: tuple[ShotId, ...]
    label: str
    made: Mapping[TakeKey, MadeFor]


def _wanted_clips(
    planned: PlannedFilm, serving: list[Step], *, everything: bool
) -> dict[Digest, _Use]:
    """The clips by digest, sorted; what each was made for as the plan or the lock knows it."""
    uses: dict[Digest, _Use] = {}

    def use(digest: Digest, shot: ShotId, label: str, made: MadeFor) -> None:
        known = uses.get(digest)
        uses[digest] = _Use(
            (*(known.shots if known else ()), shot),
            known.label if known else label,
            {**(known.made if known else {}), made.key: made},
        )

    for step in serving:
        action, key = step.action, step.key
        if isinstance(action, Reuse) and (held := _held(planned, step, action)):
            use(action.clip, step.shot.id, step.shot.id, _as_locked(step.shot.id, held))
        elif isinstance(action, Reuse) and key:
            use(action.clip, step.shot.id, step.shot.id, _as_planned(planned, step, action, key))
    for shot in planned.film.shots if everything else ():
        for take in planned.lock.of(shot.id).takes:
            use(take.clip, shot.id, f"{shot.id} take {take.number}", _as_locked(shot.id, take))
    return dict(sorted(uses.items()))


def _held(planned: PlannedFilm, step: Step, action: Reuse) -> Take | None:
    """The take that serves though it was made for another request."""
    takes = planned.lock.of(step.renamed_from or step.shot.id).takes if action.held else ()
    return next((take for take in takes if take.number == action.take), None)


def _as_planned(planned: PlannedFilm, step: Step, action: Reuse, key: TakeKey) -> MadeFor:
    """What a clip was made for, if its own record has lost it."""
    takes = planned.lock.of(step.renamed_from or step.shot.id).takes
    take = next((t for t in takes if (t.key, t.clip) == (key, action.clip)), None)
    if take:
        return replace(_as_locked(step.shot.id, take), fields=step.request.fields())
    unknown = MadeFor(key, step.shot.id, step.request.fields(), step.shot.model, price="unknown")
    return replace(unknown, seed=step.request.seed)


def _as_locked(shot: ShotId, take: Take) -> MadeFor:
    return MadeFor(
        key=take.key,
        label=shot,
        fields={},
        model=take.model,
        variation=take.variation,
        seed=take.seed,
        route=take.route,
        job=take.job,
        price=take.price or ("unknown" if take.route else "free"),
    )


class _Kept:
    """What the store keeps of clips, as items."""

    def __init__(self, planned: PlannedFilm) -> None:
        self._film, self._store = planned.film, planned.store
        self._shots = {shot.id: shot for shot in planned.film.shots}
        self._frames: dict[ShotId, dict[FrameOf, None]] = {}
        for source in (source for shot in planned.film.shots for source in shot.sources):
            if isinstance(source, FrameOf):
                self._frames.setdefault(source.shot, {})[source] = None

    def of(self, digest: Digest, use: _Use) -> Iterator[tuple[str, Item]]:
        """A clip, its record, and the frames that other shots take of it."""
        clip = self._store.clip(digest)
        record = self._store.record(digest)
        if record is None:
            raise AssertionError("a clip that is good has its record")
        for key, made in use.made.items():
            record = record if record.for_key(key) else record.also_for(made)
        yield f"clips/{digest}.mp4", Item(Member(record.bytes, digest), clip.path)
        yield f"clips/{digest}.json", _of_text(record_text(record, use.made.keys()))
        for index in self._indexes(clip, use.shots):
            yield from self._frame(digest, index)

    def _indexes(self, clip: Clip, shots: tuple[ShotId, ...]) -> list[int]:
        frames = (frame for shot in shots for frame in self._frames.get(shot, ()))
        rate = self._film.rate
        return sorted({frame_index(f.moment, clip, self._shots[f.shot], rate) for f in frames})

    def _frame(self, digest: Digest, index: int) -> Iterator[tuple[str, Item]]:
        picture = self._store.frame_path(digest, index)
        if recorded_pixels(self._store, digest, index) is None or not picture.is_file():
            return
        for path in (picture, picture.with_suffix(".json")):
            yield f"frames/{path.name}", _of_bytes(path.read_bytes())


def _project_files(planned: PlannedFilm) -> Iterator[tuple[str, Item]]:
    """The board, what it refers to, the project's settings, the lock: just as they were planned."""
    board = planned.board
    root = board.root.absolute()
    place = _place(board.path.absolute(), root)
    text = read_regular(board.path)
    if digest_of_bytes(text) != board.digest:
        raise _moved("the storyboard was edited")
    yield f"{PROJECT}{place}", _of_bytes(text)
    for relative in files_of(board.storyboard, place):
        yield _named(relative), _of_file(root / relative)
    if (root / ROOT_MARK).is_file():
        yield f"{PROJECT}{ROOT_MARK}", _of_bytes(read_regular(root / ROOT_MARK))
    if planned.places.lock.is_file():
        lock = read_regular(planned.places.lock)
        if read_lock(lock) != planned.lock:
            raise _moved("the lock was written")
        yield LOCK, _of_bytes(lock)
    _refuse_changed(planned)


def _refuse_changed(planned: PlannedFilm) -> None:
    """Pictures, fonts and sounds are those that the plan was made with."""
    for picture in planned.board.pictures.values():
        if digest_of_file(picture.path) != picture.digest:
            raise _moved(f"{picture.written} was changed")
    for font in planned.board.fonts.values():
        if digest_of_file(font.path) != font.digest:
            raise _moved(f"{font.written} was changed")
    for sound in planned.board.sounds.values():
        if digest_of_file(sound.path) != sound.digest:
            raise _moved(f"{sound.written} was changed")


def _place(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        raise UsageError(f"{path} lies outside of its project {root}.") from None


def _named(relative: str) -> str:
    if (why := why_no_place(relative)) is not None:
        raise PackError(f"{relative} cannot be packed: {why}.", hint="Rename it, in the board too.")
    return f"{PROJECT}{relative}"


def _of_text(text: str) -> Item:
    return _of_bytes(text.encode())


def _of_bytes(data: bytes) -> Item:
    return Item(Member(len(data), digest_of_bytes(data)), data)


def _of_file(path: Path) -> Item:
    return Item(Member(path.stat().st_size, digest_of_file(path)), path)


def _moved(why: str) -> PlanMovedError:
    return PlanMovedError(
        f"The film changed while it was packed: {why}.",
        details="Nothing was packed.",
        hint="Run storyreel pack again.",
    )
