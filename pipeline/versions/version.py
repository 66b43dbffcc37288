"""A film as a version of its board has it: planned as it was then, with the store as it is now."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import Way
from pipeline.places import Places, draft_folder, find_root, places_for
from pipeline.planned import PlannedFilm
from pipeline.planning import plan_board, plan_film
from pipeline.settings import Settings, read_settings
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.loader import Board, load_board
from pipeline.storyboard.resolver import Draft
from pipeline.versions.git import Commit, Repository
from pipeline.versions.snapshot import Snapshot, lock_place, taken_out

WORKING_TREE = "working tree"


@dataclass(frozen=True)
class Version:
    """A version's film; ``commit`` is absent for the board as it lies here now."""

    planned: PlannedFilm
    commit: Commit | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: as it was asked for, with its digest where that says more."""
        if self.commit is None:
            return WORKING_TREE
        same = self.commit.sha.startswith(self.commit.asked)
        return self.commit.short if same else f"{self.commit.asked} ({self.commit.short})"


def version_here(
    board: Path, *, draft: Draft | None = None, flags: Mapping[str, str | None] | None = None
) -> Version:
    """The board as it lies here now; errors are those of ``plan_film``."""
    return Version(plan_film(board, draft=draft, flags=flags))


@contextlib.contextmanager
def version_at(
    board: Path,
    commit: Commit,
    repository: Repository,
    *,
    draft: Draft | None = None,
    flags: Mapping[str, str | None] | None = None,
) -> Iterator[Version]:
    """The board as a commit has it; its files lie in a private folder while the block lasts.

    Settings and store are those of here and now, for they say where this machine keeps its clips;
    a draft's lock is too, for git has none. What its plan names as the film's place is
    ``output/<name>/at/<digest>/``.

    Raises:
        NoVersionError: the commit has no such board.
        GitFailedError: a file of the commit is not in this clone.
        BoardFaultsError: the board of that time has faults.
        StoryreelError: its lock, or a setting, cannot be read.
    """
    root = find_root(board)
    settings = read_settings(root.absolute(), flags=flags)
    with taken_out(repository, commit, board, root) as snapshot:
        places = _places(board, root, settings, commit, draft, snapshot)
        planned = plan_board(_loaded(snapshot), places, settings, draft=draft)
        yield Version(planned, commit, snapshot.notes)


def _loaded(snapshot: Snapshot) -> Board:
    try:
        return load_board(snapshot.board, root=snapshot.root, file=snapshot.named)
    except BoardFaultsError as error:
        codes = dict.fromkeys(fault.code for fault in error.faults if fault.severity == "error")
        words = (("storyreel", "explain", code, "--json") for code in codes)
        raise error.with_ways(
            [Way(one, "free", "shows it wrong and right") for one in words]
        ) from None


def _places(
    board: Path,
    root: Path,
    settings: Settings,
    commit: Commit,
    draft: Draft | None,
    snapshot: Snapshot,
) -> Places:
    """The board's own places, but for the film's and the lock's."""
    name = draft_folder(draft.resolution) if draft else None
    here = places_for(board, root, store=settings.store, draft=name)
    folder = here.folder / "at" / commit.short
    lock = here.lock if draft else snapshot.root / lock_place(snapshot.place)
    return replace(here, folder=folder, film=folder / here.film.name, lock=lock)
