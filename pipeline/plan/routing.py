"""Which routes a shot may be ordered through, in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pipeline.models.catalog import models, routes
from pipeline.storyboard.shot import Shot

Closed = Literal["refused", "not taken"]
"""Why a route makes a take no more, uncharged: moderation said no, or it cannot be asked that."""


def able_routes(shot: Shot) -> tuple[str, ...]:
    """The routes in the shot's order that can send its pictures; none for a built-in model."""
    if models()[shot.model].built_in:
        return ()
    return tuple(name for name in shot.routes if _can_send(shot, name))


def open_routes(shot: Shot, closed: Mapping[str, Closed]) -> tuple[str, ...]:
    """Those left once some have closed; after a refusal only where the author agreed to go on."""
    if "refused" in closed.values() and shot.on_refusal != "next_route":
        return ()
    return tuple(name for name in able_routes(shot) if name not in closed)


def in_order(names: tuple[str, ...], usable: Callable[[str], bool]) -> tuple[str, ...]:
    """The routes that can be used from here; all of them where none can, to say what is missing.

    A shot that has no choice is not asked for.
    """
    return tuple(name for name in names if usable(name)) or names if len(names) > 1 else names


def _can_send(shot: Shot, route: str) -> bool:
    served = routes()[route].serves.get(shot.model)
    if served is None:
        return False
    if shot.mode != "references" or served.references is None:
        return True
    return len(shot.references) in served.references
