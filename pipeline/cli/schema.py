"""``storyreel schema``: the JSON Schema of storyboards."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json, say


@click.command("schema")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there, such as storyboards/storyboard.schema.json.",
)
@click.option(
    "--of",
    "of",
    type=click.Choice(["board", "output"]),
    default="board",
    show_default=True,
    help="Of a board; or of all that is told with --json, a definition a command.",
)
@json_option
def command(output: Path | None, of: str, as_json: bool) -> int:
    """Write the JSON Schema of storyboards, for editors; or that of --json, for programs.

    The first line of a board points an editor at it:
    `# yaml-language-server: $schema=storyboard.schema.json`
    """
    text = _text(of)
    if output:
        from pipeline.files import write_whole

        _refuse_to_overwrite(output)
        write_whole(output, text)
    if as_json:
        import json

        written = {"wrote": str(output)} if output else {"json_schema": json.loads(text)}
        put_json({"schema": 1, "of": of, **written})
    elif output:
        say(f"wrote {output}")
    else:
        put(text, newline=False)
    return 0


def _text(of: str) -> str:
    if of == "output":
        from importlib import resources

        place = resources.files("pipeline.cli").joinpath("data", "output.schema.json")
        return place.read_text("utf-8")
    from pipeline.storyboard.schema import schema_text

    return schema_text()


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
