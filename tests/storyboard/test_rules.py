from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.fault import Fault
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.resolver import routes_of

HEAD = """storyboard: 1
title: T
defaults: {model: happyhorse-1.1}
references:
  vixen: {image: refs/vixen.png, description: a lean red fox}
  owl: {description: a snowy owl}
  both: {images: [refs/vixen.png, refs/clearing.png]}
shots:
  - id: sh000
    prompt: |
      @vixen, @owl and @both.
    references: [vixen, both]
    duration: 5s
"""
SHOT = "  - id: sh010\n    prompt: Snow falls.\n"


def faults(shot: str, boards: Path, head: str = HEAD) -> list[Fault]:
    try:
        board = load_board_text(head + shot, name="x.storyboard.yaml", folder=boards)
    except BoardFaultsError as error:
        return list(error.faults)
    return list(board.warnings)


def codes(lines: str, boards: Path) -> list[str]:
    shot = SHOT + "".join(f"    {line}\n" for line in lines.split("; ") if line)
    return [fault.code for fault in faults(shot, boards)]


PASSING = [
    "",
    "duration: 15s",
    "duration: 360f",
    "duration: 1f",
    "duration: 2.5s",
    "first_frame: sh000.last",
    "first_frame: sh000@4.999s",
    "first_frame: sh000@119f",
    "first_frame: vixen",
    "first_frame: refs/portrait.jpg",
    "first_frame: refs/medium.png",
    "first_frame: ' refs/vixen.png'",
    "references: [vixen, sh000.last]",
    "references: [both]",
    "references: [sh000.first, sh000@1s]",
    "references: [refs/vixen.png, refs/clearing.png]",
    "routes: [empiriolabs]; references: [vixen]",
    "routes: [apiframe]; references: [vixen, vixen]",
    "model: animatic; last_frame: vixen; references: [vixen]",
    "model: animatic; aspect: 2.39:1; resolution: 240p; duration: 60s",
    "model: animatic; first_frame: refs/stamp.png",
    "model: animatic; first_frame: refs/clearing.gif",
    "aspect: 9:16; resolution: 720p",
    "after: [sh000]",
]


@pytest.mark.parametrize("lines", PASSING)
def test_what_can_be_made_passes(lines: str, boards: Path) -> None:
    """No fault and no warning where everything is within the limits."""
    assert codes(lines, boards) == []


FAILING = [
    ("duration: 15.01s", ["duration-range"]),
    ("duration: 361f", ["duration-range"]),
    ("duration: 0", ["no-length"]),
    ("duration: 0f", ["no-length"]),
    ("duration: -1", ["bad-duration"]),
    ("duration: 1e400", ["not-a-number"]),
    ("model: animatic; duration: 60.1s", ["duration-range"]),
    ("first_frame: sh000@5s", ["frame-time"]),
    ("first_frame: sh000@120f", ["frame-time"]),
    ("first_frame: sh000@-1s", ["bad-frame"]),
    ("first_frame: sh000.", ["bad-frame"]),
    ("first_frame: sh000", ["unknown-reference"]),
    ("first_frame: owl", ["picture-needed"]),
    ("first_frame: vixen.last", ["unknown-shot"]),
    ("references: [owl, both]", ["picture-needed"]),
    ("references: [both, both, both, both, both]", ["reference-count"]),
    ("references: [vixen]", ["reference-route"]),
    ("routes: [apiframe]; references: [vixen]", ["reference-count"]),
    ("references: [refs/medium.png, both]", ["picture-small"]),
    ("first_frame: refs/stamp.png", ["picture-small"]),
    ("first_frame: refs/panorama.png", ["picture-shape"]),
    ("last_frame: vixen", ["frame-input"]),
    ("first_frame: vixen; last_frame: vixen", ["frame-input"]),
    ("first_frame: sh000.last; references: [both]", ["exclusive-inputs"]),
    ("seed: 2147483647", ["seed-unsure"]),
    ("model: animatic; seed: 2147483648", ["seed-range"]),
    ("aspect: 21:9", ["aspect-not-made"]),
    ("aspect: 21:9; first_frame: sh000.last", []),
    ("resolution: 480p", ["resolution-not-made"]),
    ("model: animatic; resolution: 721p", ["film-size"]),
    ("model: animatic; aspect: 9:1; resolution: 1080p", ["film-size"]),
    ("model: Animatics", ["unknown-model"]),
    ("model: animatic; routes: [apiframe]", ["route-model"]),
    ("routes: [apiframe, apifram]", ["unknown-route"]),
    ("after: [owl]", ["unknown-shot"]),
    ("after: [sh010]", ["own-frame"]),
    ("first_frame: 'C:\\vixen.png'", ["picture-absolute"]),
    ("first_frame: /etc/passwd", ["picture-absolute"]),
    ("first_frame: ../../outside.png", ["picture-outside"]),
    ("first_frame: refs/way-out.png", ["picture-outside"]),
    ("first_frame: refs/../../storyboards/refs/vixen.png", []),
    ("first_frame: file:///etc/passwd", ["picture-address"]),
    ("first_frame: refs/folder.png", ["picture-unreadable"]),
    ("first_frame: refs/nowhere.png", ["picture-missing"]),
    ("first_frame: refs/endless.png", ["picture-unreadable"]),
    ("first_frame: refs/bomb.png", ["picture-unreadable"]),
    ("model: animatic; first_frame: refs/ribbon.png", ["picture-large"]),
]


@pytest.mark.parametrize(("lines", "expected"), FAILING)
def test_what_cannot_be_made_is_told(lines: str, expected: list[str], boards: Path) -> None:
    """Each limit is told by its own code, and by no other."""
    assert codes(lines, boards) == expected


