"""The page for coding agents: it stays out of a person's words, and what it says is true."""

from __future__ import annotations

import re
import shlex

import pytest
import spoken
import stories

from pipeline.cli.agents import PAGE


@pytest.fixture
def storyreel(tmp_path):
    with spoken.told({"STORYREEL_CONFIG": str(tmp_path.parent / "none.toml")}):
        yield spoken.Speaker(tmp_path)


def test_every_command_of_the_page_runs(storyreel, tmp_path):
    """Begun with the page, then line by line as it stands there; the paid one on a free board."""
    begun = storyreel("init", "--agents", "--json").last
    assert PAGE in begun["wrote"]
    (tmp_path / begun["path"]).write_text(
        stories.text("sh010", "sh020 first_frame: sh010.last"), encoding="utf-8"
    )
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    said = [words_of(line) for line in re.findall(r"^storyreel .*$", page, re.MULTILINE)]
    assert len(said) >= 16
    place = {"BOARD": begun["board"], "SHOT": "sh010", "AGREED": "5"}
    for words in said:
        told = storyreel(*(place.get(word, word) for word in words), *json_of(words))
        assert told.code == 0, (words, told)


def words_of(line):
    return shlex.split(line, comments=True)[1:]


def json_of(words):
    """The schema is shown without --json, for it is JSON itself."""
    return () if "--json" in words else ("--json",)


def test_the_pages_table_of_exit_codes_is_the_readmes():
    """The same codes in both."""
    from importlib import resources

    from pipeline.cli.main import EPILOG

    page = resources.files("pipeline.cli").joinpath("data", "agents.md").read_text("utf-8")
    codes = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert codes == re.findall(r"(?<![\d`])(\d+) [a-z`]", EPILOG.split(":", 1)[1])


@pytest.mark.parametrize("mine", [b"# Mine\r\nkeep this", b"# M\xff\n", b"", b"a\n\nb\n"])
def test_a_persons_words_stay_and_twice_is_once(storyreel, tmp_path, mine):
    """Byte for byte before our marks, and after them; a second time nothing is written."""
    page = tmp_path / PAGE
    page.write_bytes(mine)
    assert storyreel("init", "--agents", "--json").code == 0
    once = page.read_bytes()
    assert once.startswith(mine)
    assert once.count(b"storyreel begins") == 1
    page.write_bytes(once.replace(b"### Never", b"### Old") + b"more of mine\n")
    assert PAGE in storyreel("init", "--agents", "--json").last["wrote"]
    assert page.read_bytes() == once + b"more of mine\n"
    again = storyreel("init", "--agents", "--json").last
    assert (PAGE in again["left_alone"], again["wrote"]) == (True, [])


@pytest.mark.parametrize("spoiled", ["torn", "folder", "link"])
def test_a_page_that_cannot_be_told_from_ours_is_left(storyreel, tmp_path, spoiled):
    """Half a pair of marks, a folder, a link out of the project: refused with the way out."""
    page, outside = tmp_path / PAGE, tmp_path.parent / f"{tmp_path.name}.txt"
    outside.write_text("outside")
    if spoiled == "torn":
        page.write_text("<!-- storyreel begins -->\n")
    elif spoiled == "folder":
        page.mkdir()
    else:
        page.symlink_to(outside)
    refused = storyreel("init", "--agents", "--json")
    assert (refused.code, refused.error["code"]) == (2, "usage")
    assert "hint" in refused.error
    assert outside.read_text() == "outside"
    assert not (tmp_path / "storyboards").exists()
