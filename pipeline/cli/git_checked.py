"""What doctor says of git: nothing of ``output/`` is committed, and locks of two branches join."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.cli.finding import Finding
from pipeline.errors import StoryreelError, ToolMissingError
from pipeline.places import BOARDS_FOLDER

ATTRIBUTES = "*.lock.toml merge=union"
"""The line of ``.gitattributes`` that keeps both sides of a lock; ``init`` writes it."""


def look_at_git(root: Path) -> Iterator[Finding]:
    """How git treats a project's output and its locks, asked of git itself."""
    from pipeline.errors import UsageError
    from pipeline.versions.git import Repository

    try:
        repository = Repository.around(root)
    except ToolMissingError as error:
        yield Finding("git", "warn", error.brief, error.hint)
        return
    except UsageError:
        yield Finding("git", "ok", "no repository here")
        return
    except StoryreelError as error:  # it lies in one that git will not look at
        yield Finding("git", "warn", error.brief, error.hint)
        return
    inside = os.path.relpath(os.path.realpath(root), os.path.realpath(repository.top))
    base = "" if inside == "." else f"{Path(inside).as_posix()}/"
    yield _ignored(repository.ignores(f"{base}output/any"))
    boards = f"{BOARDS_FOLDER}/" if (root / BOARDS_FOLDER).is_dir() else ""
    yield _joined(boards, repository.attribute("merge", f"{base}{boards}any.lock.toml"))


def _ignored(ignored: bool) -> Finding:
    if ignored:
        return Finding("git", "ok", "output/ is ignored")
    return Finding("git", "warn", "git does not ignore output/", "Add /output/ to .gitignore.")


def _joined(boards: str, driver: str) -> Finding:
    """Whether git keeps both sides where two branches wrote one lock."""
    if driver == "union":
        return Finding("merges", "ok", "locks of two branches join (merge=union)")
    told = {"unspecified": "no merge driver is set", "": "git does not say how"}
    why = told.get(driver, f"their merge driver is {driver}")
    text = f"two branches that each add a take will conflict in the lock: {why}"
    return Finding("merges", "warn", text, f"Add this line to {boards}.gitattributes: {ATTRIBUTES}")
