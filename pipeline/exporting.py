"""A film handed over to an editor: its timeline as OTIO with its clips beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.api import my_turn, plan_film
from pipeline.errors import ShotsFailedError
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts
from pipeline.media.timecode import first_timecode, timecode_frames
from pipeline.plan.step import Reuse, Step
from pipeline.sidecars.export_folder import Tell, Wanted, refresh, wanted_text
from pipeline.store.clip import Clip
from pipeline.timing import Length, whole_frames

if TYPE_CHECKING:
    from pipeline.film.laying import Lane
    from pipeline.film.timeline import Timeline
    from pipeline.plan.take import Take
    from pipeline.planned import PlannedFilm
    from pipeline.sidecars.export_folder import Refreshed
    from pipeline.sidecars.otio import Flavour, Media
    from pipeline.sidecars.otio_sound import SoundMedia
    from pipeline.store.record import MadeFor
    from pipeline.storyboard.resolver import Draft
    from pipeline.storyboard.shot import Shot

Missing = tuple[ShotId, ...]

MEDIA = "media"
"""The folder of clips beside the timeline."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed over.

    ``media`` are the files beside the timeline, by name; ``linked`` and ``copied`` those put in
    place now, ``removed`` those of an earlier export that the film has no use for, ``left`` files
    in the media folder that are not storyreel's. ``missing`` are shots whose clips are not here;
    ``untold`` is by shot or file what the timeline cannot say; ``short`` are shots with fewer spare
    frames than asked, with what they have before and behind.
    """

    file: Path
    frames: int
    rate: Fraction
    media: tuple[str, ...]
    linked: tuple[str, ...]
    copied: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]
    missing: tuple[ShotId, ...]
    untold: Mapping[str, Sequence[str]]
    short: Mapping[ShotId, tuple[int, int]]


def unheard(_done: int, _total: int) -> None:
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
    tell: Tell = unheard,
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
        hand = _handing(planned, timeline, target, flavour, missing)
        done = refresh(target.parent, target.name, hand.files, tell)
    spare = whole_frames(handles.at(timeline.rate), timeline.rate) if handles else 0
    return _exported(target, timeline, done, missing, hand.untold, spare)


def _timeline(planned: PlannedFilm, *, partial: bool) -> tuple[Timeline, Missing]:
    """The cut, and the shots whose clips are not here: those are as long as they were asked for."""
    from pipeline.film.timeline import lay_timeline
    from pipeline.planned import rendered_first, serving_clips

    clips = serving_clips(planned)
    missing = tuple(shot.id for shot in planned.film.shots if shot.id not in clips)
    if missing and not partial:
        raise ShotsFailedError(
            f"{len(missing)} of {len(planned.film.shots)} shots have no clip here.",
            details=", ".join(missing),
            hint="Run storyreel render to make them, or export what is there with --partial.",
        ).with_ways([rendered_first(planned)])
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


@dataclass(frozen=True, slots=True)
class _Hand:
    """What goes into the folder, the timeline last; and what it cannot say, by file or shot."""

    files: Mapping[str, Wanted]
    untold: Mapping[str, Sequence[str]]


def _handing(
    planned: PlannedFilm, timeline: Timeline, target: Path, flavour: Flavour, missing: Missing
) -> _Hand:
    from pipeline.sidecars.otio import OURS, otio_text
    from pipeline.sidecars.otio_facts import media_names
    from pipeline.sidecars.otio_sound import sound_tracks, untold_sound
    from pipeline.sidecars.otio_untold import untold

    def url(name: str) -> str:
        place = f"{MEDIA}/{name}"
        return (target.parent.absolute() / place).as_uri() if flavour == "premiere" else place

    names = media_names(planned.plan.steps)
    media = _media(planned, timeline, names, missing, url)
    lanes = _lanes(planned, timeline)
    sounds = _sounds(lanes, names.values(), url)
    text = otio_text(
        timeline,
        media,
        flavour,
        {"board": planned.board.name, "draft": planned.draft is not None, **_loudness(timeline)},
        sound_tracks(lanes, sounds, (timeline.frames, timeline.rate), OURS),
    )
    clips = [(names[c.shot], c.clip) for c in timeline.cuts if c.shot not in missing]
    heard = dict.fromkeys(event.file for lane in lanes for event in lane.events)
    files = {
        **{f"{MEDIA}/{name}": Wanted(c.digest, c.path, link=True) for name, c in clips},
        **{f"{MEDIA}/{sounds[one.digest].name}": Wanted(one.digest, one.path) for one in heard},
        target.name: wanted_text(text),
    }
    return _Hand(files, {**untold(timeline), **untold_sound(lanes, sounds)})


def _media(
    planned: PlannedFilm,
    timeline: Timeline,
    names: Mapping[ShotId, str],
    missing: Missing,
    url: Callable[[str], str],
) -> dict[ShotId, Media]:
    """What an editor is told of each shot's clip."""
    from pipeline.sidecars.otio import Media
    from pipeline.sidecars.otio_facts import shot_facts

    steps = {step.shot.id: step for step in planned.plan.steps}
    told: dict[ShotId, Media] = {}
    for cut in timeline.cuts:
        name, facts = names[cut.shot], shot_facts(steps[cut.shot], _made(planned, steps[cut.shot]))
        if cut.shot in missing:
            told[cut.shot] = Media(name, None, facts=facts)
        else:
            begins = timecode_frames(first_timecode(cut.clip.path) or "", cut.clip.facts.rate)
            notes = planned.lock.of(steps[cut.shot].renamed_from or cut.shot).notes
            said = tuple((n.frame, n.text) for n in notes if n.clip == cut.clip.digest)
            told[cut.shot] = Media(name, url(name), begins, facts, said)
    return told


