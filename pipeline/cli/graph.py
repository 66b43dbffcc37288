"""``storyreel graph``: who waits for whom."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import one_board
from pipeline.cli.console import put, put_json


@click.command("graph")
@one_board
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "mermaid", "dot", "json"]),
    default="text",
    help="The form: text, Mermaid (for Markdown), DOT (for Graphviz), JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --as json.")
def command(board: Path, form: str, as_json: bool) -> int:
    """Show which shot waits for which, and the longest chain."""
    from pipeline.api import plan_film
    from pipeline.sidecars.drawn_graph import as_dot, as_mermaid, as_text, graph_document

    planned = plan_film(board)
    if as_json or form == "json":
        document = graph_document(planned.film, planned.graph)
        put_json({"schema": 1, "board": planned.board.name} | document)
    else:
        draw = {"text": as_text, "mermaid": as_mermaid, "dot": as_dot}[form]
        put(draw(planned.film, planned.graph))
    return 0
