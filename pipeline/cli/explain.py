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
    from pipeline.errors import UsageError
    from pipeline.storyboard.explain import EXPLANATIONS

    if code is None:
        if as_json:
            codes = [{"code": e.code, "title": e.title} for e in EXPLANATIONS.values()]
            put_json({"schema": 1, "codes": codes})
            return 0
        width = max(map(len, EXPLANATIONS))
        for explanation in EXPLANATIONS.values():
            put(f"{explanation.code:<{width}}  {explanation.title}")
        return 0
    if code not in EXPLANATIONS:
        import difflib

        near = difflib.get_close_matches(code, EXPLANATIONS, n=1)
        raise UsageError(
            f"No fault has the code `{code}`.",
            hint=f"Did you mean `{near[0]}`?" if near else "List them with storyreel explain.",
        )
    explanation = EXPLANATIONS[code]
    if as_json:
        from dataclasses import asdict

        put_json({"schema": 1, **asdict(explanation)})
        return 0
    put(click.style(f"{explanation.code}: {explanation.title}", bold=True))
    put("")
    put(explanation.text.strip())
    for label, example in (("wrong", explanation.wrong), ("right", explanation.right)):
        if example is None:
            continue
        put("")
        put(click.style(f"{label}:", dim=True))
        put("\n".join(f"  {line}" for line in example.strip().splitlines()))
    return 0
