"""``storyreel completion``: the shell's completion script."""

from __future__ import annotations

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
def command(shell: str, as_json: bool) -> int:
    r"""Print the completion script for a shell.

    \b
    bash: storyreel completion bash > ~/.local/share/bash-completion/completions/storyreel
    zsh:  storyreel completion zsh > "${fpath[1]}/_storyreel"
    fish: storyreel completion fish > ~/.config/fish/completions/storyreel.fish
    """
    from click.shell_completion import get_completion_class

    from pipeline.cli.main import storyreel

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    script = kind(storyreel, {}, "storyreel", "_STORYREEL_COMPLETE").source()
    if as_json:
        put_json({"schema": 1, "shell": shell, "script": script})
    else:
        put(script)
    return 0
