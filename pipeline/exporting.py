"""A film handed over to an editor: its timeline as OTIO with its clips beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.api import my_turn, plan_film
from pipeline.errors import ShotsFailedError
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts
from pipeline.media.timecode import first_timecode, timecode_frames
from pipeline.plan.step import Action, Reuse, Step
from pipeline.sidecars.export_folder import Tell, Wanted, refresh, wanted_text
from pipeline.store.clip import Clip
from pipeline.timing import Length, whole_frames

if TYPE_CHECKING:
    from pipeline.film.timeline import Timeline
    from pipeline.planned import PlannedFilm
    from pipeline.sidecars.export_folder import Refreshed
    from pipeline.sidecars.otio import Flavour, Media
    from pipeline.storyboard.resolver import Draft
    from pipeline.storyboard.shot import Shot

MEDIA = "media"
"""The folder of clips beside the timeline."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed over.

    ``clips`` are the media files by name; ``linked`` and ``copied`` those put in place now,
    ``removed`` those of an earlier export that no shot shows any more, ``left`` files in the media
    folder that are not storyreel's. ``missing`` are shots whose clips are not here,
    ``plays_on`` shots whose held frames the timeline cannot tell, ``short`` those with fewer spare
    frames than asked, with what they have before and behind.
    """

    file: Path
    frames: int
    rate: Fraction
    clips: tuple[str, ...]
    linked: tuple[str, ...]
    copied: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]
    missing: tuple[ShotId, ...]
    plays_on: tuple[ShotId, ...]
    short: Mapping[ShotId, tuple[int, int]]


def untold(_done: int, _total: int) -> None:
    """Nobody is told how far it is."""


def export_film(
    board: Path,
    folder: Path | None = None,
    *,
    flavour: Flavour = "resolve",
    handles: Length | None = None,
    draft: Draft | None = None,
    flags: Mapping[str, str | None] | None = None,
    partial: bool = False,
    waiting: Callable[[], None] | None = None,
    tell: Tell = untold,
) -> Exported:
    """Write a board's film as OTIO, and put its clips beside it.

    Args:
        board: the board.
        folder: where to; absent, ``export`` beside the film.
        flavour: whose ways to follow; see ``sidecars/otio.py``.
        handles: tell the shots that have less to spare on a side.
        draft: export its draft.
        flags: settings from a command line, by name.
        partial: export what is there, though clips are missing.
        waiting: called once if another process has the board in hand.
        tell: told how many bytes of clips are in place, and of how many.

    Raises:
        ShotsFailedError: clips are missing.
        StoryreelError: the board has faults, or files that are not ours stand in the way.
    """
    with my_turn(plan_film(board, draft=draft, flags=flags).places, waiting):
        planned = plan_film(board, draft=draft, flags=flags)  # another one may have moved the lock
        timeline, missing = _timeline(planned, partial=partial)
        target = (folder or planned.places.folder / "export") / f"{planned.places.film.stem}.otio"
        media, files = _media(planned, timeline, target.parent, flavour, missing)
        text = _text(planned, timeline, media, flavour)
        done = refresh(target.parent, target.name, {**files, target.name: wanted_text(text)}, tell)
    spare = whole_frames(handles.at(timeline.rate), timeline.rate) if handles else 0
    return _exported(target, timeline, done, missing, spare)


def _timeline(planned: PlannedFilm, *, partial: bool) -> tuple[Timeline, tuple[ShotId, ...]]:
    """The cut, and the shots whose clips are not here: those are as long as they were asked for."""
    from pipeline.api import serving_clips
    from pipeline.film.timeline import lay_timeline

    clips = serving_clips(planned)
    missing = tuple(shot.id for shot in planned.film.shots if shot.id not in clips)
    if missing and not partial:
        raise ShotsFailedError(
            f"{len(missing)} of {len(planned.film.shots)} shots have no clip here.",
            details=", ".join(missing),
            hint="Run storyreel render to make them, or export what is there with --partial.",
        )
    awaited = {shot.id: _awaited(shot) for shot in planned.film.shots if shot.id in missing}
    return lay_timeline(planned.film, {**clips, **awaited}), missing


def _awaited(shot: Shot) -> Clip:
    """What is known of a clip before it is made."""
    asked = max(shot.asked, shot.use.head + shot.wanted * shot.use.speed)
    facts = ClipFacts(
        shot.size.width, shot.size.height, shot.clip_rate, whole_frames(asked, shot.clip_rate),
        variable=False, codec="", pixels="", matrix=None, primaries=None, transfer=None,
        range=None, rotation=0, parameters="", sound=None,
    )  # fmt: skip
    return Clip(Digest(""), Path(), facts)


def _media(
    planned: PlannedFilm,
    timeline: Timeline,
    folder: Path,
    flavour: Flavour,
    missing: tuple[ShotId, ...],
) -> tuple[dict[ShotId, Media], dict[str, Wanted]]:
    """What an editor is told of each shot's clip, and the files that are to lie beside."""
    from pipeline.sidecars.otio import Media

    steps = {step.shot.id: step for step in planned.plan.steps}
    names = media_names(planned.plan.steps)
    told: dict[ShotId, Media] = {}
    files: dict[str, Wanted] = {}
    for cut in timeline.cuts:
        facts = _facts(planned, steps[cut.shot])
        name, clip = names[cut.shot], cut.clip
        if cut.shot in missing:
            told[cut.shot] = Media(name, None, facts=facts)
            continue
        place = f"{MEDIA}/{name}"
        url = (folder.absolute() / place).as_uri() if flavour == "premiere" else place
        begins = timecode_frames(first_timecode(clip.path) or "", clip.facts.rate)
        told[cut.shot] = Media(name, url, begins, facts)
        files[place] = Wanted(clip.digest, clip.path)
    return told, files


