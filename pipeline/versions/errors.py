"""What can be wrong with a version of a board."""

from __future__ import annotations

from pipeline.errors import StoryreelError, UsageError


class NoVersionError(UsageError):
    """A version is asked for that does not exist, or that had no such board."""

    code = "no-version"


class GitFailedError(StoryreelError):
    """git cannot give what it should have."""

    code = "git"


class NotInStoreError(StoryreelError):
    """A version's film cannot be shown again: some of its takes are not here."""

    code = "takes-missing"
