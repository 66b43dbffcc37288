"""The port: one verb, tried once, which costs nothing; and what is known before it is opened.

The user names publishers in their own configuration, in order. ``run/publishing.py`` goes through
them, has the patience, and remembers links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.errors import MediaError
from pipeline.models.abilities import Route, Upload
from pipeline.vendors.errors import NotSentError
from pipeline.vendors.interface import Published
from pipeline.vendors.sniffing import picture_kind

PICTURES = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
"""What a place that takes any file may be given: kinds whose content type is told to the vendor."""

NO_LIMIT = 100_000_000
"""Bytes; far above what any model takes, which counts as well."""

LEAST_LIFE = 1800
"""Seconds: a vendor must have read a picture well before its link dies."""

_HUSHED = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)


class UnpublishedError(NotSentError):
    """A picture could not be put where its vendor can read it; nothing was ordered for it."""

    code = "unpublished"


@dataclass(frozen=True, slots=True)
class Means:
    """What publishers may use of the user's: the environment, and the project for its ``.env``."""

    root: Path
    environment: Mapping[str, str] = field(repr=False)

    def secrets(self) -> Iterator[str]:
        """Values that must not be shown, should a program or a server say them."""
        for name, value in self.environment.items():
            if _HUSHED.search(name) and len(value) >= 8:
                yield value


class Publisher(Protocol):
    """Somewhere a picture can be put so that a stranger with the link can read it."""

    @property
    def name(self) -> str:
        """As the user names it."""
        ...

    def takes(self, route: Route) -> Upload | None:
        """What it takes of pictures for ``route``; ``None`` where it does not serve that route."""
        ...

    async def publish(self, picture: Path) -> Published:
        """Put a picture there, once; its file's name goes nowhere.

        Raises:
            VendorError: it is not there, and nothing was charged.
            MediaError: it cannot be read.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Recipe(Protocol):
    """A publisher as the user wrote it down; nothing is opened, run or asked."""

    @property
    def name(self) -> str:
        """As the user names it."""
        ...

    @property
    def gap(self) -> float:
        """Seconds to leave between two pictures, for the account's sake."""
        ...

    def takes(self, route: Route) -> Upload | None:
        """As ``Publisher.takes``."""
        ...

    def lacks(self, means: Means) -> str | None:
        """What is missing before it can work, as half a sentence; ``None`` if nothing is."""
        ...

    def made(self, means: Means) -> Publisher:
        """The publisher; nothing is asked yet.

        Raises:
            StoryreelError: something is missing.
        """
        ...


def read_picture(picture: Path) -> tuple[bytes, str]:
    """A picture's bytes, and their kind as in ``PICTURES``.

    Raises:
        MediaError: it cannot be read, or is none.
    """
    try:
        data = picture.read_bytes()
    except OSError as error:
        raise MediaError(picture, "it cannot be read") from error
    kind = picture_kind(data)
    if kind is None:
        raise MediaError(picture, "it is no picture" if data else "it is empty")
    return data, kind
