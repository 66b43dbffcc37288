"""Marked animatics in the place of shots that have no clip, so that a film can be seen anyway."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection
from dataclasses import replace

from pipeline.errors import ShotsFailedError
from pipeline.graph import ShotGraph
from pipeline.ids import ShotId
from pipeline.makers.registry import maker_for
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.models.catalog import ANIMATIC
from pipeline.plan.request import request_for
from pipeline.plan.step import Make, New, Plan, Step
from pipeline.plan.take import Lock
from pipeline.run.events import Listener
from pipeline.run.runner import run_plan
from pipeline.run.workshop import Workshop
from pipeline.settings import Settings
from pipeline.store.clip import Clip
from pipeline.store.store import Store
from pipeline.storyboard.shot import Film, Shot

MARK = "STAND-IN: NO CLIP YET"


def stand_in_for(shot: Shot, film: Film) -> Shot:
    """The shot as a free animatic that depends on nothing but words, marked in its beat."""
    if shot.clip:  # drawn in the film's form, as long as it is shown
        shot = replace(
            shot,
            clip=None,
            words=shot.clip.path.name,
            asked=shot.wanted,
            size=film.size,
            clip_rate=film.rate,
            aspect=f"{film.size.width}:{film.size.height}",
            resolution=f"{min(film.size.width, film.size.height)}p",
        )
    return replace(
        shot,
        model=ANIMATIC,
        routes=(),
        mode="text",
        beat=f"{MARK} · {shot.beat}" if shot.beat else MARK,
        references=(),
        first_frame=None,
        last_frame=None,
        card=None,
        after=(),
    )


def make_stand_ins(
    film: Film,
    missing: Collection[ShotId],
    store: Store,
    settings: Settings,
    listen: Listener,
    stop: threading.Event | None,
) -> dict[ShotId, Clip]:
    """A clip for each missing shot; they are no takes and stand in no lock.

    Raises:
        ShotsFailedError: even a stand-in could not be made.
    """
    shots = tuple(stand_in_for(shot, film) for shot in film.shots if shot.id in missing)
    steps = tuple(Step(s, Make(New()), request_for(s, lambda _: None), None) for s in shots)
    names = tuple(shot.id for shot in shots)
    maker = maker_for(ANIMATIC, find_ffmpeg(settings.ffmpeg))
    workshop = Workshop(replace(film, shots=shots), store, Lock(), lambda _: maker)
    outcome = asyncio.run(
        run_plan(
            Plan(steps, names, (), ()),
            ShotGraph.of(dict.fromkeys(names, ())),
            workshop,
            jobs=settings.jobs,
            listen=listen,
            stop=stop or threading.Event(),
        )
    )
    if not outcome.whole:
        why = "; ".join(f"{name}: {error.brief}" for name, error in outcome.failed.items())
        raise ShotsFailedError("A stand-in could not be made.", details=why or None)
    return dict(outcome.clips)
