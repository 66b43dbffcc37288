"""``storyreel routes``: who serves which model, and at what price; all that is known of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json, put_table, terminal_width

if TYPE_CHECKING:
    from pipeline.models.abilities import Price, Route


@click.command("routes")
@click.argument("name", metavar="[ROUTE]", required=False)
@json_option
def command(name: str | None, as_json: bool) -> int:
    """Show who serves which model, at what price, and whether it is connected.

    With a ROUTE: its limits, and what its vendor leaves open, for you to say.
    """
    from pipeline.models.catalog import route_as_set, routes
    from pipeline.places import find_root
    from pipeline.settings import read_settings

    settings = read_settings(find_root(Path("storyboards", "any")))
    named = (_known(name),) if name else tuple(routes())
    shown = [route_as_set(one, settings.routes) for one in named]
    if as_json:
        documents = [route.model_dump(mode="json", exclude_none=True) for route in shown]
        put_json({"schema": 1, "routes": documents})
        return 0
    _put_table(shown)
    put("")
    if name:
        _put_details(shown[0], settings.routes.get(name, {}), settings.files[0])
    put(click.style("Prices are the vendors' own, as of the date given.", dim=True))
    return 0


def _known(name: str) -> str:
    from pipeline.errors import UsageError
    from pipeline.models.catalog import routes
    from pipeline.storyboard.spelling import nearest

    if name not in routes():
        error = UsageError(f"`{name}` is no route.", hint=f"There are: {', '.join(routes())}.")
        raise error.with_meant(name, nearest(name, routes()))
    return name


def _put_table(shown: list[Route]) -> None:
    rows = [
        (
            route.name,
            model,
            served.reference_token,
            _told(served.price),
            str(route.as_of),
            "ready" if route.connected else "not connected yet",
        )
        for route in shown
        for model, served in route.serves.items()
    ]
    put_table(("route", "model", "a reference is", "price", "as of", "here"), rows)


def _told(price: Price | None) -> str:
    from pipeline.money import spell_amount

    if price is None:
        return "unknown"
    each = price.per_second.items()
    return ", ".join(f"{spell_amount(amount, price.unit)}/s at {size}" for size, amount in each)


def _put_details(route: Route, given: Mapping[str, object], file: Path) -> None:
    rows = {
        "key": route.key_variable or "none",
        "address": route.base_url or "none",
        "at once": f"{route.jobs_at_once} jobs, {route.requests_per_minute} requests a minute",
        "uploads": "yes" if route.upload else "none: local pictures need a publisher",
        "lost answer": "asked for again under its key"
        if route.idempotency_seconds
        else "settled by you",
        "source": route.source,
    }
    for label, text in rows.items():
        _put_wrapped(f"  {label:<12} ", text)
    for note in route.notes:
        _put_wrapped("  note         ", note)
    put("")
    if not route.settings:
        return
    put(f"Left open by {route.title}; yours to say in [routes.{route.name}] of {file}:")
    for name, setting in route.settings.items():
        kinds = setting.choices or (("true", "false") if setting.default in (True, False) else ())
        value = str(setting.default).lower() + (" (yours)" if name in given else "")
        may_be = f", of {', '.join(map(str, kinds))}" if kinds else ""
        put(f"  {click.style(name, bold=True)} = {value}{may_be}")
        _put_wrapped("      ", setting.why)
    put("")


def _put_wrapped(label: str, text: str) -> None:
    import textwrap

    width = max(terminal_width(), len(label) + 30)
    put(textwrap.fill(text, width, initial_indent=label, subsequent_indent=" " * len(label)))