def media_names(steps: Sequence[Step]) -> dict[ShotId, str]:
    """A file name for each shot: ``sh010_t2.mp4``; no two differ in capitals only.

    A clip that was found in the store and is no take yet goes by its digest.
    """
    names: dict[ShotId, str] = {}
    taken: set[str] = set()
    for step in steps:
        stem = f"{step.shot.id}_{_mark(step.action)}"
        while stem.casefold() in taken:
            stem += "_"
        taken.add(stem.casefold())
        names[step.shot.id] = f"{stem}.mp4"
    return names


def _mark(action: Action) -> str:
    if not isinstance(action, Reuse):
        return "missing"
    return f"t{action.take}" if action.take else action.clip[:8]


def _text(
    planned: PlannedFilm,
    timeline: Timeline,
    media: Mapping[ShotId, Media],
    flavour: Flavour,
) -> str:
    from pipeline.sidecars.otio import otio_text

    facts = {"board": planned.board.name, "draft": planned.draft is not None}
    return otio_text(timeline, media, flavour, facts)


def _facts(planned: PlannedFilm, step: Step) -> dict[str, Any]:
    """What is said of a shot under ``storyreel``: no link, no key, no job."""
    shot, action = step.shot, step.action
    facts: dict[str, Any] = {
        "shot": shot.id,
        "scene": shot.scene,
        "beat": shot.beat,
        "prompt": shot.words,
        "model": shot.model,
        "fit": shot.fit,
        "camera": " ".join(
            word for word in (shot.camera.size, shot.camera.move, shot.camera.lens) if word
        ),
    }
    if isinstance(action, Reuse):
        facts |= {"take": action.take, "clip": action.clip, **_made(planned, step, action)}
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _made(planned: PlannedFilm, step: Step, action: Reuse) -> dict[str, Any]:
    """How a clip came about, as the lock or the clip's own record has it."""
    takes = planned.lock.of(step.renamed_from or step.shot.id).takes
    record = planned.store.record(action.clip)
    take = next((t for t in takes if (t.key, t.clip) == (step.key, action.clip)), None)
    made = take or (record.for_key(step.key) if record and step.key else None)
    if made is None:
        return {}
    return {
        "model": made.model,
        "route": made.route,
        "seed": made.seed,
        "variation": made.variation,
        "price": made.price or ("unknown" if made.route else "free"),
    }


def _exported(
    target: Path, timeline: Timeline, done: Refreshed, missing: tuple[ShotId, ...], wanted: int
) -> Exported:
    from pipeline.sidecars.otio_edit import plays_on, spare_frames

    here = [cut for cut in timeline.cuts if cut.shot not in missing]
    spare = {cut.shot: spare_frames(cut, timeline.rate) for cut in here}
    return Exported(
        file=target,
        frames=timeline.frames,
        rate=timeline.rate,
        clips=_names((*done.linked, *done.copied, *done.there)),
        linked=_names(done.linked),
        copied=_names(done.copied),
        removed=_names(done.removed),
        left=_names(done.left),
        missing=missing,
        plays_on=tuple(cut.shot for cut in plays_on(timeline)),
        short={shot: found for shot, found in spare.items() if min(found) < wanted},
    )


def _names(places: tuple[str, ...]) -> tuple[str, ...]:
    """The media among files, by their names."""
    below = f"{MEDIA}/"
    return tuple(sorted(p.removeprefix(below) for p in places if p.startswith(below)))
