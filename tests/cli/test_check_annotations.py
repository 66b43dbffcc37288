"""Faults as annotations of a job at GitHub: at their lines, and one line each whatever they say."""

from __future__ import annotations

import contextlib
import io
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli.annotations import annotation
from pipeline.cli.main import exit_code_of
from pipeline.storyboard.fault import Fault, Span

COMMAND = re.compile(r"::(error|warning) ((?:\w+=[^,:\r\n]*)(?:,\w+=[^,:\r\n]*)*)::(.*)")
BAD = "storyboard: 1\ntitle: 1970\nshots:\n  - {id: sh010, promt: x}\n"


def read(line):
    """A workflow command as GitHub's runner reads it: its name, its properties, its words."""
    name, properties, words = COMMAND.fullmatch(line).groups()
    given = dict(pair.split("=", 1) for pair in properties.split(","))
    return name, {key: unescaped(value) for key, value in given.items()}, unescaped(words)


def unescaped(text):
    """The runner's own way back; the percent sign last."""
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def run(folder, *words):
    with contextlib.chdir(folder):
        return exit_code_of([*words])


@pytest.mark.parametrize("folder", [".", "storyboards"])
def test_faults_stand_at_their_lines_from_the_top_of_the_repository(tmp_path, capsys, folder):
    """From wherever check is run; the log has them for people too, and the exit code is 3."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "storyboards").mkdir()
    (tmp_path / "storyboards" / "a,b.storyboard.yaml").write_text(BAD)
    code = run(tmp_path / folder, "check", "--as", "github", "a,b")
    shown = capsys.readouterr()
    told = [read(line) for line in shown.out.splitlines()]

    assert code == 3
    assert [name for name, _, _ in told] == ["error"] * len(told)
    assert {given["file"] for _, given, _ in told} == {"storyboards/a,b.storyboard.yaml"}
    assert [int(given["line"]) for _, given, _ in told] == [2, 4, 4]
    assert told[0][1]["col"] == "8"
    assert (
        told[0][2]
        == "`title` wants text; this is the number 1970\nput it in quotes to make it text"
    )
    assert "error[" in shown.err


def test_warnings_are_warnings_and_leave_the_exit_code_0(tmp_path, capsys):
    """A board without faults says so on standard output, as ever."""
    head = "storyboard: 1\ntitle: x\nseed: 4\n"
    board = f"{head}defaults: {{model: happyhorse-1.1, duration: 5s}}\nshots:\n"
    (tmp_path / "film.storyboard.yaml").write_text(f"{board}  - {{id: sh010, prompt: x}}\n")
    code = run(tmp_path, "check", "--as", "github", "film")
    first, last = capsys.readouterr().out.splitlines()

    assert code == 0
    assert read(first)[0] == "warning"
    assert last == "film.storyboard.yaml: 1 shot, no faults"


def test_standard_input_is_no_file_of_the_diff(tmp_path, capsys):
    """The place is told by its line alone."""
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(BAD.encode()))
    try:
        assert run(tmp_path, "check", "--as", "github", "-") == 3
    finally:
        sys.stdin = before

    assert all("file" not in read(line)[1] for line in capsys.readouterr().out.splitlines())


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_an_annotation_is_one_line_whatever_is_wrong(message, code):
    """No text ends the command, begins another, or is read as a property."""
    fault = Fault(code, message, Span(3, 2, 3, 5), help=message)
    line = annotation(fault, "none.storyboard.yaml")
    name, given_, words = read(line)

    assert "\n" not in line
    assert "\r" not in line
    assert (name, given_["line"], given_["col"]) == ("error", "3", "2")
    assert set(given_) == {"line", "col", "endLine", "endColumn", "title"}
    assert words.split("\n")[0] == words.split("\n")[-1] or not message
