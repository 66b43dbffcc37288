"""From a board and the names of two versions to what changed between them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.files import digest_of_file
from pipeline.film.expected import length_of
from pipeline.ids import Digest
from pipeline.planned import PlannedFilm, serving_clips
from pipeline.storyboard.resolver import Draft
from pipeline.storyboard.subtitles import subtitles_path
from pipeline.versions.changes import Changes, Side, changes_between
from pipeline.versions.git import Commit, Repository
from pipeline.versions.version import Version, version_at, version_here


@dataclass(frozen=True, slots=True)
class Length:
    """How long a film is, in exact seconds, as ``plan`` tells it.

    ``exact`` where every clip of both is there to count.
    """

    old: Fraction
    new: Fraction
    exact: bool


@dataclass(frozen=True)
class Difference:
    """Two versions of a board, what changed, and what the new one would take to make.

    The plan of ``new`` says that. Of a version from git only what is in memory is left.
    """

    old: Version
    new: Version
    changes: Changes
    length: Length

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it was compared."""
        return tuple(dict.fromkeys((*self.old.notes, *self.new.notes)))


def diff_board(
    board: Path,
    revisions: Sequence[str] = (),
    *,
    draft: Draft | None = None,
    flags: Mapping[str, str | None] | None = None,
) -> Difference:
    """What changed in a board's film.

    Args:
        board: the board as it is called now.
        revisions: as git is told them: none (HEAD and the board as it lies here), one (that and
            the board here), two, or a range ``A..B``; ``A...B`` begins where both part.
        draft: compare the drafts.
        flags: settings from a command line, by name.

    Raises:
        NoVersionError: there is no such version, or it had no such board.
        BoardFaultsError: a version has faults.
        StoryreelError: git, a lock or a setting cannot be read.
    """
    repository = Repository.around(board.absolute().parent)
    old, new = _commits(repository, revisions)

    def opened(commit: Commit | None) -> AbstractContextManager[Version]:
        if commit is None:
            return contextlib.nullcontext(version_here(board, draft=draft, flags=flags))
        return version_at(board, commit, repository, draft=draft, flags=flags)

    with opened(old) as before, opened(new) as now:
        changes = changes_between(side_of(before.planned), side_of(now.planned))
        return Difference(before, now, changes, _length(before.planned, now.planned))


def side_of(planned: PlannedFilm) -> Side:
    """What is compared of a planned film."""
    board = planned.board
    return Side(
        board.storyboard,
        planned.film,
        planned.graph,
        planned.plan,
        planned.lock,
        planned.draft,
        {written: picture.digest for written, picture in board.pictures.items()},
        _subtitles(planned),
    )


def _subtitles(planned: PlannedFilm) -> Digest | None:
    board = planned.board
    asked = board.storyboard.subtitles
    if asked is None or asked.file is None:
        return None
    return digest_of_file(subtitles_path(board.root, board.path.parent, asked.file))


def _commits(
    repository: Repository, revisions: Sequence[str]
) -> tuple[Commit | None, Commit | None]:
    """The commits meant, old and new; none for the board as it lies here."""
    words = tuple(revisions) or ("HEAD",)
    if len(words) > 2:
        raise UsageError("A film is compared with one other version.", hint=_HINT)
    if len(words) == 2:
        return repository.commit(words[0]), repository.commit(words[1])
    for dots in ("...", ".."):
        one, found, other = words[0].partition(dots)
        if found:
            one, other = one or "HEAD", other or "HEAD"
            old = repository.meeting(one, other) if dots == "..." else repository.commit(one)
            return old, repository.commit(other)
    return repository.commit(words[0]), None


_HINT = "Name one version (compared with the board here), two, or a range A..B."


def _length(old: PlannedFilm, new: PlannedFilm) -> Length:
    before, now = (length_of(one.film, serving_clips(one)) for one in (old, new))
    return Length(before.film, now.film, before.exact and now.exact)
