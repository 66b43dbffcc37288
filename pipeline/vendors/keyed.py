"""What a vendor that is spoken over HTTP with one key does like every other such vendor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.models.abilities import Route
from pipeline.vendors.download import Downloads
from pipeline.vendors.errors import BadRequestError
from pipeline.vendors.http import Session
from pipeline.vendors.interface import Handle
from pipeline.vendors.patience import Patience


class KeyedVendor:
    """One session with a vendor's API, and its downloads beside it.

    Args:
        route: its data.
        session: with the key.
        base_url: where it is.
        patience: how long to wait.
    """

    def __init__(
        self, route: Route, session: Session, base_url: str, patience: Patience | None
    ) -> None:
        self._route = route
        self._session = session
        self._downloads = Downloads(route.title, base_url, patience=patience)

    @property
    def warm(self) -> bool:
        """Whether a connection was in use a moment ago."""
        return self._session.warm

    async def fetch(self, link: str, target: Path, tell: Callable[[int, int | None], None]) -> None:
        """Download the clip; its link is signed or secret itself, needs no key and gets none."""
        await self._downloads.fetch(link, target, tell)

    def job_id(self, handle: Handle) -> str:
        """The job's id."""
        return str(handle["job"])

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._downloads.close()

    def _cannot(self, what: str) -> BadRequestError:
        return BadRequestError(f"{self._route.title} cannot be asked for {what}.")


def spelled(document: Mapping[str, object]) -> bytes:
    """A request's body: one spelling for equal requests."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
