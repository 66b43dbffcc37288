"""Name -> model or route, read from the data files in this room once and checked."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import SettingsError
from pipeline.models.abilities import Model, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

_Named = TypeVar("_Named", Model, Route)

ANIMATIC = "animatic"
CARD = "card"
FOOTAGE = "footage"


def _read(folder: str, kind: type[_Named]) -> dict[str, _Named]:
    found: dict[str, _Named] = {}
    for file in resources.files("pipeline.models").joinpath("data", folder).iterdir():
        if file.name.endswith(".toml"):
            entry = kind.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
            found[entry.name] = entry
    return dict(sorted(found.items()))


@functools.cache
def models() -> Mapping[str, Model]:
    """Every model storyreel knows, by name."""
    return _read("models", Model)


@functools.cache
def routes() -> Mapping[str, Route]:
    """Every route storyreel knows, by name."""
    return _read("routes", Route)


def route_as_set(name: str, given: Mapping[str, Mapping[str, object]]) -> Route:
    """A route with the user's own say on what its vendor leaves open (``[routes.<name>]``).

    Raises:
        SettingsError: a table is no route's, or holds what the route has not.
    """
    if strange := sorted(set(given) - set(routes())):
        raise SettingsError(
            f"[routes.{strange[0]}] in your configuration is no route's table.",
            hint=f"There are: {', '.join(routes())}.",
        )
    return routes()[name].with_settings(given.get(name, {}))


def routes_serving(model: str) -> tuple[str, ...]:
    """The routes that serve ``model``, by name; none for a built-in model."""
    return tuple(name for name, route in routes().items() if model in route.serves)
