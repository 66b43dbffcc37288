"""How an error is shown: faults with their lines, our own errors in words, a bug into a file."""

from __future__ import annotations

import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.console import colouring, put_json, say, terminal_width
from pipeline.errors import StoryreelError, of_the_system


def show_problem(error: Exception, arguments: list[str]) -> int:
    """Show an error on standard error (with ``--json`` as a document on standard output).

    Returns:
        The exit code.
    """
    from pipeline.storyboard.diagnostics import BoardFaultsError

    wants_json = "--json" in arguments
    if isinstance(error, BoardFaultsError):
        show_faults(error, wants_json=wants_json)
        return error.exit_code
    if isinstance(error, StoryreelError):
        _show_own(error, wants_json=wants_json)
        return error.exit_code
    if "can't start new thread" in str(error):  # Python says it like this
        error = MemoryError()
    if isinstance(error, (OSError, MemoryError)):
        _show_own(of_the_system(error), wants_json=wants_json)
        return 1
    _show_bug(error, arguments)
    return 1


def error_document(error: StoryreelError) -> dict[str, Any]:
    """An error as JSON data."""
    parts = {"code": error.code, "message": error.brief, "details": error.details}
    return {k: v for k, v in {**parts, "hint": error.hint}.items() if v}


def show_faults(error: Any, *, wants_json: bool) -> None:
    """Show every fault of a board at its place."""
    from pipeline.storyboard.diagnostics import fault_as_json, render_fault

    if wants_json:
        faults = [fault_as_json(fault, error.file) for fault in error.faults]
        put_json({"schema": 1, "ok": False, "faults": faults}, indent=None)
        return
    colour, width = colouring(sys.stderr), terminal_width()
    for fault in error.faults:
        text = render_fault(fault, error.source, error.file, width=width, colour=colour)
        say(text + "\n")
    say(f"{error.brief} Nothing was made.")
    if error.hint:
        say(error.hint)


def _show_own(error: StoryreelError, *, wants_json: bool) -> None:
    if wants_json:
        document = {"schema": 1, "ok": False, "error": error_document(error)}
        put_json(document, indent=None)
        return
    say(f"{click.style('error', fg='red', bold=True)}: {error.brief}")
    if error.details:
        say("\n".join(f"  {line}" for line in error.details.splitlines()))
    if error.hint:
        say(f"\n{click.style('hint', fg='cyan')}: {error.hint}")


def _show_bug(error: Exception, arguments: list[str]) -> None:
    """A bug of ours: one line for the user, everything else in a file to send."""
    text = "".join(traceback.format_exception(error))
    report = f"storyreel {__version__}, Python {sys.version}\n{arguments}\n\n{text}"
    say(f"error: storyreel met a bug of its own: {type(error).__name__}: {error}")
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="storyreel-bug-", suffix=".txt", delete=False,
            encoding="utf-8", errors="backslashreplace",
        ) as file:  # fmt: skip
            file.write(report)
        say(f"  What happened is in {Path(file.name)}; please send it with your report.")
    except OSError:
        say(f"  Please send this with your report:\n{report}")
