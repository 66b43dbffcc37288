"""``storyreel routes``: who serves which model, and at what price."""

from __future__ import annotations

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json, put_table


@click.command("routes")
@json_option
def command(as_json: bool) -> int:
    """Show who serves which model, at what price, and whether it is connected."""
    from pipeline.models.catalog import routes
    from pipeline.money import spell_amount

    if as_json:
        documents = [r.model_dump(mode="json", exclude_none=True) for r in routes().values()]
        put_json({"schema": 1, "routes": documents})
        return 0
    rows = []
    for name, route in routes().items():
        for model, served in route.serves.items():
            price = served.price
            told = (
                ", ".join(
                    f"{spell_amount(amount, price.unit)}/s at {size}"
                    for size, amount in price.per_second.items()
                )
                if price
                else "unknown"
            )
            here = "ready" if route.connected else "not connected yet"
            rows.append((name, model, served.reference_token, told, str(route.as_of), here))
    put_table(("route", "model", "a reference is", "price", "as of", "here"), rows)
    put("")
    put(click.style("Prices are the vendors' own, as of the date given.", dim=True))
    return 0
