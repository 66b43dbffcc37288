"""Shows an old version of a film again: cut from what the store holds, nothing made or paid."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.api import assemble_film, my_turn
from pipeline.ids import ShotId
from pipeline.models.catalog import models
from pipeline.places import board_name
from pipeline.plan.step import Ended, Fetch, Make, Missing, Reuse, Step
from pipeline.planned import Delivered, serving_clips
from pipeline.storyboard.resolver import Draft
from pipeline.versions.errors import NotInStoreError
from pipeline.versions.git import Commit, Repository
from pipeline.versions.version import Version, version_at

_MOST_TOLD = 20


@dataclass(frozen=True)
class Shown:
    """An old film: of which version, and the files it was cut into."""

    board: str
    commit: Commit
    shots: tuple[ShotId, ...]
    frames: int
    seconds: Fraction
    delivered: tuple[Delivered, ...]
    notes: tuple[str, ...]


def show_at(
    board: Path,
    revision: str,
    *,
    draft: Draft | None = None,
    flags: Mapping[str, str | None] | None = None,
    tell: Callable[[int, int], None] | None = None,
    waiting: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
) -> Shown:
    """Cut a version's film into ``output/<name>/at/<digest>/`` from clips of the store alone.

    The present film, its lock, its journal and its receipt stay as they are.

    Args:
        board: the board as it is called now.
        revision: as git names it.
        draft: show the draft of that time.
        flags: settings from a command line, by name.
        tell: told how many frames are cut, of how many.
        waiting: called if another process is cutting the same film.
        stop: when set, it ends soon.

    Raises:
        NoVersionError: there is no such version, or it had no such board.
        NotInStoreError: some of its takes are not here; all of them are told.
        StoryreelError: the version has faults, or its film cannot be cut.
    """
    from pipeline.film.timeline import lay_timeline

    repository = Repository.around(board.absolute().parent)
    commit = repository.commit(revision)
    with version_at(board, commit, repository, draft=draft, flags=flags) as version:
        planned = version.planned
        refuse_unless_here(version, board)
        with my_turn(planned.places, waiting):
            delivered, _ = assemble_film(planned, tell=tell, stop=stop)
        frames = lay_timeline(planned.film, serving_clips(planned)).frames
        shots = tuple(shot.id for shot in planned.film.shots)
        seconds = frames / planned.film.rate
        name = board_name(board)
        return Shown(name, commit, shots, frames, seconds, delivered, version.notes)


def refuse_unless_here(version: Version, board: Path) -> None:
    """See that every shot of a version has its clip in the store.

    Raises:
        NotInStoreError: some have none; each is told with what is known of it.
    """
    planned = version.planned
    missing = [step for step in planned.plan.steps if not isinstance(step.action, Reuse)]
    if not missing:
        return
    lines = [f"{step.shot.id}: {why_not_here(step)}" for step in missing[:_MOST_TOLD]]
    if more := len(missing) - _MOST_TOLD:
        lines += [f"and {more} more"] if more > 0 else []
    of = f"{len(missing)} of {len(planned.film.shots)} shots"
    raise NotInStoreError(
        f"{version.name} cannot be shown again: {of} have no clip in this store.",
        details="\n".join((f"store: {planned.places.store}", *lines)),
        hint=_way_out(version, board),
    )


def why_not_here(step: Step) -> str:
    """Why a shot has no clip, in words."""
    action = step.action
    if isinstance(action, Fetch | Missing):
        return f"paid before, its clip {action.clip[:8]} is not in this store"
    if isinstance(action, Make):
        free = models()[step.shot.model].built_in
        kind = "free" if free else f"paid, {step.price or 'price unknown'}"
        if step.key is None:
            return f"starts on a frame of {', '.join(step.shot.uses)}, which is not here ({kind})"
        return f"never made, or no longer kept ({kind})"
    return "failed before" if isinstance(action, Ended) else str(action)


def _way_out(version: Version, board: Path) -> str:
    if version.commit is None:
        raise AssertionError("only a version from git is shown again")
    short, draft = version.commit.short, " --draft" if version.planned.draft else ""
    folder = f"../{version.planned.places.film.stem}-{short}"
    store = version.planned.places.store
    return (
        "Put its clips into the store: storyreel unpack a pack of it. Or make it in a checkout of "
        f"its own, which fetches what was paid for and asks before it pays: "
        f"git worktree add {folder} {short}, then in it storyreel render "
        f"{board_name(board)}{draft} --store {store}"
    )
