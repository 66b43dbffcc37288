"""Route's name -> the adapter that speaks with it: a literal the type checker can read."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import NotConnectedError
from pipeline.models.abilities import Route
from pipeline.vendors.interface import Handle, Vendor


def _apiframe(route: Route, key: str, base_url: str) -> Vendor:
    from pipeline.vendors.apiframe import Apiframe

    return Apiframe(route, key, base_url)


def _empiriolabs(route: Route, key: str, base_url: str) -> Vendor:
    from pipeline.vendors.empiriolabs import EmpirioLabs

    return EmpirioLabs(route, key, base_url)


VENDORS: dict[str, Callable[[Route, str, str], Vendor]] = {
    "apiframe": _apiframe,
    "empiriolabs": _empiriolabs,
}
"""The routes storyreel can order through."""


def vendor_for(route: Route, key: str, base_url: str) -> Vendor:
    """The adapter of ``route``, with its key; nothing is asked yet.

    Raises:
        NotConnectedError: this storyreel cannot order through the route.
    """
    if route.name not in VENDORS:
        raise NotConnectedError(
            f"{route.title} cannot be ordered through from this version of storyreel.",
            hint=f"Take another route: {', '.join(VENDORS)}.",
        )
    return VENDORS[route.name](route, key, base_url)


def handle_of(route: str, job: str) -> Handle:
    """The handle of a job whose number a person read on the vendor's own pages.

    Raises:
        UsageError: it cannot be a job's number there.
    """
    if route == "apiframe":
        from pipeline.vendors.apiframe import handle_of_job

        return handle_of_job(job)
    if route == "empiriolabs":
        from pipeline.vendors.empiriolabs import handle_of_job as handle_at_empiriolabs

        return handle_at_empiriolabs(job)
    raise NotConnectedError(f"{route} cannot be asked from this version of storyreel.")
