"""A route's upload: its own, or lent to a route that has none. Its links are plain URLs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.keys import access_to
from pipeline.models.abilities import Route, Upload
from pipeline.publishers.interface import Means, UnpublishedError
from pipeline.publishers.links import why_no_link
from pipeline.vendors.interface import Published, Vendor
from pipeline.vendors.registry import vendor_for


def has_key(route: Route, means: Means) -> bool:
    """Whether the route's key is here, where it may be used."""
    try:
        return access_to(route, means.root, means.environment).key is not None
    except SettingsError:
        return False


@dataclass(frozen=True, slots=True)
class OwnUpload:
    """The upload of the very route that makes the shot."""

    name: str
    vendor: Vendor
    upload: Upload

    def takes(self, route: Route) -> Upload | None:
        """Its own route's pictures."""
        return self.upload if route.name == self.name else None

    async def publish(self, picture: Path) -> Published:
        """Upload it."""
        return await self.vendor.publish(picture)

    async def close(self) -> None:
        """Leave the vendor open: it is the route's."""


@dataclass(frozen=True, slots=True)
class LentUpload:
    """The upload of one route, for the pictures of others; ``close_with`` closes its vendor."""

    name: str
    vendor: Vendor
    upload: Upload
    owned: bool = True

    def takes(self, route: Route) -> Upload | None:
        """Any route's pictures, within this one's limits."""
        return None if route.upload else self.upload

    async def publish(self, picture: Path) -> Published:
        """Upload it there."""
        published = await self.vendor.publish(picture)
        if why := why_no_link(published.url):
            raise UnpublishedError(f"The link that {self.name} gave cannot be used: {why}.")
        return published

    async def close(self) -> None:
        """Close the vendor, unless a counter of the run has it."""
        if self.owned:
            await self.vendor.close()


@dataclass(frozen=True, slots=True)
class Lending:
    """The user lends one route's upload to others; ``upload`` is that route's."""

    route: Route
    upload: Upload
    make: Callable[[Route, str, str], Vendor] = vendor_for

    @property
    def name(self) -> str:
        """The route's."""
        return self.route.name

    @property
    def gap(self) -> float:
        """Its account's requests are counted, whatever they are for."""
        return 60.0 / self.route.requests_per_minute

    def takes(self, route: Route) -> Upload | None:
        """Any route's that has no upload of its own."""
        return None if route.upload else self.upload

    def lacks(self, means: Means) -> str | None:
        """Its key."""
        try:
            access = access_to(self.route, means.root, means.environment)
        except SettingsError as error:
            return error.brief.rstrip(".")
        return None if access.key else f"{access.key_variable} is not set"

    def made(self, means: Means) -> LentUpload:
        """Its vendor, with a session of its own."""
        access = access_to(self.route, means.root, means.environment)
        if access.key is None:
            raise UnpublishedError(f"There is no key for {self.route.title}.")
        return LentUpload(
            self.name, self.make(self.route, access.key, access.base_url), self.upload
        )

    def shared(self, vendor: Vendor) -> LentUpload:
        """The same through a vendor that somebody else has opened, and closes."""
        return LentUpload(self.name, vendor, self.upload, owned=False)
