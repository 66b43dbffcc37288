"""One board being looked at: notices what changes, and keeps the snapshot that pages are told.

Nothing is told by who changes a file, so everything a film hangs on is looked at, by size and time
of change only; what moved is then planned anew.
"""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import LockFileError, StoryreelError, of_the_system
from pipeline.files import FileMark, held_if_free, mark_of
from pipeline.places import Places, board_name, draft_folder, find_root, path_in, places_for
from pipeline.planned import PlannedFilm, serving_clips
from pipeline.planning import plan_film
from pipeline.reporting.last_run import last_run_path, load_last_run
from pipeline.review.following import Following, LogReader, followed
from pipeline.review.sending import version_of
from pipeline.review.snapshot import Snapshot
from pipeline.review.state import FilmFile, film_snapshot, nothing_known, with_faults
from pipeline.sidecars.happened import happened_path
from pipeline.sidecars.lock_file import load_lock
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.resolver import Draft

Publish = Callable[[str, Iterable[Mapping[str, Any]]], None]
Seen = dict[str, FileMark | None]

_REST = 3  # times as long as a look took, it rests: planning must not have the machine to itself
_ONLY_BARS = frozenset({"progressed", "cutting"})  # told to pages as they are; no state moves
_LIVES = 3.0  # seconds between two questions whether a render that is told of still lives


@dataclass(frozen=True, slots=True)
class Known:
    """A plan made just now by who wrote to the lock; ``before`` are the files as they were then."""

    planned: PlannedFilm
    before: Seen


class Showing:
    """A board, or its draft, as it stands from moment to moment.

    ``snapshot`` is replaced, never changed; any thread may read it. ``look`` belongs to one thread,
    ``refresh`` to any.
    """

    def __init__(
        self,
        path: Path,
        *,
        draft: Draft | None = None,
        flags: Mapping[str, str | None] | None = None,
    ) -> None:
        self.path, self.draft, self.flags = path, draft, flags
        self.publish: Publish = lambda _revision, _happened: None
        root = find_root(path)
        folder = draft_folder(draft.resolution) if draft else None
        self.places = places_for(path, root, store=None, draft=folder)
        self.snapshot: Snapshot = nothing_known(
            board_name(path), path_in(root, path), draft=draft is not None
        )
        self._planned: PlannedFilm | None = None
        self._turn = threading.Lock()
        self._log = LogReader(happened_path(self.places.folder))
        self._following = Following()
        self._seen: Seen = {}
        self._due = False  # a render told of something the snapshot does not have yet
        self._rests_until = 0.0
        self._asked = 0.0  # when it was last asked whether the render lives

    def plan(self) -> PlannedFilm:
        """The board's plan as it is now, as every command makes it.

        Raises:
            StoryreelError: the board has faults, or lock or settings cannot be read.
        """
        return plan_film(self.path, draft=self.draft, flags=self.flags)

    def look_first(self) -> None:
        """See how things stand, whether they ever moved or not."""
        self._following = self._living(followed(self._following, self._log.news()))
        self.refresh()

    @property
    def store(self) -> Path:
        """Where the clips lie."""
        return self._where.store

    @property
    def proxies(self) -> Path:
        """Where copies lie that a browser can play; free to make again."""
        return self._where.segments / "proxies"

    @property
    def ffmpeg(self) -> Path | None:
        """The ffmpeg that the user chose, if any."""
        return self._planned.settings.ffmpeg if self._planned else None

    @property
    def _where(self) -> Places:
        """The board's places as its settings last had them."""
        return self._planned.places if self._planned else self.places

    def look(self) -> None:
        """See whether anything moved; if so, tell of it."""
        news = self._log.news()
        before = self._following
        after = self._following = self._living(followed(before, news))
        steps = any(event.get("event") not in _ONLY_BARS for event in news)
        self._due = self._due or steps or after.since != before.since
        rested = time.monotonic() >= self._rests_until
        if rested and (self._due or self.files() != self._seen):
            self._due = False
            self.refresh(news)
        elif news:
            self.publish(self.snapshot.revision, news)

    def refresh(self, news: Sequence[Mapping[str, Any]] = (), *, known: Known | None = None) -> str:
        """Tell anew; the revision that came of it.

        Args:
            news: lines of the running render's log.
            known: a plan that is told, if it surely still holds; else the board is planned.
        """
        with self._turn:
            began = time.monotonic()
            before = self.files()
            holds = known is not None and self._holds(known, before)
            self.snapshot = self._told(known.planned if known and holds else None)
            # a file of the author's that is new among these was not looked at before: once more
            self._seen = before | _stats(self._clips())
            self._rests_until = time.monotonic() + _REST * (time.monotonic() - began)
            self.publish(self.snapshot.revision, news)
            return self.snapshot.revision

    def _holds(self, known: Known, now: Seen) -> bool:
        """Whether nothing moved since the last look but the lock, and that as the plan has it."""
        lock = str(known.planned.places.lock)
        if not all(_but(lock, now) == _but(lock, seen) for seen in (self._seen, known.before)):
            return False
        try:
            return load_lock(known.planned.places.lock) == known.planned.lock
        except LockFileError:  # planning says why
            return False

    def _told(self, known: PlannedFilm | None = None) -> Snapshot:
        try:
            planned = self._planned = known or self.plan()
            run = load_last_run(planned.places.folder)
            return film_snapshot(planned, run, self._following, film_file(planned))
        except BoardFaultsError as error:
            faults = list(_faults_of(error))
        except StoryreelError as error:
            faults = [_fault(error)]
        except OSError as error:
            faults = [_fault(of_the_system(error))]
        return with_faults(self.snapshot, faults, self._following.as_told())

    def _living(self, following: Following) -> Following:
        """The render that is told of, if it was not killed: a killed one tells no end."""
        if following.since is None:
            return following
        now = time.monotonic()
        if self._following.since == following.since and now - self._asked < _LIVES:
            return following
        self._asked = now
        try:
            with held_if_free(self.places.turn) as free:
                return Following() if free else following
        except OSError:  # a folder that may only be read: nobody can ask
            return following

    def files(self) -> Seen:
        """The files that the film hangs on, as they are now."""
        places = self._where
        fixed = (
            self.path, places.lock, places.film, places.journal,
            places.journal.with_name(f"{places.journal.name}-wal"), last_run_path(places.folder),
            places.store / "keys",
        )  # fmt: skip
        return _stats((*fixed, *self._read(), *self._clips()))

    def _read(self) -> Iterator[Path]:
        """What the board reads besides itself, and what lies beside its film."""
        if self._planned is None:
            return
        board = self._planned.board
        from pipeline.delivering import files_watched

        yield from self._planned.settings.files
        yield from files_watched(self._planned, self._planned.places.film)
        for shelf in (board.pictures, board.clips, board.sounds, board.fonts):
            yield from (file.path for file in shelf.values())

    def _clips(self) -> Iterator[Path]:
        for clip in self.snapshot.clips.values():
            yield clip.path


