"""``storyreel check``: every fault of a board."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli.boards import json_option, some_boards
from pipeline.cli.console import colouring, put, put_json, say, terminal_width


@click.command("check")
@some_boards
@json_option
def command(boards: tuple[Path, ...], as_json: bool) -> int:
    """Find every fault of a storyboard; make nothing.

    `-` reads the board from standard input, as if it lay in this folder. Exit code 3 if any
    board has a fault; warnings leave it 0.
    """
    from pipeline.storyboard.diagnostics import BoardFaultsError

    documents: list[dict[str, Any]] = []
    faulty = False
    for path in boards:
        try:
            documents.append(_checked(path, quiet=as_json))
        except BoardFaultsError as error:
            faulty = True
            documents.append(_faulty(error, quiet=as_json))
    if as_json:
        put_json({"schema": 1, "ok": not faulty, "boards": documents})
    return 3 if faulty else 0


def _checked(path: Path, *, quiet: bool) -> dict[str, Any]:
    from pipeline.storyboard.diagnostics import fault_as_json, render_fault
    from pipeline.storyboard.loader import load_board, load_board_text

    if str(path) == "-":
        data = sys.stdin.buffer.read()
        file = "standard input"
        board = load_board_text(
            data, name="stdin.storyboard.yaml", folder=_stdin_folder(), file=file
        )
    else:
        file = str(path)
        board = load_board(path)
    if not quiet:
        for warning in board.warnings:
            colour, width = colouring(sys.stderr), terminal_width()
            say(render_fault(warning, board.source, file, width=width, colour=colour) + "\n")
        count = len(board.storyboard.shots)
        put(f"{file}: {count} shot{'s' if count != 1 else ''}, no faults")
    warnings = [fault_as_json(warning, file) for warning in board.warnings]
    return {"file": file, "ok": True, "shots": len(board.storyboard.shots), "faults": warnings}


def _stdin_folder() -> Path:
    """Where the pictures of a board from standard input are looked for."""
    boards = Path("storyboards")
    return boards if boards.is_dir() else Path()


def _faulty(error: Any, *, quiet: bool) -> dict[str, Any]:
    from pipeline.cli.problems import show_faults
    from pipeline.storyboard.diagnostics import fault_as_json

    if not quiet:
        show_faults(error, wants_json=False)
    faults = [fault_as_json(fault, error.file) for fault in error.faults]
    return {"file": error.file, "ok": False, "faults": faults}