def _made(planned: PlannedFilm, step: Step) -> Take | MadeFor | None:
    """How a clip came about, as the lock has it, or the clip's own record."""
    action, key = step.action, step.key
    if not isinstance(action, Reuse):
        return None
    takes = planned.lock.of(step.renamed_from or step.shot.id).takes
    record = planned.store.record(action.clip)
    mine = (t for t in takes if t.clip == action.clip and (action.held or t.key == key))
    take = next(mine, None)
    return take or (record.for_key(key) if record and key else None)


def _lanes(planned: PlannedFilm, timeline: Timeline) -> tuple[Lane, ...]:
    """What is heard besides the shots; lines without a recording are spoken as in the film."""
    from pipeline.film.laying import lay_events, lay_lanes
    from pipeline.film.segments import Segments
    from pipeline.film.voices import speak

    if timeline.sound is None:
        return ()
    spoken = speak(timeline.sound, Segments(planned.places.segments))
    return lay_lanes(lay_events(timeline, timeline.sound, spoken))


def _sounds(
    lanes: Sequence[Lane], taken: Iterable[str], url: Callable[[str], str]
) -> dict[Digest, SoundMedia]:
    from pipeline.sidecars.otio_facts import sound_names
    from pipeline.sidecars.otio_sound import SoundMedia

    files = [(event.file.digest, event.file.path) for lane in lanes for event in lane.events]
    return {d: SoundMedia(name, url(name)) for d, name in sound_names(files, [*taken]).items()}


def _loudness(timeline: Timeline) -> dict[str, str]:
    """The film's loudness, which the mix is brought to and an editor has to see to."""
    wanted = timeline.sound.loudness if timeline.sound else None
    return {"loudness": f"{wanted.target:g} LUFS, {wanted.peak:g} dBTP"} if wanted else {}


def _exported(
    target: Path,
    timeline: Timeline,
    done: Refreshed,
    missing: Missing,
    untold: Mapping[str, Sequence[str]],
    wanted: int,
) -> Exported:
    from pipeline.sidecars.otio_edit import spare_frames

    here = [cut for cut in timeline.cuts if cut.shot not in missing]
    spare = {cut.shot: spare_frames(cut, timeline.rate) for cut in here}
    return Exported(
        file=target,
        frames=timeline.frames,
        rate=timeline.rate,
        media=_names((*done.linked, *done.copied, *done.there)),
        linked=_names(done.linked),
        copied=_names(done.copied),
        removed=_names(done.removed),
        left=_names(done.left),
        missing=missing,
        untold=untold,
        short={shot: found for shot, found in spare.items() if min(found) < wanted},
    )


def _names(places: tuple[str, ...]) -> tuple[str, ...]:
    """The media among files, by their names."""
    below = f"{MEDIA}/"
    return tuple(sorted(p.removeprefix(below) for p in places if p.startswith(below)))
