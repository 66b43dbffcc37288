"""``storyreel explain``: a fault by its code."""

from __future__ import annotations

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json


@click.command("explain")
@click.argument("code", required=False)
@json_option
def command(code: str | None, as_json: bool) -> int:
    """Explain a fault by its code, with a wrong and a right example; without one, list them."""
    from dataclasses import asdict

    from pipeline.storyboard.explain import EXPLANATIONS, explain

    if code is not None:
        explanation = explain(code)
        if as_json:
            put_json({"schema": 1, **asdict(explanation)})
        else:
            put(str(explanation))
    elif as_json:
        codes = [{"code": e.code, "title": e.title} for e in EXPLANATIONS.values()]
        put_json({"schema": 1, "codes": codes})
    else:
        width = max(map(len, EXPLANATIONS))
        for explanation in EXPLANATIONS.values():
            put(f"{explanation.code:<{width}}  {explanation.title}")
    return 0
