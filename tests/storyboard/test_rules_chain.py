from __future__ import annotations

from pathlib import Path

import pytest
import stories

from pipeline.storyboard.loader import Board, load_board_text
from pipeline.storyboard.resolver import Draft

PAID = stories.HEAD.replace("animatic, duration: 0.5s", "happyhorse-1.1, duration: 3s").replace(
    "64p", "720p"
)


def board(*shots: str, head: str = PAID, folder: Path = Path()) -> Board:
    text = stories.text(*shots, head=head)
    return load_board_text(text, name="x.storyboard.yaml", folder=folder)


def chained(count: int, **words: str) -> list[str]:
    names = [f"s{number}" for number in range(count)]
    return [
        f"{name} {words.get(name) or (f'first_frame: {names[n - 1]}.last' if n else '')}".strip()
        for n, name in enumerate(names)
    ]


def deep(loaded: Board) -> list[str | None]:
    return [fault.shot for fault in loaded.warnings if fault.code == "chain-deep"]


def test_a_chain_is_warned_of_once_where_it_gets_too_long() -> None:
    """Four links are not, the fifth is, those behind it are not told again."""
    assert deep(board(*chained(5))) == []
    assert deep(board(*chained(9))) == ["s5"]


def test_other_pictures_begin_a_chain_anew(boards: Path) -> None:
    """A shot that starts on a picture is a head; one drawn by the animatic drifts not at all."""
    anew = board(*chained(8, s3="first_frame: refs/clearing.png"), folder=boards)
    assert deep(anew) == []
    assert deep(board(*chained(9), head=stories.HEAD)) == []


def test_a_long_chain_is_no_recursion() -> None:
    """A thousand links, written from the last to the first, are warned of once."""
    shots = list(reversed(chained(1000)))
    assert deep(board(*shots)) == ["s5"]


@pytest.mark.parametrize(("written", "meant"), [("previous", "a"), ("c", "c"), ("a", "a")])
def test_a_match_names_a_shot(tmp_path: Path, written: str, meant: str) -> None:
    """The one before it in the cut, or any other; a draft, whose colours are ours, has none."""
    text = stories.text("a", f"b match: {written}", "c")
    assert stories.film_of(text, tmp_path).shots[1].match == meant
    assert stories.film_of(text, tmp_path, draft=Draft()).shots[1].match is None
