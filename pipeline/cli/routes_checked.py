"""Doctor's look at the way to the routes: network, keys, and whether the vendor takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from pipeline.cli.finding import Finding
from pipeline.keys import RouteAccess, access_to
from pipeline.models.abilities import Route
from pipeline.models.catalog import route_as_set, routes
from pipeline.settings import Settings, environment
from pipeline.vendors.interface import Balance


def look_at_network() -> Finding:
    """The proxies and the certificates in use; passwords are not shown."""
    from pipeline.errors import SettingsError
    from pipeline.vendors.trust import check_network

    try:
        proxies, bundle = check_network()
    except SettingsError as error:
        return Finding("network", "fail", error.brief, error.hint)
    through = [f"{scheme} through {proxy}" for scheme, proxy in proxies.by_scheme.items()]
    if through and proxies.direct:
        through.append(f"directly to {', '.join(proxies.direct)} (NO_PROXY)")
    trusted = f"certificates by {bundle or 'the public authorities'}"
    return Finding("network", "ok", "; ".join((*(through or ("no proxy",)), trusted)))


def look_at_routes(root: Path, settings: Settings, *, online: bool) -> Iterator[Finding]:
    """A finding for each route that can be ordered through.

    Args:
        root: the project, for its ``.env``.
        settings: the user's own, for what a vendor leaves open.
        online: ask each vendor whose key is here for the account's balance; it costs nothing.
    """
    from pipeline.errors import SettingsError

    for known in routes().values():
        if not known.connected:
            continue
        try:
            route = route_as_set(known.name, settings.routes)
            access = access_to(route, root, environment())
        except SettingsError as error:
            yield Finding(known.name, "fail", error.brief, error.hint)
            continue
        if access.key is None:
            fix = f"To order through {route.title}, set {access.key_variable}."
            yield Finding(route.name, "ok", f"no key ({access.key_variable} is not set)", fix)
        elif online:
            yield _asked(route, access)
        else:
            text = f"{access.key_variable} is set, for {access.base_url}"
            yield Finding(route.name, "ok", text)


def _asked(route: Route, access: RouteAccess) -> Finding:
    from pipeline.errors import SettingsError
    from pipeline.vendors.errors import VendorError

    try:
        balance = asyncio.run(_balance(route, access))
    except (VendorError, SettingsError) as error:
        return Finding(route.name, "fail", error.brief, error.hint or error.details)
    amount = "unknown" if balance.amount is None else f"{float(balance.amount):g} {balance.unit}"
    whose = f" of {balance.account}" if balance.account else ""
    return Finding(route.name, "ok", f"{route.title} takes the key{whose}; balance {amount}")


async def _balance(route: Route, access: RouteAccess) -> Balance:
    from pipeline.vendors.registry import vendor_for

    vendor = vendor_for(route, access.key or "", access.base_url)
    try:
        return await vendor.balance()
    finally:
        await vendor.close()
