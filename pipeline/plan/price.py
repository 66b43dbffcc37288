"""What a shot costs through a route; unknown is unknown, never nought."""

from __future__ import annotations

from fractions import Fraction

from pipeline.models.catalog import models, routes
from pipeline.money import Price
from pipeline.storyboard.shot import Shot


def billed_seconds(shot: Shot) -> Fraction:
    """The seconds a vendor bills: those asked, which are the model's own rounding up."""
    return Fraction(0) if models()[shot.model].built_in else shot.asked


def price_of(shot: Shot, route: str | None) -> Price | None:
    """The price of one take through ``route``; ``None`` when nobody has said one."""
    if models()[shot.model].built_in:
        return Price(Fraction(0), "usd", "built in")
    if route is None:
        return None
    served = routes()[route].serves.get(shot.model)  # a held take's route may not
    asked = served.price if served else None
    if asked is None or shot.resolution not in asked.per_second:
        return None
    return Price(asked.per_second[shot.resolution] * billed_seconds(shot), asked.unit, route)
