from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.storyboard.diagnostics import BoardFaultsError, fault_as_json, render_fault
from pipeline.storyboard.fault import Fault, Source
from pipeline.storyboard.loader import load_board_text

GOOD = [
    file.read_text(encoding="utf-8")
    for file in sorted((Path(__file__).parents[1] / "boards" / "good").glob("*.yaml"))
]
PIECES = [
    "- ", ": ", "@", "|", "[", "]", "{", "}", "*a", "&a ", "'", '"', "#", "\t", "\n", "\n  ", "🦊",
    "\u0301", "!", "---\n", "? ", "~", "<<: ", "sh010.last", "sh020@2s", "vixen", "refs/vixen.png",
    "\r", "\0", "id: sh010", "references: [vixen]", "1e9", "-", "..", "/",
]  # fmt: skip


def settled(data: bytes | str, boards: Path) -> None:
    """Load it; whatever is told has a place in the text, and can be shown in every form."""
    faults, source, refused = told(data, boards)
    assert refused == any(fault.severity == "error" for fault in faults)
    for fault in faults:
        lies_inside(fault, source)
        assert fault.code in render_fault(fault, source, "x", 80)
        json.dumps(fault_as_json(fault, "x"))
    assert list(faults) == sorted(faults, key=lambda fault: fault.span)


def told(data: bytes | str, boards: Path) -> tuple[tuple[Fault, ...], Source, bool]:
    try:
        board = load_board_text(data, name="x.storyboard.yaml", folder=boards)
    except BoardFaultsError as error:
        return error.faults, error.source, True
    return board.warnings, board.source, False


def lies_inside(fault: Fault, source: Source) -> None:
    for span in [fault.span, *([fault.related.span] if fault.related else [])]:
        assert 1 <= span.line <= span.end_line <= source.lines
        assert 1 <= span.column <= len(source.line(span.line)) + 1
        assert 1 <= span.end_column <= len(source.line(span.end_line)) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


some = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@some
@given(data=st.binary(max_size=200))
def test_any_bytes(data: bytes, boards: Path) -> None:
    """Any bytes give a board or its faults."""
    settled(data, boards)


@some
@given(text=st.text(max_size=200))
def test_any_text(text: str, boards: Path) -> None:
    """Any text gives a board or its faults."""
    settled(text, boards)


@some
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_pieces_of_yaml(pieces: list[str], boards: Path) -> None:
    """What looks like YAML and like a board gives a board or its faults."""
    settled("storyboard: 1\ntitle: T\n" + "".join(pieces), boards)


@settings(parent=some, max_examples=120)
@given(board=st.sampled_from(GOOD), data=st.data())
def test_any_good_board_gone_bad(board: str, data: st.DataObject, boards: Path) -> None:
    """A good board with a piece cut out and another put in gives a board or its faults."""
    start = data.draw(st.integers(0, len(board)))
    end = data.draw(st.integers(start, min(len(board), start + 30)))
    piece = data.draw(st.sampled_from(["", *PIECES]) | st.text(max_size=5))
    settled(board[:start] + piece + board[end:], boards)


@some
@given(board=st.sampled_from(GOOD), data=st.data())
def test_any_line_left_out_or_moved(board: str, data: st.DataObject, boards: Path) -> None:
    """A good board with its lines in another order gives a board or its faults."""
    lines = board.splitlines(keepends=True)
    settled("".join(data.draw(st.permutations(lines))[: data.draw(st.integers(0, 60))]), boards)
