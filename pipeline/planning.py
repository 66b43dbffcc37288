"""From a board's file to its plan: everything that has to be looked at, and nothing done."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.graph import ShotGraph
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.places import Places, draft_folder, places_for
from pipeline.plan.facts import (
    Facts,
    Made,
    Ordered,
    PaidJob,
    Usable,
    always_usable,
    never_bought,
    never_ordered,
)
from pipeline.plan.planner import make_plan
from pipeline.plan.selection import Selection, selected_shots
from pipeline.plan.take import Lock, TakeOrder
from pipeline.planned import PlannedFilm
from pipeline.run.handover import frame_index, recorded_pixels
from pipeline.settings import Settings, environment, read_settings
from pipeline.sidecars.lock_file import load_lock
from pipeline.store.store import Store
from pipeline.storyboard.loader import Board, load_board
from pipeline.storyboard.resolver import Draft, resolve_film
from pipeline.storyboard.shot import Film, FrameOf

if TYPE_CHECKING:
    from pipeline.media.facts import ClipFacts

OrderedBefore = Callable[[TakeKey], Ordered | None]
BoughtBefore = Callable[[Digest], PaidJob | None]


def plan_film(
    path: Path,
    *,
    draft: Draft | None = None,
    selection: Selection | None = None,
    forced: Collection[str] = (),
    flags: Mapping[str, str | None] | None = None,
    verify: bool = False,
    retry_failed: bool = False,
    remake_missing: bool = False,
) -> PlannedFilm:
    """Plan a board's film; nothing is made.

    Args:
        path: the board.
        draft: plan its draft.
        selection: plan only some shots.
        forced: shots to make another take of.
        flags: settings from a command line, by name.
        verify: read every clip again and compare its digest, instead of its size and time.
        retry_failed: order takes again that failed before.
        remake_missing: pay again for takes whose clips are gone.

    Raises:
        BoardFaultsError: the board has faults.
        StoryreelError: the lock or a setting cannot be read, or a shot named does not exist.
    """
    board = load_board(path)
    settings = read_settings(board.root, flags=flags)
    folder = draft_folder(draft.resolution) if draft else None
    places = places_for(board.path, board.root, store=settings.store, draft=folder)
    return plan_board(
        board,
        places,
        settings,
        draft=draft,
        selection=selection,
        forced=forced,
        verify=verify,
        retry_failed=retry_failed,
        remake_missing=remake_missing,
    )


def plan_board(
    board: Board,
    places: Places,
    settings: Settings,
    *,
    draft: Draft | None = None,
    selection: Selection | None = None,
    forced: Collection[str] = (),
    verify: bool = False,
    retry_failed: bool = False,
    remake_missing: bool = False,
) -> PlannedFilm:
    """Plan a board that was read already, wherever it lies; ``places`` says where all else does.

    The other arguments are those of ``plan_film``.

    Raises:
        StoryreelError: the lock cannot be read, or a shot named does not exist.
    """
    lock = load_lock(places.lock)
    store = Store(places.store, verify=verify, measure=_measured)
    seeds = lock.seeds(board.storyboard.seed)
    film = resolve_film(
        board.storyboard,
        board.pictures,
        board.lines,
        seeds=seeds,
        draft=draft,
        clips=board.clips, fonts=board.fonts,
        sounds=board.sounds,
        voice_lines=board.voice_lines,
    )  # fmt: skip
    graph = ShotGraph.of({shot.id: shot.waits_for for shot in film.shots})
    selected = selected_shots(film, selection or Selection())
    for name in forced:
        selected_shots(film, Selection(shots=(name,)))
    plan = make_plan(
        film,
        graph,
        facts_of(
            film,
            lock,
            store,
            *_journal_says(places),
            usable=_usable(places, settings),
        ),
        selected=selected,
        forced={ShotId(name) for name in forced},
        retry_ended=retry_failed,
        remake_missing=remake_missing,
    )
    return PlannedFilm(board, places, settings, draft, film, graph, lock, store, plan)


def plan_again(
    planned: PlannedFilm,
    *,
    selected: Collection[ShotId] | None = None,
    orders: Mapping[ShotId, Sequence[TakeOrder]] | None = None,
    retry_failed: bool = False,
) -> PlannedFilm:
    """The same board's plan with lock, store and journal as they are now: after a render.

    Args:
        planned: the plan before.
        selected: make only these shots.
        orders: by shot, the further takes to make; absent, those the board and the lock ask for.
        retry_failed: order takes again that failed before.

    Raises:
        LockFileError: the lock cannot be read.
    """
    places, film = planned.places, planned.film
    lock = load_lock(places.lock)
    facts = facts_of(
        film,
        lock,
        planned.store,
        *_journal_says(places),
        usable=_usable(places, planned.settings),
    )
    plan = make_plan(
        film, planned.graph, facts, selected=selected, orders=orders, retry_ended=retry_failed
    )
    return replace(planned, lock=lock, plan=plan)


def _measured(path: Path) -> ClipFacts:
    """A clip's facts, by the reader that is heavy to import and seldom needed here."""
    from pipeline.media.probe import probe

    return probe(path)


def _journal_says(places: Places) -> tuple[OrderedBefore, BoughtBefore]:
    """How paid takes stand and where clips were bought, by one look into the journal.

    A project that never paid has none to open.
    """
    if not places.journal.exists():
        return never_ordered, never_bought
    from pipeline.journal.journal import Journal
    from pipeline.run.counters import ordered_by
    from pipeline.run.refetching import bought_by

    with Journal(places.journal, look=True) as journal:
        attempts = journal.all()
    return ordered_by(attempts), bought_by(attempts, time.time())


def _usable(places: Places, settings: Settings) -> Usable:
    """Whether a route can be ordered through from here; nobody looks until a shot has a choice."""

    def usable(name: str, *, pictures: bool) -> bool:
        from pipeline.run.counters import usable_routes

        return usable_routes(places.root, environment(), settings)(name, pictures=pictures)

    return functools.cache(usable)


def facts_of(
    film: Film,
    lock: Lock,
    store: Store,
    ordered: OrderedBefore = never_ordered,
    bought: BoughtBefore = never_bought,
    usable: Usable = always_usable,
) -> Facts:
    """What the planner may ask of the store and of the journal."""
    shots = {shot.id: shot for shot in film.shots}

    def pixels(clip: Digest, frame: FrameOf) -> Digest | None:
        whole = store.clip(clip)
        index = frame_index(frame.moment, whole, shots[frame.shot], film.rate)
        return recorded_pixels(store, clip, index)

    def made(clip: Digest, key: TakeKey | None) -> Made | None:
        record = store.record(clip)
        found = record and key and record.for_key(key)
        return Made(found.fields, found.label) if found else None

    return Facts(lock, store.state, store.clips_for, pixels, made, ordered, bought, usable)
