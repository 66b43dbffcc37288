"""``storyreel diff`` as people and machines meet it."""

from __future__ import annotations

import json
import re

import cmarkgfm
import pytest
import spoken
from commands import storyreel
from repositories import NOBODYS, board, project

SHOTS = (
    "id: sh010, prompt: a fox sits in the deep snow and waits",
    "id: sh020, prompt: she runs, first_frame: sh010.last",
    "id: sh030, prompt: the end",
)
SITS, STANDS = board(*SHOTS), board(SHOTS[0].replace("sits", "stands"), *SHOTS[1:])
TEXT = """\
Test  HEAD ({}) → working tree
3 shots, 0.708s

~ sh010  reprompted  free
    prompt: a fox [-sits-]{{+stands+}} in the deep snow and waits
1 shot reached as well: sh020 (starts on sh010)
1 unchanged

3 of 3 shots to make: free
"""


@pytest.fixture
def made(tmp_path):
    """A project with one committed board, and another text of it in the working tree."""
    made = project(tmp_path / "a project")
    made.commit(SITS, says="First cut")
    made.write(STANDS)
    return made


def told(made, *words, code=0, env=None):
    done = storyreel(*words, cwd=made.folder, env={**NOBODYS, **(env or {})})
    assert done.returncode == code, done.stderr
    return done


def json_of(made, *words):
    """What it says to machines; that it keeps to its schema is checked on the way."""
    return spoken.Speaker(made.folder)("diff", "film", *words, "--json")


def changed(document):
    return {shot["shot"]: [c["kind"] for c in shot["changes"]] for shot in document["shots"]}


def test_a_change_is_told_with_its_words_what_it_reaches_and_its_price(made):
    """HEAD against the board here, unless something else is said; nothing is written."""
    before = sorted(made.folder.rglob("*"))
    done = told(made, "diff", "film")

    assert done.stdout == TEXT.format(made.git("rev-parse", "--short=12", "HEAD"))
    assert sorted(made.folder.rglob("*")) == before


def test_versions_are_named_as_git_names_them(made):
    """One, two, a range, and a range from where both parted."""
    made.git("branch", "side")
    made.commit(says="stands")
    made.git("tag", "v1")
    made.git("switch", "-q", "side")
    made.commit(board(*SHOTS, "id: sh040, prompt: more"))

    assert changed(json_of(made, "v1").last) == {"sh010": ["reprompted"], "sh020": [], "sh040": []}
    assert json_of(made, "v1", "side").last == json_of(made, "v1..side").last
    assert changed(json_of(made, "v1...side").last) == {"sh040": []}
    assert changed(json_of(made, "side...v1").last) == {"sh010": ["reprompted"], "sh020": []}
    assert json_of(made, "side", "HEAD").last["changed"] is False
    assert json_of(made, "a", "b", "c").code == 2
    assert json_of(made, "nope").error["code"] == "no-version"


def test_machines_are_told_everything(made):
    """The versions, each change with old and new, what is reached, lengths, the plan's sums."""
    document = json_of(made).last
    first, second = document["shots"]

    assert document["old"]["subject"] == "First cut"
    assert document["new"] == {"name": "working tree"}
    (change,) = first["changes"]
    assert (change["old"], change["new"]) == (
        "a fox sits in the deep snow and waits", "a fox stands in the deep snow and waits",
    )  # fmt: skip
    assert [part["text"] for part in change["words"] if part["kind"] != "same"] == [
        "sits",
        "stands",
    ]
    assert (second["fate"], second["follows"]) == ("follows", ["sh010"])
    assert document["unchanged"] == ["sh030"]
    assert document["length"] == {"old": 0.708333, "new": 0.708333, "exact": False}
    assert (document["plan"]["make"], document["plan"]["certain"]["text"]) == (3, "free")


def test_comments_and_formatting_are_no_change_in_the_film(made):
    """It is said, in every form."""
    made.write(f"# a remark\n{SITS}\n\n")

    assert told(made, "diff", "film").stdout.endswith("\nno change in the film\n")
    assert "**No change in the film**" in told(made, "diff", "film", "--as", "markdown").stdout
    assert json_of(made).last["changed"] is False


def test_colour_and_width_are_as_everywhere(made):
    """Marks where there is no colour, colour where there are no marks; lines fit."""
    plain = told(made, "diff", "film", env={"NO_COLOR": "1"}).stdout
    coloured = told(made, "--color", "always", "diff", "film").stdout
    narrow = told(made, "diff", "film", env={"COLUMNS": "40"}).stdout

    assert "\x1b" not in plain
    assert "[-sits-]{+stands+}" in plain
    assert "[-" not in re.sub(r"\x1b\[\d+m", "", coloured)
    assert "\x1b[31msits\x1b[0m \x1b[32mstands\x1b[0m" in coloured
    assert all(len(line) <= 40 for line in narrow.splitlines()[3:])


