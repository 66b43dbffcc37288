"""Whether local pictures can get to the routes that a plan orders through; nothing is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import NotConnectedError
from pipeline.ids import ShotId
from pipeline.models.abilities import Route
from pipeline.models.catalog import route_as_set, routes
from pipeline.plan.step import Make, Plan
from pipeline.publishers.interface import Means
from pipeline.publishers.lent import has_key
from pipeline.publishers.registry import lenders, recipes
from pipeline.settings import Settings


class UnpublishableError(NotConnectedError):
    """A route takes no uploads, and nobody is named who would publish a shot's pictures."""

    code = "no-publisher"


@dataclass(frozen=True, slots=True)
class Unpublishable:
    """Shots whose pictures cannot get to their route, and what each publisher of the user's lacks.

    ``lacks`` is empty where none is named; ``hint`` are the ways out, the easiest first.
    """

    shots: tuple[ShotId, ...]
    route: Route
    lacks: tuple[str, ...]
    hint: str

    @property
    def brief(self) -> str:
        """What is wrong, as a sentence."""
        shots = ", ".join(self.shots[:6]) + (", …" if len(self.shots) > 6 else "")
        return f"{self.route.title} takes no uploads, and the pictures of {shots} are local files."


def unpublishable(plan: Plan, settings: Settings, means: Means) -> tuple[Unpublishable, ...]:
    """The shots a plan would order whose pictures nobody could publish, by route.

    Raises:
        SettingsError: what the user wrote of publishers means nothing.
    """
    shots: dict[str, list[ShotId]] = {}
    for step in plan.to_run:
        if isinstance(step.action, Make) and step.shot.sources and step.route:
            shots.setdefault(step.route, []).append(step.shot.id)
    lacking = {name: _lacks(name, settings, means) for name in shots}
    return tuple(
        Unpublishable(tuple(shots[name]), routes()[name], lacks, ways_out(settings, means))
        for name, lacks in lacking.items()
        if lacks is not None
    )


def refuse_unpublishable(plan: Plan, settings: Settings, means: Means) -> None:
    """Tell before anything is made that a shot's pictures cannot get to its route.

    Raises:
        UnpublishableError: they cannot.
        SettingsError: what the user wrote of publishers means nothing.
    """
    for found in unpublishable(plan, settings, means):
        lacks = "".join(f"{words}. " for words in found.lacks)
        raise UnpublishableError(
            found.brief, details=f"{lacks}Nothing was ordered.", hint=found.hint
        )


def pictures_reach(settings: Settings, means: Means) -> Callable[[str], bool]:
    """Whether local pictures can get to a route, by its name.

    Raises:
        SettingsError: when asked, where the user's publishers mean nothing.
    """

    @functools.cache
    def reach(name: str) -> bool:
        return _lacks(name, settings, means) is None

    return reach


def _lacks(name: str, settings: Settings, means: Means) -> tuple[str, ...] | None:
    """What each publisher lacks to serve a route; ``None`` where its pictures can get there."""
    route = routes()[name]
    if route.upload or not route.connected:
        return None
    route = route_as_set(name, settings.routes)
    lacks = []
    for recipe in recipes(settings):
        if recipe.takes(route) is None:
            why: str | None = f"the setting data_uris of {route.name} is not true"
        else:
            why = recipe.lacks(means)
        if why is None:
            return None
        lacks.append(f"{recipe.name}: {why}")
    return tuple(lacks)


def ways_out(settings: Settings, means: Means) -> str:
    """How pictures get to a route without uploads, the easiest way first."""
    file = settings.files[0] if settings.files else "your configuration"
    lender = routes()[lenders()[0]]
    first = f'publishers = ["{lender.name}"]'
    ready = has_key(lender, means)
    first = f"Write {first}" if ready else f"Set {lender.key_variable} and write {first}"
    return (
        f"{first} into {file}: its upload is used for the pictures alone. Or name a bucket there "
        "([publisher.s3]) or a command ([publisher.command]); storyreel doctor shows how they "
        "stand."
    )
