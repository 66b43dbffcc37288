"""What a shot costs through the route that would make it; unknown is unknown, never nought."""

from __future__ import annotations

from fractions import Fraction

from pipeline.models.catalog import models, routes
from pipeline.money import Price
from pipeline.storyboard.shot import Shot


def billed_seconds(shot: Shot) -> Fraction:
    """The seconds a vendor bills: those asked, which are the model's own rounding up."""
    return Fraction(0) if models()[shot.model].built_in else shot.asked


def route_for(shot: Shot) -> str | None:
    """The first route in the shot's order that can send its pictures; none for a built-in."""
    return next((name for name in shot.routes if _can_send(shot, name)), None)


def price_of(shot: Shot) -> Price | None:
    """The price of one take; ``None`` when nobody has said one."""
    if models()[shot.model].built_in:
        return Price(Fraction(0), "usd", "built in")
    route = route_for(shot)
    if route is None:
        return None
    asked = routes()[route].serves[shot.model].price
    if asked is None or shot.resolution not in asked.per_second:
        return None
    return Price(asked.per_second[shot.resolution] * billed_seconds(shot), asked.unit, route)


def _can_send(shot: Shot, route: str) -> bool:
    served = routes()[route].serves.get(shot.model)
    if served is None:
        return False
    if shot.mode != "references" or served.references is None:
        return True
    return len(shot.references) in served.references