MENTIONS = [
    ("@vixen", ["reference-in-words"]),
    ("@vixen's tail, (@vixen)", ["reference-in-words"]),
    ("@owl.", []),
    ("@@vixen", []),
    ("ada@vixen.org", []),
    ("a@b @ c", []),
    ("@vixe", ["unknown-reference"]),
    ("@vixens", ["unknown-reference"]),
    ("@sh000", ["unknown-reference"]),
    ("@sh010", ["unknown-reference"]),
]


@pytest.mark.parametrize(("words", "expected"), MENTIONS)
def test_mentions_are_told_from_addresses(words: str, expected: list[str], boards: Path) -> None:
    """Only an ``@name`` that begins a word speaks of a reference."""
    shot = f"  - id: sh010\n    prompt: |\n      Snow on {words}\n"

    assert [fault.code for fault in faults(shot, boards)] == expected


def test_a_shot_that_is_shown_may_be_spoken_of(boards: Path) -> None:
    """``@sh000`` is known where a frame of it is among the references."""
    shot = "  - id: sh010\n    prompt: |\n      As in @sh000.\n    references: [sh000.last, both]\n"

    assert faults(shot, boards) == []


def test_a_mention_is_pointed_at_exactly(boards: Path) -> None:
    """The second of two like words on one line has its own carets."""
    shot = "  - id: sh010\n    prompt: |\n      🦊 a@vixe @vixen and @vixe\n"
    found = [fault for fault in faults(shot, boards) if fault.code == "unknown-reference"]

    assert [(fault.span.column, fault.span.end_column) for fault in found] == [(27, 32)]


def test_seeds_are_doubted_once(boards: Path) -> None:
    """A model's doubt about seeds is told once, not for every shot."""
    shots = "".join(f"  - {{id: s{n}, prompt: p, seed: {n}}}\n" for n in range(5))

    assert [fault.code for fault in faults(shots, boards)] == ["seed-unsure"]


ROUTED = """storyboard: 1
title: T
defaults: {model: happyhorse-1.1, routes: [apiframe]}
shots:
  - {id: sh010, prompt: p}
  - {id: sh020, prompt: p, model: animatic}
"""


def test_a_built_in_model_goes_by_no_route(boards: Path) -> None:
    """The defaults' routes are for the shots that others make; an animatic has none."""
    board = load_board_text(ROUTED, name="x.storyboard.yaml", folder=boards).storyboard

    assert [routes_of(board, shot) for shot in board.shots] == [("apiframe",), ()]


def test_a_misspelt_route_in_the_defaults_is_told(boards: Path) -> None:
    """Even where every shot is made here: it would be taken for said otherwise."""
    (fault,) = faults("", boards, ROUTED.replace("apiframe", "apifram").replace(
        "  - {id: sh010, prompt: p}\n", ""))  # fmt: skip

    assert (fault.code, fault.span.line) == ("unknown-route", 3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_picture(boards: Path) -> None:
    """A named pipe is refused at once: to read it would be to wait for ever."""
    pipe = boards / "refs" / "pipe.png"
    if not pipe.exists():
        os.mkfifo(pipe)
    (fault,) = faults(SHOT + "    first_frame: refs/pipe.png\n", boards)

    assert fault.code == "picture-unreadable"
    assert "it is a pipe or a device" in fault.message


def test_a_fault_in_the_defaults_is_told_once(boards: Path) -> None:
    """A default that no shot can use is one fault, at the default."""
    head = "storyboard: 1\ntitle: T\ndefaults: {model: happyhorse-1.1, duration: 20s}\nshots:\n"
    shots = "".join(f"  - {{id: s{n}, prompt: p}}\n" for n in range(5))
    (fault,) = faults(shots, boards, head)

    assert (fault.code, fault.span.line, fault.span.column) == ("duration-range", 3, 45)


def test_a_picture_may_be_too_heavy(boards: Path) -> None:
    """More bytes than the model takes are told, with both numbers."""
    heavy = boards / "refs" / "heavy.bmp"
    if not heavy.exists():
        from PIL import Image

        Image.new("RGB", (2000, 1700)).save(heavy)
    (fault,) = faults(SHOT + "    first_frame: refs/heavy.bmp\n", boards)

    assert fault.code == "picture-large"
    assert "has 10,200,054 bytes; `happyhorse-1.1` takes up to 10,000,000" in fault.message


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
def test_the_prompt_is_counted_as_it_is_sent(extra: int, fits: bool, boards: Path) -> None:
    """Names in the route's spelling, camera words and look count, to the very last character."""
    sent = "[Image 1] runs. Wide shot. Filmic."
    words = "x" * (2500 - len(sent) - 1 + extra)
    shot = (
        f"  - id: sh010\n    camera: {{size: wide}}\n    look: Filmic.\n    references: [both]\n"
        f"    routes: [apiframe]\n    prompt: |\n      {words} @sh000 runs.\n"
    ).replace("[both]", "[sh000.last, vixen]")

    assert [fault.code for fault in faults(shot, boards)] == ([] if fits else ["prompt-too-long"])


def test_a_slip_in_every_shot_of_a_long_board_is_told(boards: Path) -> None:
    """Among thousands of names the nearest is still found, and no list of all is repeated."""
    head = "storyboard: 1\ntitle: T\nshots:\n"
    shots = "".join(f"  - {{id: sh{n:04}, prompt: p}}\n" for n in range(0, 20_000, 10))
    wrong = "".join(
        f"  - {{id: x{n:04}, prompt: p, first_frame: sh{n:04}x.last}}\n" for n in range(0, 9000, 10)
    )
    found = faults(shots + wrong, boards, head)

    assert len(found) == 900
    assert found[500].help == "did you mean `sh5000`?"
    assert max(len(fault.help or "") for fault in found) < 200
