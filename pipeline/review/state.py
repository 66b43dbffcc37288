"""From a planned film to what the page is told of it: the reports' words, and frames to play by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import MediaError, StoreError
from pipeline.film.expected import laid_out
from pipeline.film.timeline import Cut
from pipeline.ids import Digest, ShotId
from pipeline.places import path_in
from pipeline.plan.step import Reuse
from pipeline.plan.take import Lock, Note, ShotTakes, Take
from pipeline.planned import PlannedFilm, serving_clips
from pipeline.reporting.accounts import BY_LOCK, Accounts
from pipeline.reporting.gathering import spans_of
from pipeline.reporting.last_run import LastRun
from pipeline.reporting.shots import shot_told, sources_of, takes_of
from pipeline.reporting.stills import frames_across
from pipeline.reporting.told import PictureTold, ShotTold, Span, TakeTold
from pipeline.review.cuts import cut_of_take, plays_in_browsers
from pipeline.review.following import Following
from pipeline.review.snapshot import Snapshot, snapshot
from pipeline.run.handover import frame_index
from pipeline.store.clip import Clip
from pipeline.store.store import Store
from pipeline.storyboard.shot import FrameOf, Shot, Source
from pipeline.timing import spell_seconds, timecode

_NO_ACCOUNTS = Accounts((), "", BY_LOCK, 0, {})
_STATES = {"good": "good", "missing": "missing", "torn": "damaged"}
_CONTAINER = 12  # bytes that tell what kind of file it is


@dataclass(frozen=True, slots=True)
class FilmFile:
    """The film on disk; ``current`` says that it is the cut of what serves now."""

    path: Path
    version: str
    current: bool


def film_snapshot(
    planned: PlannedFilm, run: LastRun, following: Following, film: FilmFile | None
) -> Snapshot:
    """Everything the page is told of a board without faults.

    Args:
        planned: the board as it is now.
        run: what the last render did.
        following: the render that runs now, if one does.
        film: the one on disk, if there is one.
    """
    planned = with_news(planned, following)
    telling = _Telling.of(planned, run, following)
    shots = [telling.shot(shot) for shot in planned.film.shots]
    document = {
        **_frame(planned),
        "frames": telling.frames,
        "film": f"/film?v={film.version}" if film else None,
        "film_is_current": film is not None and film.current,
        "running": following.as_told(),
        "faults": [],
        "good": True,
        "shots": shots,
    }
    return snapshot(
        document,
        clips=telling.clips,
        pictures=dict(_pictures_of(planned)),
        film=film.path if film else None,
        version=film.version if film else "",
    )


def with_faults(
    before: Snapshot, faults: Sequence[Mapping[str, Any]], running: Mapping[str, Any] | None
) -> Snapshot:
    """The last good film, and what is wrong with its board now."""
    document = {**before.document, "faults": list(faults), "good": False, "running": running}
    return replace(
        snapshot(document),
        clips=before.clips,
        pictures=before.pictures,
        film=before.film,
        version=before.version,
    )


def nothing_known(name: str, path: str, *, draft: bool) -> Snapshot:
    """The film of a board that never was without faults."""
    head = {"schema": 1, "board": name, "path": path, "title": name, "draft": draft}
    empty = {"rate": [24, 1], "width": 1280, "height": 720, "frames": 0, "film": None}
    rest: dict[str, Any] = {
        "film_is_current": False,
        "running": None,
        "faults": [],
        "good": False,
        "shots": [],
    }
    return snapshot({**head, **empty, **rest})


def _frame(planned: PlannedFilm) -> dict[str, Any]:
    film = planned.film
    return {
        "schema": 1,
        "board": planned.board.name,
        "path": path_in(planned.board.root, planned.board.path),
        "title": film.title,
        "draft": planned.draft is not None,
        "rate": [film.rate.numerator, film.rate.denominator],
        "width": film.size.width,
        "height": film.size.height,
    }


def with_news(planned: PlannedFilm, following: Following) -> PlannedFilm:
    """The film with takes that are in the store and not yet in the lock.

    A render writes the lock now and then; the store knows a clip as soon as it is whole.
    """
    shots = dict(planned.lock.shots)
    for shot, number, clip in following.stored:
        _add(shots, planned.store, ShotId(shot), clip, number)
    for step in planned.plan.steps:
        if isinstance(step.action, Reuse) and step.action.take is None:
            _add(shots, planned.store, step.shot.id, step.action.clip, None)
    if shots == planned.lock.shots:
        return planned
    return replace(planned, lock=Lock(planned.lock.board_seed, shots))


def _add(
    shots: dict[ShotId, ShotTakes], store: Store, name: ShotId, clip: Digest, number: int | None
) -> None:
    block, record = shots.get(name, ShotTakes()), store.record(clip)
    if record is None or not record.made or any(take.clip == clip for take in block.takes):
        return
    made = record.made[-1]
    take = Take(
        number or block.next_number(), made.key, clip, made.model, made.variation, made.seed,
        made.route, made.job, made.price,
    )  # fmt: skip
    shots[name] = replace(block, takes=(*block.takes, take))


def _pictures_of(planned: PlannedFilm) -> Iterator[tuple[Digest, Path]]:
    for shot in planned.film.shots:
        for _, source in sources_of(shot):
            if not isinstance(source, FrameOf):
                yield source.digest, source.path


class _Telling:
    """One film being told, its lookups made once; ``clips`` gathers what may be asked for."""

    def __init__(
        self,
        planned: PlannedFilm,
        run: LastRun,
        following: Following,
        spans: Mapping[ShotId, Span],
        cuts: Mapping[ShotId, Cut],
        frames: int,
    ) -> None:
        self.planned, self.run, self.following = planned, run, following
        self.spans, self.cuts, self.frames = spans, cuts, frames
        self.steps = {step.shot.id: step for step in planned.plan.steps}
        self.clips: dict[str, Clip] = {}

    @classmethod
    def of(cls, planned: PlannedFilm, run: LastRun, following: Following) -> _Telling:
        film = planned.film
        clips = serving_clips(planned)
        timeline = laid_out(film, clips)
        spans, frames = spans_of(film, timeline, clips)
        cuts = {cut.shot: cut for cut in timeline.cuts} if timeline else {}
        by_shot = {shot.id: span for shot, span in zip(film.shots, spans, strict=True)}
        return cls(planned, run, following, by_shot, cuts, frames)

    def shot(self, shot: Shot) -> dict[str, Any]:
        """A shot with its takes."""
        step, span = self.steps.get(shot.id), self.spans[shot.id]
        told = shot_told(self.planned, shot, step, span, self.run, _NO_ACCOUNTS, posters=False)
        block = takes_of(self.planned, shot, step)
        return {
            **_words(told),
            "span": {"start": span.start, "frames": span.frames, "overlap": span.overlap},
            "transition": shot.transition.kind if shot.transition else None,
            "muted": shot.muted,
            "pictures": list(self._pictures(shot, told.pictures)),
            "notes": [],
            "progress": self.following.progress(shot.id),
            "takes": list(map(partial(self._take, shot, block.notes), _by_number(block, told))),
        }

    def _take(
        self, shot: Shot, notes: Sequence[Note], pair: tuple[Take, TakeTold]
    ) -> dict[str, Any]:
        take, told = pair
        document = {
            "number": told.number,
            "clip": take.clip,
            "state": _STATES[told.state],
            "serves": told.serves,
            "picked": told.picked,
            "held": told.held,
            "rejected": told.rejected,
            "current": told.current,
            "model": told.model,
            "route": told.route,
            "seed": told.seed,
            "variation": told.variation,
            "price": told.price,
        }
        mine = sorted((note.frame, note.text) for note in notes if note.clip == take.clip)
        return {**document, **self._clip(shot, take, told.state), "notes": self._notes(take, mine)}

    def _clip(self, shot: Shot, take: Take, state: str) -> dict[str, Any]:
        record = self.planned.store.record(take.clip)
        if state != "good" or record is None:
            return {"width": None, "height": None, "frames": None, "rate": None, "cut": None,
                    "plays": None, "poster": None}  # fmt: skip
        facts, rate = record.facts, self.planned.film.rate
        clip = self.planned.store.clip(take.clip)
        self.clips[take.clip] = clip
        width, height = facts.shown_size
        return {
            "width": width,
            "height": height,
            "frames": facts.frames,
            "rate": [facts.rate.numerator, facts.rate.denominator],
            "cut": cut_of_take(shot, facts, rate, self.cuts.get(shot.id)),
            "plays": _address(clip),
            "poster": self._poster(shot, clip),
        }

    def _poster(self, shot: Shot, clip: Clip) -> str | None:
        try:
            (index,) = frames_across(shot, clip, self.planned.film.rate, 1)
        except MediaError:  # nobody could open it to find the frame
            return None
        return f"/posters/{clip.digest}-{index}.jpg"

    def _notes(self, take: Take, notes: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
        record = self.planned.store.record(take.clip)
        rate = record.facts.rate if record else self.planned.film.rate
        return [
            {"frame": frame, "timecode": timecode(frame, rate), "text": text}
            for frame, text in notes
        ]

    def _pictures(self, shot: Shot, told: Sequence[PictureTold]) -> Iterator[dict[str, Any]]:
        images: list[str | None] = [None] if shot.clip else []
        images += [self._image(source) for _, source in sources_of(shot)]
        for picture, image in zip(told, images, strict=True):
            yield {"use": picture.use, "what": picture.source, "label": picture.name,
                   "image": image}  # fmt: skip

    def _image(self, source: Source) -> str | None:
        if not isinstance(source, FrameOf):
            return f"/pictures/{source.digest}.jpg"
        step = self.steps.get(source.shot)
        if step is None or not isinstance(step.action, Reuse):
            return None
        try:
            clip = self.planned.store.clip(step.action.clip)
            index = frame_index(source.moment, clip, step.shot, self.planned.film.rate)
        except (MediaError, StoreError):
            return None
        self.clips[clip.digest] = clip
        return f"/posters/{clip.digest}-{index}.jpg?side=160"


def _words(told: ShotTold) -> dict[str, Any]:
    return {
        "id": told.id,
        "line": told.line,
        "scene": told.scene,
        "beat": told.beat,
        "standing": told.standing,
        "now": told.now,
        "words": told.words,
        "prompts": [list(pair) for pair in told.prompts],
        "model": told.model,
        "mode": told.mode,
        "seed": told.seed,
        "price": told.price,
        "seconds": spell_seconds(told.seconds),
    }


def _by_number(block: ShotTakes, told: ShotTold) -> Iterator[tuple[Take, TakeTold]]:
    """The takes as the lock has them beside what is told of them, in the order of numbers."""
    yield from zip(sorted(block.takes, key=lambda take: take.number), told.takes, strict=True)


def _address(clip: Clip) -> str:
    """Where a browser finds a clip, or a copy that it can play."""
    try:
        with clip.path.open("rb") as file:
            head = file.read(_CONTAINER)
    except OSError:  # gone since it was looked at; the next look tells
        head = b""
    if plays_in_browsers(clip.facts, head):
        return f"/clips/{clip.digest}"
    return f"/proxies/{clip.digest}.mp4"
