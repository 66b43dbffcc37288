"""The names in ``publishers`` -> recipes, in the user's order; what they mean is checked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.errors import SettingsError
from pipeline.models.catalog import routes
from pipeline.publishers.command import CommandRecipe
from pipeline.publishers.data_uri import MOST_BYTES, DataUri
from pipeline.publishers.interface import NO_LIMIT, Recipe
from pipeline.publishers.lent import Lending
from pipeline.publishers.s3 import BucketRecipe
from pipeline.publishers.table import Table
from pipeline.settings import Settings

_ROUTE = "route:"


def _data_uri(table: Table) -> Recipe:
    table.only(("most_bytes",))
    return DataUri(table.number("most_bytes", MOST_BYTES, 10_000, NO_LIMIT))


_KINDS: Mapping[str, Callable[[Table], Recipe]] = {
    "s3": BucketRecipe.read,
    "command": CommandRecipe.read,
    "data-uri": _data_uri,
}


def recipes(settings: Settings) -> tuple[Recipe, ...]:
    """The user's publishers, in their order; tables of others are checked as well.

    Raises:
        SettingsError: a name or a value means nothing; file and key are named, and what may be
            written.
    """
    file = settings.origins.get("publisher", settings.origins.get("publishers", "your settings"))
    tables = {name: Table(file, name, values) for name, values in settings.publisher.items()}
    for name, table in tables.items():
        _recipe(name, table)
    listed = settings.origins.get("publishers", file)
    found = [
        _recipe(name, tables.get(name, Table(listed, name, {}))) for name in settings.publishers
    ]
    return tuple({one.name: one for one in found}.values())


def _recipe(name: str, table: Table) -> Recipe:
    if read := _KINDS.get(name):
        return read(table)
    lending = _lending(name.removeprefix(_ROUTE))
    if lending is None:
        raise SettingsError(
            f"{table.file} names `{name}` as a publisher, which is none.",
            hint=f"Use one of: {', '.join((*lenders(), *_KINDS))}.",
        )
    table.only(())
    return lending


def lenders() -> tuple[str, ...]:
    """The routes whose uploads can be lent to others."""
    return tuple(name for name, route in routes().items() if route.upload and route.connected)


def _lending(name: str) -> Lending | None:
    route = routes().get(name)
    if route is None or route.upload is None or not route.connected:
        return None
    return Lending(route, route.upload)