def _but(lock: str, seen: Seen) -> Seen:
    return {path: mark for path, mark in seen.items() if path != lock}


def _stats(paths: Iterable[Path]) -> Seen:
    """Size, time of change and number of each file; an empty one is as good as none.

    SQLite leaves an empty log beside a journal that was only looked at.
    """
    marks = ((str(path), mark_of(path)) for path in paths)
    return {path: mark if mark and mark[0] else None for path, mark in marks}


def film_file(planned: PlannedFilm) -> FilmFile | None:
    """The film on disk, if it was ever cut."""
    from pipeline.api import cutting_tools
    from pipeline.delivering import film_stands
    from pipeline.media.ffmpeg import find_ffmpeg

    path = planned.places.film
    try:
        found = path.lstat()
    except OSError:
        return None
    if not (stat.S_ISREG(found.st_mode) and found.st_size):
        return None
    clips = serving_clips(planned)
    try:
        tools = cutting_tools(find_ffmpeg(planned.settings.ffmpeg))
        whole = all(shot.id in clips for shot in planned.film.shots)
        current = whole and film_stands(planned, clips, tools)
    except StoryreelError:  # it could not be cut as things stand: render says why
        current = False
    return FilmFile(path, version_of(found), current)


def _faults_of(error: BoardFaultsError) -> Iterator[dict[str, Any]]:
    for fault in error.faults:
        if fault.severity == "error":
            yield {
                "code": fault.code,
                "message": fault.message,
                "hint": fault.help,
                "shot": fault.shot,
                "line": fault.span.line,
                "column": fault.span.column,
            }


def _fault(error: StoryreelError) -> dict[str, Any]:
    """What is wrong, but not with the board's text."""
    nowhere = {"shot": None, "line": None, "column": None}
    return {"code": error.code, "message": error.brief, "hint": error.hint, **nowhere}
