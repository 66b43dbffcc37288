"""What ``--json`` promises, over the commands as click has them: a new one is asked as well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
import spoken
import stories

from pipeline.cli.main import COMMANDS, storyreel
from pipeline.cli.words import LINES, swapped, without

HOUSE = Path(__file__).parent.parent.parent


def command(name):
    return storyreel.get_command(click.Context(storyreel), name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json_and_says_how(name):
    """It takes ``--json``, and the published schema has what it puts out."""
    options = {option for parameter in command(name).params for option in parameter.opts}
    assert "--json" in options
    assert name in spoken.output_schema()["$defs"]


def test_the_schema_is_one_and_names_no_command_that_is_not():
    """It is sound, and its definitions in small letters are the commands and the error."""
    import jsonschema

    schema = spoken.output_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {name for name in schema["$defs"] if name.islower()} == {*COMMANDS, "error"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A free board, a faulty one, a paid one; nothing rendered, no key, a setting of its own."""
    folder = tmp_path_factory.mktemp("contract")
    boards = folder / "storyboards"
    boards.mkdir()
    model = "happyhorse-1.1, routes: [apiframe], resolution: 720p, duration: 3s"
    paid = stories.text("sh010", "sh020").replace("animatic, duration: 0.5s", model)
    for name, text in {
        "film": stories.text("sh010", "sh020 first_frame: sh010.last"),
        "faulty": stories.text("sh010 first_frame: sh09.last", "sh010"),
        "paid": paid,
    }.items():
        (boards / f"{name}.storyboard.yaml").write_text(text)
    (folder / "mine.txt").write_text("mine")
    with spoken.told({"STORYREEL_CONFIG": str(folder / "none.toml")}):
        yield spoken.Speaker(folder)


def wanting(name):
    """A command line that lacks what the command needs, or says what it does not know."""
    needed = [p for p in command(name).params if isinstance(p, click.Argument) and p.required]
    return (name,) if needed else (name, "--no-such-option")


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_usage_is_a_document_too(project, name):
    """Exit code 2 and an error in the one shape, on standard output alone."""
    said = project(*wanting(name), "--json")
    assert (said.code, said.error["code"]) == (2, "usage")
    assert said.talk == ""
    assert said.error["hint"] == f"See storyreel {name} --help."


ON_A_BOARD = [
    ("check", "B"), ("plan", "B"), ("render", "B"), ("status", "B"), ("show", "B", "sh010"),
    ("assemble", "B"), ("sheet", "B"), ("report", "B"), ("graph", "B"), ("takes", "B"),
    ("export", "B"), ("pack", "B"), ("settle", "B", "sh010", "--not-made"),
    ("pick", "sh010", "1", "--board", "B"), ("reject", "sh010", "1", "--board", "B"),
    ("note", "sh010", "0s", "hm", "--board", "B"), ("retake", "sh010", "--board", "B"),
    ("adopt", "sh010", "mine.txt", "--board", "B"),
]  # fmt: skip


@pytest.mark.parametrize("words", ON_A_BOARD, ids=lambda words: words[0])
def test_faults_of_a_board_are_all_told(project, words):
    """Exit code 3; every fault with its place, its shot, its code, and the way to read of it."""
    said = project(*(word.replace("B", "faulty") for word in words), "--json")
    assert (said.code, said.error["code"]) == (3, "board-faults")
    told = said.last["boards"][0] if "boards" in said.last else said.last
    assert [(one["code"], one["line"], one["shot"]) for one in told["faults"]] == [
        ("unknown-shot", 6, "sh010"),
        ("duplicate-id", 7, "sh010"),
    ]
    assert said.way("explain")["command"][2] in ("unknown-shot", "duplicate-id")


@pytest.mark.parametrize("words", ON_A_BOARD, ids=lambda words: words[0])
def test_a_board_that_is_not_there_is_told_with_those_that_are(project, words):
    """The nearest name's command line, which does what was meant."""
    said = project(*(word.replace("B", "filn") for word in words), "--json")
    assert (said.code, said.error["code"]) == (2, "usage")
    (way,) = said.error["retry_with"]
    meant = [word.replace("B", "film") for word in words]
    assert way["command"] == ["storyreel", *meant, "--json"]


