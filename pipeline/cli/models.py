"""``storyreel models``: what each model can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json

if TYPE_CHECKING:
    from pipeline.models.abilities import Model


@click.command("models")
@json_option
def command(as_json: bool) -> int:
    """Show what each model can do: modes, durations, sizes, references, seeds, routes."""
    from pipeline.models.catalog import FOOTAGE, models, routes, routes_serving

    def is_connected(name: str) -> bool:
        serving = routes_serving(name)
        return not serving or any(routes()[route].connected for route in serving)

    if as_json:
        documents = [
            {
                **model.model_dump(mode="json", exclude_none=True),
                "routes": list(routes_serving(name)),
                "connected": is_connected(name),
            }
            for name, model in models().items()
        ]
        put_json({"schema": 1, "models": documents})
        return 0
    for name, model in models().items():
        put(click.style(name, bold=True) + f"  {model.title}")
        step = f", whole steps of {_g(model.durations.step)} s" if model.durations.step else ""
        rows = {
            "modes": ", ".join(model.modes),
            "duration": "its clip's"
            if name == FOOTAGE
            else f"{_g(model.durations.least)} to {_g(model.durations.most)} s{step}",
            "sizes": f"{', '.join(model.resolutions or ['any'])}; "
            f"{', '.join(model.aspects or ['any aspect'])}",
            "references": f"{model.references.least} to {model.references.most}"
            if model.references
            else "none",
            "prompt": _prompt(model),
            "seed": f"taken; honoured: {model.seed_honoured}" if model.seeds else "none",
            "routes": ", ".join(routes_serving(name)) or "built in",
            "here": "ready" if is_connected(name) else "planned and priced; not connected yet",
            "as of": f"{model.as_of} ({model.source})",
        }
        for label, text in rows.items():
            put(f"  {label:<11} {text}")
        put("")
    return 0


def _prompt(model: Model) -> str:
    if "clip" in model.modes:
        return "none"
    return f"up to {model.prompt_limit} characters" if model.prompt_limit else "any"


def _g(number: object) -> str:
    return f"{float(str(number)) if '/' not in str(number) else _ratio(str(number)):g}"


def _ratio(text: str) -> float:
    above, below = text.split("/")
    return float(above) / float(below)
