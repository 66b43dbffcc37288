from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.schema import SCHEMA_FILE, schema_text
from tests.storyboard.language_server import VARIABLE, LanguageServer, find_server

pytestmark = pytest.mark.needs_node

GOOD = Path(__file__).parents[1] / "boards" / "good"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
SHAPES = (
    MODELINE
    + """storyboard: 1
title: The Snow Fox
bogus: 1
format: {aspect: 16x9, fit: stretch}
defaults: {duration: 5 sec}
references:
  1x: {kind: prop}
  vixen: {imagee: refs/vixen.png, kind: person}
shots:
  - id: sh 010
    prompt: Snow falls.
    camera: {size: wde, move: Static}
    seed: -1
    audio: loud
"""
)
NAMES = (
    MODELINE
    + """storyboard: 1
title: The Snow Fox
defaults: {model: happyhors, routes: [apifram]}
shots:
  - id: sh010
    prompt: Snow falls.
"""
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the schema in it, as beside the boards."""
    made = tmp_path_factory.mktemp("editor")
    (made / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[LanguageServer]:
    """The real yaml-language-server."""
    command = find_server()
    if command is None:
        pytest.skip(
            "node and the npm package yaml-language-server are not installed (npm install -g "
            f"yaml-language-server, or set {VARIABLE} to its command)"
        )
    running = LanguageServer(command, folder)
    yield running
    running.close()


@pytest.mark.parametrize(("board", "count"), [(SHAPES, 12), (NAMES, 2)])
def test_an_editor_underlines_what_check_does(
    server: LanguageServer, folder: Path, board: str, count: int
) -> None:
    """Unknown keys and wrong words are underlined at the line and column of our own faults."""
    underlined = {
        (told["range"]["start"]["line"] + 1, told["range"]["start"]["character"] + 1)
        for told in server.open(folder / f"bad{count}.storyboard.yaml", board)
    }
    with pytest.raises(BoardFaultsError) as caught:
        load_board_text(board, name="bad.storyboard.yaml", folder=folder)
    ours = {(fault.span.line, fault.span.column) for fault in caught.value.faults}

    assert len(ours) == count
    assert underlined == ours


@pytest.mark.parametrize("file", sorted(GOOD.glob("*.yaml")), ids=lambda file: file.stem)
def test_an_editor_underlines_nothing_good(
    server: LanguageServer, folder: Path, file: Path
) -> None:
    """A good board has no mark in an editor."""
    text = MODELINE + file.read_text(encoding="utf-8").removeprefix("# yaml-language-server")

    assert server.open(folder / f"{file.stem}.storyboard.yaml", text) == []


def test_an_editor_completes(server: LanguageServer, folder: Path) -> None:
    """Keys, words, models and a whole new shot are offered where they belong."""
    path = folder / "complete.storyboard.yaml"
    server.open(path, SHAPES + "  - \n")

    def offered(line: int, column: int) -> set[str]:
        return {item["label"] for item in server.at("completion", path, line, column)["items"]}

    assert {"id", "prompt", "first_frame", "camera", "new shot"} <= offered(16, 5)
    assert {"size", "lens"} <= offered(13, 14)
    assert {"close_up", "extreme_wide"} <= offered(13, 20)
    assert "null" not in offered(13, 20)
    server.open(folder / "names.storyboard.yaml", NAMES)
    path = folder / "names.storyboard.yaml"
    assert {"happyhorse-1.1", "animatic"} <= offered(4, 20)


def test_an_editor_explains(server: LanguageServer, folder: Path) -> None:
    """Hovering over a key shows the sentence of the model."""
    path = folder / "hover.storyboard.yaml"
    server.open(path, SHAPES)
    shown = json.dumps(server.at("hover", path, 12, 6))

    assert "What happens, in words. @name speaks of a reference." in shown
