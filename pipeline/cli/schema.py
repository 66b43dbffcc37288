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

    _refuse_to_overwrite(output)
    write_whole(output, schema_text())
    say(f"wrote {output}")
    return 0


def _refuse_to_overwrite(path: Path) -> None:
    """Nothing but an older schema gives way to the schema: least of all a board."""
    from pipeline.errors import UsageError
    from pipeline.files import load_json

    if not path.exists():
        return
    try:
        ours = "$schema" in load_json(path)
    except (OSError, ValueError):
        ours = False
    if not ours:
        raise UsageError(
            f"{path} is there already and is no JSON Schema.",
            hint="Write -o storyboards/storyboard.schema.json.",
        )
