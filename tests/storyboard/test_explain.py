from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pipeline.storyboard
from pipeline.errors import UsageError
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.explain import EXPLANATIONS, explain, whole_board
from pipeline.storyboard.loader import load_board_text

SHOWN = sorted(code for code, entry in EXPLANATIONS.items() if entry.wrong)
NO_CODES = {"name", "example", "cure", "folder"}
"""What a ``Kind`` of file says besides its codes."""

TELLERS = {
    "Fault",
    "Finding",
    "FileTrouble",
    "_told",
    "_fault",
    "fault",
    "_stop",
    "_refusal",
}


def codes_found(text: str, boards: Path) -> set[str]:
    try:
        board = load_board_text(text, name="x.storyboard.yaml", folder=boards)
    except BoardFaultsError as error:
        return {fault.code for fault in error.faults}
    return {fault.code for fault in board.warnings}


def codes_in_the_code() -> set[str]:
    """Every text that stands first in a call that tells a fault, and the codes of each kind."""
    found: set[str] = set()
    for file in Path(pipeline.storyboard.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and called(node) in TELLERS:
                found |= texts_in(node.args[0])
            if isinstance(node, ast.Call) and called(node) == "Kind":
                codes = (word.value for word in node.keywords if word.arg not in NO_CODES)
                found |= set().union(*(texts_in(code) for code in codes))
    return found


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def texts_in(argument: ast.expr) -> set[str]:
    branches = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
    return {
        branch.value
        for branch in branches
        if isinstance(branch, ast.Constant) and isinstance(branch.value, str)
    }


def test_every_code_is_explained() -> None:
    """Each code that a fault can have has an explanation, and no explanation is left over."""
    assert set(EXPLANATIONS) == codes_in_the_code()


@pytest.mark.parametrize("code", SHOWN)
def test_the_wrong_example_has_the_fault(code: str, boards: Path) -> None:
    """What is shown as wrong gives this code and no other."""
    assert codes_found(whole_board(EXPLANATIONS[code].wrong or ""), boards) == {code}


@pytest.mark.parametrize("code", SHOWN)
def test_the_right_example_passes(code: str, boards: Path) -> None:
    """What is shown as right has neither a fault nor the warning explained."""
    board = load_board_text(
        whole_board(EXPLANATIONS[code].right or ""), name="x.storyboard.yaml", folder=boards
    )

    assert code not in {warning.code for warning in board.warnings}


def test_an_explanation_reads_well() -> None:
    """The text that is printed has title, words and both examples."""
    text = str(explain("circle"))

    assert text.startswith("circle: Shots wait for one another in a circle\n\nEach shot")
    assert "Wrong:\n\n    shots:\n      - id: sh010\n" in text
    assert "Right:\n\n" in text


def test_an_unknown_code_gets_a_suggestion() -> None:
    """A code with a slip in it is answered with the nearest one."""
    with pytest.raises(UsageError) as caught:
        explain("unknown-refrence")

    assert caught.value.hint == "Did you mean `unknown-reference`?"
