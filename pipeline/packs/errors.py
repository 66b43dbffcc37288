"""What can be wrong with a pack."""

from __future__ import annotations

from pipeline.errors import StoryreelError

NOTHING = "Nothing was unpacked."


class PackError(StoryreelError):
    """A film cannot be packed, or a pack cannot be used; nothing was written for it."""

    code = "pack"


def not_sound(file: str, why: str) -> PackError:
    """The error of a file that is no pack, or no whole one."""
    return PackError(
        f"{file} cannot be unpacked: {why}.",
        details=NOTHING,
        hint="Get it again from whoever packed it, with storyreel pack.",
    )