HOSTILE = "@@everyone ``` </details> <img src=x> | fixes #1 [x](http://e.x) [2J"


def test_markdown_is_a_table_in_which_no_text_does_anything(made):
    """An author's words are code and nothing else; every row has its four cells."""
    words = f"{HOSTILE} a few more words that stay as they are".replace("[2J", "\\e[2J")
    title = '"T <b>x</b> @all \\e[31m"'
    text = board(SHOTS[0].split("prompt")[0] + f'prompt: "{words}"', *SHOTS[1:])
    made.write(text.replace("title: Test", f"title: {title}"))
    for form in ("markdown", "text"):
        said = told(made, "diff", "film", "--as", form).stdout
        assert "\x1b" not in said
    html = cmarkgfm.github_flavored_markdown_to_html(
        told(made, "diff", "film", "--as", "markdown").stdout
    )
    outside = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)

    assert set(re.findall(r"<(\w+)", html)) <= {
        "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code",
    }  # fmt: skip
    assert not re.search(r"@|#\d|://|fixes", outside)
    assert {row.count("<td>") for row in html.split("<tr>") if "<td>" in row} == {4}


def test_a_film_that_is_whole_is_told_by_its_real_length(made):
    """With every clip there, transitions and copies of frames are counted as they are cut."""
    told(made, "render", "film")
    made.commit(says="made")
    made.write(STANDS.replace("prompt: the end", "prompt: the end, transition: dissolve 2f"))
    document = json_of(made).last

    assert document["length"]["exact"] is True
    assert document["length"]["old"] - document["length"]["new"] == pytest.approx(2 / 24, abs=1e-5)
    assert document["plan"] == {
        "shots": 3, "reuse": 3, "make": 0, "resume": 0, "fetch": 0, "stuck": 0,
        "certain": {"unknown": 0, "text": "free"}, "at_most": {"unknown": 0, "text": "free"},
    }  # fmt: skip


def test_many_shots_that_change_alike_are_told_together(made):
    """One line for all, none for each."""
    made.write(SITS.replace("64p", "72p"))
    said = told(made, "diff", "film").stdout

    assert "resolution: 64p → 72p\n    in 3 shots: sh010, sh020, sh030\n" in said
    assert "~" not in said


def test_drafts_are_compared_as_drafts(made):
    """What a paid film costs is nothing there, and picks of the film are none of theirs."""
    paid = STANDS.replace("animatic", "happyhorse-1.1").replace("64p", "720p")
    paid = paid.replace("0.25s", "3s")
    made.commit(paid.replace("stands", "sits"))
    made.write(paid)

    assert "216 credits" in told(made, "diff", "film").stdout
    draft = told(made, "diff", "film", "--draft").stdout
    assert draft.startswith("draft of Test")
    assert "to make: free" in draft


def test_a_board_that_is_gone_is_compared_by_its_path(made):
    """Between two versions that have it; against the working tree it is told that there is none."""
    made.commit()
    made.board.unlink()
    made.commit()
    path = "storyboards/film.storyboard.yaml"

    assert "1 shot reached" in told(made, "diff", path, "HEAD~2", "HEAD~1").stdout
    assert "cannot be read" in told(made, "diff", path, "HEAD~1", code=2).stderr
    assert "there is no storyboard film" in told(made, "diff", "film", "HEAD~2", code=2).stderr


def test_without_git_and_without_a_repository_the_way_out_is_said(made, tmp_path):
    """Exit 1 and 2; a hint that helps; no traceback."""
    no_git = told(made, "diff", "film", code=1, env={"PATH": str(tmp_path)})
    outside = tmp_path / "outside.storyboard.yaml"
    outside.write_text(SITS)
    nowhere = told(made, "diff", str(outside), code=2)

    assert "git cannot be started" in no_git.stderr
    assert "Install git" in no_git.stderr
    assert "lies in no git repository" in nowhere.stderr


def test_a_hook_of_another_repository_does_not_mislead(made, tmp_path):
    """What git tells its hooks (GIT_DIR and the like) is of where it was called, not of a board."""
    other = project(tmp_path / "other")
    other.commit(says="elsewhere")
    env = {"GIT_DIR": str(other.folder / ".git"), "GIT_INDEX_FILE": str(other.folder / "x")}

    assert json.loads(told(made, "diff", "film", "--json", env=env).stdout)["old"]["subject"] == (
        "First cut"
    )
