"""Puts a picture where a route can read it: through its own upload, or the user's publishers.

Publishing costs nothing, so it is tried patiently, and handed on to the next publisher where one
fails. The same picture goes once in a run, while its link lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.ids import Digest
from pipeline.media.fitting import Fit, fit_of, fit_picture
from pipeline.models.abilities import Model, Route
from pipeline.publishers.interface import UnpublishedError
from pipeline.run.errands import Counter, Errands
from pipeline.run.outlets import Outlet
from pipeline.vendors.errors import VendorError
from pipeline.vendors.interface import Published

READ_WITHIN = 900.0
"""Seconds after a submission in which a vendor is sure to have read its pictures; a guess."""

Note = Callable[[str], None]
Trouble = tuple[Outlet, VendorError]


async def publish(
    errands: Errands, counter: Counter, model: Model, picture: Path, note: Note
) -> Published:
    """Publish a picture, or a copy of it that may go; the original stays as it is.

    One that failed is asked after the others. ``note`` is told once of each that failed while
    another did it.

    Raises:
        VendorError: nobody could; nothing was ordered or charged.
        MediaError: it cannot be read, or not be made to fit.
    """
    troubles: list[Trouble] = []
    for outlet in sorted(counter.outlets, key=lambda one: one.failed):
        try:
            published = await _through(errands, outlet, counter.route, model, picture)
        except VendorError as error:
            outlet.failed = True
            troubles.append((outlet, error))
        else:
            outlet.failed = False
            _tell(troubles, outlet, note)
            return published
    if counter.route.upload and troubles:
        raise troubles[0][1]  # the vendor's own words, of its own upload
    raise _unpublished(picture, counter.route, troubles)


async def _through(
    errands: Errands, outlet: Outlet, route: Route, model: Model, picture: Path
) -> Published:
    fit = fit_of(outlet.publisher.takes(route), model)
    sent, digest = await asyncio.to_thread(_fitted, errands.store.fitted, fit, picture)
    async with outlet.turns[digest]:
        known = outlet.links.get(digest)
        if known and is_fresh(known, errands.clock.date()):
            return known
        # given up at once when the user wants to leave: nothing hangs on it
        await errands.until(_put(errands, outlet, sent, digest))
        return outlet.links[digest]


async def _put(errands: Errands, outlet: Outlet, sent: Path, digest: Digest) -> None:
    outlet.links[digest] = await errands.patiently(
        "publish", outlet, lambda: outlet.publisher.publish(sent)
    )


def is_fresh(published: Published, now: float) -> bool:
    """Whether a link lives until a vendor that is sent it now has surely read it."""
    return published.expires is None or published.expires - now >= READ_WITHIN


def _fitted(folder: Path, fit: Fit, picture: Path) -> tuple[Path, Digest]:
    folder.mkdir(parents=True, exist_ok=True)
    sent = fit_picture(picture, fit, folder)
    try:
        return sent, digest_of_file(sent)
    except OSError as error:
        raise MediaError(sent, "it may not be read") from error


def _tell(troubles: list[Trouble], by: Outlet, note: Note) -> None:
    for outlet, error in troubles:
        if not outlet.told:
            outlet.told = True
            why = error.brief.rstrip(".")
            note(f"{outlet.publisher.name} did not publish: {why}; {by.publisher.name} did")


def _unpublished(picture: Path, route: Route, troubles: list[Trouble]) -> UnpublishedError:
    why = " ".join(f"{outlet.publisher.name}: {error.brief}" for outlet, error in troubles)
    hint = next((error.hint for _, error in troubles if error.hint), None)
    return UnpublishedError(
        f"{picture.name} could not be put where {route.title} can read it.",
        details=why or f"No publisher of yours serves {route.title}.",
        hint=hint or "Run storyreel doctor to see how your publishers stand.",
    )
