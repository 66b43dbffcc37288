"""The picture itself in the request, where the user says that the route takes it so."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from pathlib import Path

from pipeline.models.abilities import Route, Upload
from pipeline.publishers.interface import LEAST_LIFE, PICTURES, Means, read_picture
from pipeline.vendors.interface import Published

MOST_BYTES = 1_000_000
"""Ours, unless the user says another: nine of them stay below 16 MB of request."""

SETTING = "data_uris"
"""The route's setting that allows them."""


@dataclass(frozen=True, slots=True)
class DataUri:
    """Recipe and publisher in one, for there is nothing to open."""

    most_bytes: int = MOST_BYTES
    name: str = "data-uri"
    gap: float = 0.0

    def takes(self, route: Route) -> Upload | None:
        """Small pictures, for a route whose setting allows it."""
        if SETTING not in route.settings or route.setting(SETTING) is not True:
            return None
        return Upload(formats=PICTURES, most_bytes=self.most_bytes, life=LEAST_LIFE)

    def lacks(self, means: Means) -> str | None:  # noqa: ARG002 - the port's
        """Nothing."""
        return None

    def made(self, means: Means) -> DataUri:  # noqa: ARG002 - the port's
        """Itself."""
        return self

    async def publish(self, picture: Path) -> Published:
        """The picture as a link that holds it, and so never dies."""
        data, kind = await asyncio.to_thread(read_picture, picture)
        spelled = base64.b64encode(data).decode("ascii")
        return Published(f"data:image/{kind.lower()};base64,{spelled}", None)

    async def close(self) -> None:
        """Nothing is open."""
