"""What is said of publishers: doctor's look at each, and a plan's warnings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.finding import Finding

if TYPE_CHECKING:
    from pipeline.planned import PlannedFilm
    from pipeline.publishers.interface import Means, Recipe
    from pipeline.settings import Settings

_NAME = "publisher"


def look_at_publishers(root: Path, settings: Settings) -> Iterator[Finding]:
    """A finding for each publisher the user named; nothing is asked or run.

    Args:
        root: the project, for its ``.env``.
        settings: the user's.
    """
    from pipeline.errors import SettingsError
    from pipeline.publishers.interface import Means
    from pipeline.publishers.registry import recipes
    from pipeline.run.publishable import ways_out
    from pipeline.settings import environment

    means = Means(root, environment())
    try:
        named = recipes(settings)
        fix = None if named else ways_out(settings, means)
    except SettingsError as error:
        yield Finding(_NAME, "fail", error.brief, error.hint)
        return
    if not named:
        text = "none: pictures go to routes with an upload of their own only"
        yield Finding(_NAME, "ok", text, fix)
    for recipe in named:
        yield _seen(recipe, means, settings)


def _seen(recipe: Recipe, means: Means, settings: Settings) -> Finding:
    from pipeline.models.catalog import route_as_set, routes

    if why := recipe.lacks(means):
        return Finding(_NAME, "warn", f"{recipe.name} cannot be used: {why}")
    own = [
        route_as_set(name, settings.routes) for name, route in routes().items() if route.connected
    ]
    served = [route.title for route in own if recipe.takes(route)]
    if not served:
        fix = "A route has to allow it: data_uris = true in [routes.<its name>]."
        return Finding(_NAME, "warn", f"{recipe.name} serves no route", fix)
    return Finding(_NAME, "ok", f"{recipe.name} is ready, for {', '.join(served)}")


def picture_warnings(planned: PlannedFilm) -> Iterator[str]:
    """A line for each route of a plan that the pictures of its shots cannot get to."""
    if not any(step.route and step.shot.sources for step in planned.plan.to_make):
        return  # a plan of what is free imports nothing of this
    from pipeline.errors import SettingsError
    from pipeline.publishers.interface import Means
    from pipeline.run.publishable import unpublishable
    from pipeline.settings import environment

    means = Means(planned.places.root, environment())
    try:
        unsent = unpublishable(planned.plan, planned.settings, means)
    except SettingsError as error:
        yield f"{error.brief} {error.hint}"
        return
    for found in unsent:
        lacks = "".join(f"{words}. " for words in found.lacks)
        yield f"{found.brief} {lacks}{found.hint}"
