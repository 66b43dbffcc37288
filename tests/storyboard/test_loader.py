from __future__ import annotations

import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import UsageError
from pipeline.places import board_name, find_root
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.loader import load_board, load_board_text

SMALL = "storyboard: 1\ntitle: T\nshots:\n  - id: sh010\n    prompt: Snow falls.\n"
SHOWN = SMALL + "    first_frame: refs/vixen.png\n"


def write(path: Path, text: str = SMALL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def faults_of(path: Path) -> BoardFaultsError:
    with pytest.raises(BoardFaultsError) as caught:
        load_board(path)
    return caught.value


def test_a_board_knows_what_was_read(boards: Path) -> None:
    """Name, digest, lines and pictures are those of the file."""
    path = write(boards / "known.storyboard.yaml", SHOWN)
    board = load_board(path)
    picture = board.pictures["refs/vixen.png"]

    assert board.name == "known"
    assert board.path == path
    assert board.root == boards.parent
    assert board.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert board.lines == {"sh010": 4}
    assert picture.path == boards / "refs/vixen.png"
    assert picture.digest == hashlib.sha256(picture.path.read_bytes()).hexdigest()
    assert (picture.facts.width, picture.facts.height) == (800, 600)


@pytest.mark.parametrize(
    ("file", "name"),
    [("a.storyboard.yaml", "a"), ("b.yaml", "b"), ("c.d.storyboard.yaml", "c.d")],
)
def test_a_board_is_named_for_its_file(file: str, name: str) -> None:
    """The suffix is left out."""
    assert board_name(Path(file)) == name


def test_the_root_is_the_nearest_marked_folder(tmp_path: Path) -> None:
    """A ``storyreel.toml`` goes before the parent of ``storyboards``, that before the folder."""
    board = write(tmp_path / "a/storyboards/b/c/x.storyboard.yaml")

    assert find_root(tmp_path / "a/x.storyboard.yaml") == tmp_path / "a"
    assert find_root(board) == tmp_path / "a"
    write(tmp_path / "storyreel.toml", "")
    assert find_root(board) == tmp_path
    write(tmp_path / "a/storyboards/b/storyreel.toml", "")
    assert find_root(board) == tmp_path / "a/storyboards/b"


@pytest.mark.parametrize(
    "folder", ["a b", 'it\'s "quoted"', "100%", "a:b", "🦊 fuchs", "-rf", "$HOME", "a;b&c"]
)
def test_odd_folders_are_folders(tmp_path: Path, folder: str) -> None:
    """A project may lie in a folder of any name."""
    boards = tmp_path / folder / "storyboards"
    path = write(boards / "x.storyboard.yaml", SHOWN)
    (boards / "refs").mkdir()
    Image.new("RGB", (64, 64)).save(boards / "refs" / "vixen.png")

    assert load_board(path).pictures["refs/vixen.png"].path.is_file()


@pytest.mark.parametrize("text", [SMALL.replace("\n", "\r\n"), "\ufeff" + SMALL, "---\n" + SMALL])
def test_windows_and_yaml_marks_do_no_harm(boards: Path, text: str) -> None:
    """Carriage returns, a byte-order mark and a document's start are read over."""
    board = load_board(write(boards / "marks.storyboard.yaml", text))

    assert board.storyboard.shots[0].prompt == "Snow falls."


def test_a_missing_board_is_a_wrong_command(tmp_path: Path) -> None:
    """No file, or a folder in its place, is an error of usage with its path."""
    with pytest.raises(UsageError, match=r"gone\.yaml cannot be read"):
        load_board(tmp_path / "gone.yaml")
    with pytest.raises(UsageError):
        load_board(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe that nobody writes to, a socket, an endless device: none is waited for or read."""
    pipe, door = tmp_path / "pipe.yaml", tmp_path / "door.yaml"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(door))
        for path in (pipe, door, Path("/dev/zero")):
            with pytest.raises(UsageError, match="cannot be read"):
                load_board(path)


def test_fifty_megabytes_are_not_read(tmp_path: Path) -> None:
    """A file far too large is refused by its size."""
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)

    assert [fault.code for fault in faults_of(path).faults] == ["too-large"]


def test_the_error_tells_all_in_short(boards: Path) -> None:
    """Brief, details and hint name the file, every place and where to read more."""
    path = write(boards / "short.storyboard.yaml", SMALL + "    beet: x\n    moov: y\n")
    error = faults_of(path)

    assert error.brief == f"{path} has 2 faults."
    assert error.details == (
        f"{path}:6:5: unknown-key shot `sh010` has no key `beet`\n"
        f"{path}:7:5: unknown-key shot `sh010` has no key `moov`"
    )
    assert error.hint == "Run `storyreel explain unknown-key` to read more."
    assert error.exit_code == 3


def test_a_board_from_standard_input_lies_where_it_is_said_to(boards: Path) -> None:
    """Pictures are found from the folder given, and the file is called as given."""
    board = load_board_text(SHOWN, name="stdin", folder=boards)

    assert set(board.pictures) == {"refs/vixen.png"}
    with pytest.raises(BoardFaultsError) as caught:
        load_board_text("", name="stdin", folder=boards, file="standard input")
    assert caught.value.file == "standard input"


def test_a_fault_of_text_hides_no_fault_of_meaning(boards: Path) -> None:
    """A key said twice and a shot that does not exist are told together."""
    text = SMALL + "    beat: a\n    beat: b\n    first_frame: sh999.last\n"
    error = faults_of(write(boards / "both.storyboard.yaml", text))

    assert [fault.code for fault in error.faults] == ["duplicate-key", "unknown-shot"]


def test_a_picture_is_looked_at_once(boards: Path) -> None:
    """The same path in a hundred shots is one picture, and one fault for each that uses it."""
    many = "".join(
        f"  - id: sh{n:03}\n    prompt: Snow.\n    first_frame: refs/gone.png\n" for n in range(100)
    )
    board = "storyboard: 1\ntitle: T\nshots:\n" + many
    error = faults_of(write(boards / "many.storyboard.yaml", board))

    assert len(error.faults) == 100


@pytest.mark.parametrize("length", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_chain_of_thousands_loads(boards: Path, length: int) -> None:
    """A chain as long as a film can be loads without recursion, forward and backward."""
    assert length > sys.getrecursionlimit()
    for step in (-1, 1):
        shots = "".join(
            f"  - {{id: s{n}, prompt: p, first_frame: s{n + step}.last}}\n" for n in range(length)
        )
        ends = f"  - {{id: s-1, prompt: p}}\n  - {{id: s{length}, prompt: p}}\n"
        board = load_board_text(
            "storyboard: 1\ntitle: T\nshots:\n" + shots + ends, name="chain.yaml", folder=boards
        )
        assert len(board.lines) == length + 2


@pytest.mark.long
def test_a_circle_of_ten_thousand_is_walked(boards: Path) -> None:
    """The longest circle is found, and told in a line one can read."""
    shots = "".join(
        f"  - {{id: s{n}, prompt: p, first_frame: s{(n + 1) % 10_000}.last}}\n"
        for n in range(10_000)
    )
    with pytest.raises(BoardFaultsError) as caught:
        load_board_text("storyboard: 1\ntitle: T\nshots:\n" + shots, name="c.yaml", folder=boards)

    (fault,) = caught.value.faults
    assert fault.code == "circle"
    assert "`s0` (line 4) starts on `s1.last`" in fault.message
    assert "9989 more" in fault.message
    assert "`s9999` (line 10003) starts on `s0.last`" in fault.message
