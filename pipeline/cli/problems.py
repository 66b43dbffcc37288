"""How an error is shown: faults with their lines, our own errors in words, a bug into a file."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.console import colouring, put_json, say, terminal_width
from pipeline.cli.ways import whole_document
from pipeline.cli.words import wants_json
from pipeline.errors import (
    OwnFaultError,
    StoppedError,
    StoryreelError,
    ToolStoppedError,
    of_the_system,
)


def show_problem(error: Exception, arguments: list[str]) -> int:
    """Show an error on standard error (with ``--json`` as a document on standard output).

    Returns:
        The exit code.
    """
    from pipeline.storyboard.diagnostics import BoardFaultsError

    words = tuple(arguments)
    if isinstance(error, ToolStoppedError):  # nothing stops a tool but whoever stopped us
        return show_interrupted(arguments)
    if isinstance(error, StoppedError) and not wants_json(words):
        say(error.brief)
        return error.exit_code
    if isinstance(error, BoardFaultsError):
        show_faults(error, words)
        return error.exit_code
    if isinstance(error, StoryreelError):
        _show_own(error, words)
        return error.exit_code
    if "can't start new thread" in str(error):  # Python says it like this
        error = MemoryError()
    if isinstance(error, (OSError, MemoryError)):
        _show_own(of_the_system(error), words)
        return 1
    _show_bug(error, words)
    return 1


def show_usage(error: click.ClickException, arguments: list[str]) -> int:
    """Show what click says of a command line it cannot read; an exit code."""
    from pipeline.cli.slips import as_ours, nearest_first

    error = nearest_first(error)
    if not wants_json(arguments):
        error.show()
        return error.exit_code

    put_json(whole_document(as_ours(error, tuple(arguments)), arguments), indent=None)
    return error.exit_code


def show_interrupted(arguments: list[str]) -> int:
    """Tell a machine that the command was stopped; a person knows. An exit code."""
    from pipeline.cli.ways import again

    if wants_json(arguments):
        error = StoppedError("The command was interrupted.").with_ways(again(arguments))
        put_json(whole_document(error, arguments), indent=None)
    return StoppedError.exit_code


def show_faults(error: Any, words: Sequence[str] = ()) -> None:
    """Show every fault of a board at its place."""
    from pipeline.storyboard.diagnostics import fault_as_json, render_fault

    if wants_json(words):
        faults = [fault_as_json(fault, error.file) for fault in error.faults]
        document = whole_document(error, words)
        document["error"].pop("details", None)  # the faults, in more than words
        put_json({**document, "faults": faults}, indent=None)
        return
    colour, width = colouring(sys.stderr), terminal_width()
    for fault in error.faults:
        text = render_fault(fault, error.source, error.file, width=width, colour=colour)
        say(text + "\n")
    say(f"{error.brief} Nothing was made.")
    if error.hint:
        say(error.hint)


def _show_own(error: StoryreelError, words: Sequence[str]) -> None:
    if wants_json(words):
        put_json(whole_document(error, words), indent=None)
        return
    say(f"{click.style('error', fg='red', bold=True)}: {error.brief}")
    if error.details:
        say("\n".join(f"  {line}" for line in error.details.splitlines()))
    if error.hint:
        say(f"\n{click.style('hint', fg='cyan')}: {error.hint}")


def _show_bug(error: Exception, words: Sequence[str]) -> None:
    """A bug of ours: one line for the user, everything else in a file to send."""
    text = "".join(traceback.format_exception(error))
    report = f"storyreel {__version__}, Python {sys.version}\n{list(words)}\n\n{text}"
    brief = f"storyreel met a bug of its own: {type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="storyreel-bug-", suffix=".txt", delete=False,
            encoding="utf-8", errors="backslashreplace",
        ) as file:  # fmt: skip
            file.write(report)
        told = f"What happened is in {Path(file.name)}; please send it with your report."
    except OSError:
        told = f"Please send this with your report:\n{report}"
    if wants_json(words):
        put_json(whole_document(OwnFaultError(brief, hint=told), words), indent=None)
        return
    say(f"error: {brief}")
    say(f"  {told}")
