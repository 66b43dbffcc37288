"""``storyreel check``: every fault of a board."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import some_boards
from pipeline.cli.console import colouring, put, put_json, say, terminal_width

if TYPE_CHECKING:
    from pipeline.storyboard.diagnostics import BoardFaultsError


@click.command("check")
@some_boards
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="The form: text, annotations of a job at GitHub, JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --as json.")
def command(boards: tuple[Path, ...], form: str, as_json: bool) -> int:
    """Find every fault of a storyboard; make nothing.

    `-` reads the board from standard input, as if it lay in this folder. Exit code 3 if any
    board has a fault; warnings leave it 0.
    """
    from pipeline.storyboard.diagnostics import BoardFaultsError

    form = "json" if as_json else form
    documents: list[dict[str, Any]] = []
    refused: list[BoardFaultsError] = []
    for path in boards:
        try:
            documents.append(_checked(path, form))
        except BoardFaultsError as error:
            refused.append(error)
            documents.append(_faulty(error, form))
    if form == "json":
        told = {"schema": 1, "ok": not refused, "boards": documents}
        put_json(told | ({"error": _refusal(refused)} if refused else {}))
    return 3 if refused else 0


def _refusal(errors: Sequence[BoardFaultsError]) -> dict[str, Any]:
    """What every command says that met faults; the faults themselves stand with their boards."""
    from pipeline.cli.ways import error_document, explained

    told = error_document(errors[0], ())
    told.pop("details", None)
    told["message"] = " ".join(error.brief for error in errors)
    told["retry_with"] = explained(fault for error in errors for fault in error.faults)
    return told


def _checked(path: Path, form: str) -> dict[str, Any]:
    from pipeline.cli.annotations import annotation
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
    if form != "json":
        for warning in board.warnings:
            if form == "github":
                put(annotation(warning, file))
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


def _faulty(error: Any, form: str) -> dict[str, Any]:
    from pipeline.cli.annotations import annotation
    from pipeline.cli.problems import show_faults
    from pipeline.storyboard.diagnostics import fault_as_json

    if form == "github":
        for fault in error.faults:
            put(annotation(fault, error.file))
    if form != "json":
        show_faults(error)
    faults = [fault_as_json(fault, error.file) for fault in error.faults]
    return {"file": error.file, "ok": False, "faults": faults}
