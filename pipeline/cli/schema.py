"""``storyreel schema``: the JSON Schema of storyboards."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import put, say


@click.command("schema")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there, such as storyboards/storyboard.schema.json.",
)
def command(output: Path | None) -> int:
    """Write the JSON Schema of storyboards, for editors.

    The first line of a board points an editor at it:
    `# yaml-language-server: $schema=storyboard.schema.json`
    """
    from pipeline.storyboard.schema import schema_text

    if output is None:
        put(schema_text(), newline=False)
        return 0
    from pipeline.files import write_whole

    write_whole(output, schema_text())
    say(f"wrote {output}")
    return 0
