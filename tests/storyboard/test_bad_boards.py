from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.storyboard.diagnostics import BoardFaultsError, render_fault
from pipeline.storyboard.loader import Board, load_board_text

BAD = Path(__file__).parents[1] / "boards" / "bad"
GOOD = Path(__file__).parents[1] / "boards" / "good"
REWRITE = "STORYREEL_REWRITE_EXPECTED"
"""Set it to 1 to write the expected texts anew, after reading the difference in git."""


def load(file: Path, boards: Path) -> Board:
    return load_board_text(file.read_bytes(), name=file.name, folder=boards)


def told(error: BoardFaultsError) -> str:
    texts = [render_fault(fault, error.source, error.file, width=100) for fault in error.faults]
    return "\n\n".join([*texts, error.brief]) + "\n"


@pytest.mark.parametrize("file", sorted(BAD.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_bad_board_is_told_word_for_word(file: Path, boards: Path) -> None:
    """Every fault of the board is told, as in the text beside it."""
    with pytest.raises(BoardFaultsError) as caught:
        load(file, boards)

    expected = file.with_suffix(".txt")
    if os.environ.get(REWRITE) == "1":
        expected.write_text(told(caught.value), encoding="utf-8", newline="")
    assert told(caught.value) == expected.read_bytes().decode()


@pytest.mark.parametrize("file", sorted(GOOD.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_good_board_has_no_fault(file: Path, boards: Path) -> None:
    """The board loads, and every shot knows its line."""
    board = load(file, boards)

    lines = file.read_text(encoding="utf-8").splitlines()
    for shot in board.storyboard.shots:
        assert shot.id in lines[board.lines[shot.id] - 1]


def test_every_expected_text_has_its_board() -> None:
    """No expected text is left over from a board that is gone."""
    assert {file.stem for file in BAD.glob("*.txt")} == {file.stem for file in BAD.glob("*.yaml")}