@pytest.mark.parametrize(
    ("words", "code", "name", "wanted"),
    [
        (["show", "film", "sh2"], 2, "usage", None),
        (["show", "film", "sh200"], 2, "usage", ["show", "film", "sh020"]),
        (["shwo", "film", "sh010"], 2, "usage", ["show", "film", "sh010"]),
        (["plan", "film", "--exti-code"], 2, "usage", ["plan", "film", "--exit-code"]),
        (["explain", "cirle"], 2, "usage", ["explain", "circle"]),
        (["routes", "apifram"], 2, "usage", ["routes", "apiframe"]),
        (["plan", "film", "--resolution", "7"], 2, "usage", None),
        (["render", "paid", "--yes"], 6, "key-refused", ["doctor"]),
        (["render", "paid", "--yes", "--max-cost", "80"], 6, "key-refused", None),
        (["render", "no.json"], 2, "usage", None),
        (["assemble", "film"], 1, "shots-failed", ["assemble", "film", "--stand-ins"]),
        (["assemble", "film", "--preview", "sh010"], 1, "shots-failed", None),
        (["export", "film"], 1, "shots-failed", ["export", "film", "--partial"]),
        (["pack", "film"], 1, "pack", ["pack", "film", "--partial"]),
        (["unpack", "mine.txt"], 1, "pack", None),
        (["adopt", "sh010", "mine.txt", "--board", "film"], 1, "media", None),
        (["pick", "sh010", "1"], 2, "usage", ["pick", "sh010", "1", "--board", "film"]),
        (["schema", "-o", "mine.txt"], 2, "usage", None),
        (["doctor", "--probe", "apiframe"], 2, "usage", None),
        (["doctor", "--ffmpeg", "/none"], 1, "unwell", None),
        (["plan", "film", "--jobs", "0"], 2, "settings", ["doctor"]),
        (["init", "--name", "A B"], 2, "usage", None),
        (["--draft", "plan", "film"], 2, "usage", ["plan", "film", "--draft"]),
        (["pick", "film", "sh010", "1"], 2, "usage", ["pick", "sh010", "1", "--board", "film"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_each_kind_of_error_has_its_code(project, words, code, name, wanted):
    """The exit code, the word for programs, and the command line that goes on."""
    said = project(*words, "--json")
    assert (said.code, said.error["code"]) == (code, name)
    commands = [
        without(way["command"][1:], {"--json": 0}) for way in said.error.get("retry_with", ())
    ]
    assert wanted is None or tuple(wanted) in commands


def test_a_saved_plan_that_moved_is_planned_again(project):
    """Exit code 5; the command line told saves it anew, and it is carried out."""
    (project.folder / "storyboards" / "moves.storyboard.yaml").write_text(stories.text("sh010"))
    project("plan", "moves", "--draft", "--resolution", "64p", "-o", "p.json", "--json")
    (project.folder / "storyboards" / "moves.storyboard.yaml").write_text(stories.text("sh011"))
    moved = project("render", "p.json", "--json")
    assert (moved.code, moved.error["code"]) == (5, "plan-moved")
    assert project.go_on(moved.way("plan")).last["order"] == ["sh011"]
    assert project("render", "p.json", "--json").last["draft"]


def test_interrupted_is_told_and_goes_on(project):
    """SIGINT before a shot is done: the last line has the command that goes on, exit code 130."""
    text = stories.text(*(f"sh{n:03} duration: 20s" for n in range(3)))
    (project.folder / "storyboards" / "long.storyboard.yaml").write_text(text)
    running = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "render", "long", "--json"],
        cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**spoken.os.environ, "PYTHONPATH": str(HOUSE)},
    )  # fmt: skip
    first = json.loads(running.stdout.readline())
    running.send_signal(2)
    rest, _ = running.communicate(timeout=60)
    last = [json.loads(line) for line in rest.splitlines()][-1]
    assert (running.returncode, first["event"]) == (130, "started")
    assert last["error"]["code"] == "interrupted"
    assert last["error"]["retry_with"][0]["command"] == ["storyreel", "render", "long", "--json"]
    spoken.assert_fits(last, "render")


def test_options_are_taken_out_with_their_values():
    """As ``--x V``, as ``--x=V``, never from behind ``--``; a slip is put right wherever it is."""
    words = ("render", "a", "--max-cost", "5", "--yes", "--store=s", "--", "--yes")
    assert without(words, {"--max-cost": 1, "--yes": 0}) == (
        "render", "a", "--store=s", "--", "--yes",
    )  # fmt: skip
    assert without(words, {"--store": 1})[-3:] == ("--yes", "--", "--yes")
    assert swapped(("x", "--shto=sh01"), "--shto", "--shot") == ("x", "--shot=sh01")
    assert swapped(("x", "--shot=sh01", "sh01"), "sh01", "sh010") == ("x", "--shot=sh010", "sh010")


def test_lines_are_told_by_commands_that_run():
    """Each of them takes a board or a shot and is a command."""
    assert set(COMMANDS) >= LINES


def test_a_hint_that_is_followed_leads_on(project):
    """A path alone for music: what the hint says to write is taken as that."""
    board = project.folder / "storyboards" / "music.storyboard.yaml"
    board.write_text(stories.text("sh010") + "sound: {music: audio/theme.wav}\n")
    (fault,) = project("check", "music", "--json").last["boards"][0]["faults"]
    written = fault["hint"].split("`")[1]
    board.write_text(board.read_text().replace("audio/theme.wav", written))
    (fault,) = project("check", "music", "--json").last["boards"][0]["faults"]
    assert fault["code"] == "sound-missing"
