"""The plan as a comment on a pull request: short, complete, and nobody's text does anything."""

from __future__ import annotations

import contextlib
import json
import re
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser

import cmarkgfm
import pytest
import stories
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.cli.main import exit_code_of
from pipeline.cli.markdown import quoted, sentence, spelled, table
from pipeline.cli.plan_markdown import LIMIT, _price
from pipeline.money import Total
from pipeline.storyboard.drawing import harmless

PAID = """\
storyboard: 1
title: Paid
format: {resolution: 720p, fps: 24}
defaults: {model: happyhorse-1.1, duration: 4.5s}
"""
HOSTILE = [
    "@everyone look", "fixes #12", "GH-12 and owner/repo#3", "https://evil.example/x",
    "www.evil.example", "a@evil.example", "mailto:a@evil.example", "[x](http://evil.example)",
    "![x](http://evil.example/x.png)", "<img src=x onerror=alert(1)>", "<!-- open",
    "</details></summary>", "| a | b |", "a\\|b", "\\", "`", "``` ```", "`` ` ``x", "*a* _b_ ~~c~~",
    "line\nbreak\r\n# heading\n- item", "&lt;b&gt; &#64;everyone", ":tada: :x:",
    "`a``@b`", "`a`; a plain @ is `@@`", "`a`@everyone`b`",
    "1234567deadbeef", "$x$ $$y$$", "\x1b[31mred\x07", "\u202egnp.exe", "[^1]: note", "x" * 5000,
    "",
]  # fmt: skip


class Read(HTMLParser):
    """What a reader is shown: the tags, the text in code, and the text outside of it."""

    def __init__(self, markdown):
        super().__init__(convert_charrefs=True)
        self.tags, self.code, self.plain, self._inside = [], [], [], 0
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown))

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser's signature
        self.tags.append(tag)
        if tag == "code":
            self._inside += 1
            self.code.append("")

    def handle_endtag(self, tag):
        self._inside -= tag == "code"

    def handle_data(self, data):
        if self._inside:
            self.code[-1] += data
        else:
            self.plain.append(data)


# what GitHub makes something of outside of code: mentions, issues, links, emoji, commits
DOES_SOMETHING = re.compile(
    r"@|#\d|GH-\d|://|www\.|mailto:|:[a-z_0-9+-]+:|\b[0-9a-f]{7,40}\b|\[|\]|[<>`*_~|\\]"
)

anything = st.text(max_size=40) | st.text(alphabet="`|\\ab@#:/[]()<>*_.-1\n", max_size=20)


def with_examples(test):
    for text in HOSTILE:
        test = example(text)(test)
    return test


@with_examples
@given(anything)
@settings(max_examples=60, deadline=None)
def test_no_text_is_more_than_text_in_a_line(text):
    """Quoted, spelled or in a sentence: no tag but code, and outside of code nothing that acts."""
    for way in (quoted, spelled, sentence):
        read = Read(f"- x {way(text)} y")

        assert set(read.tags) <= {"ul", "li", "code"}, (way, read.tags)
        assert not DOES_SOMETHING.search("".join(read.plain)), (way, read.plain)


@with_examples
@given(anything)
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_table(text):
    """A row keeps its three cells and its neighbours, whatever stands in the middle one."""
    for way in (quoted, spelled, sentence):
        read = Read(table(("a", "b", "c"), [("x", way(text), "y"), ("1", "2", "3")]))

        assert read.tags.count("tr") == 3
        assert read.tags.count("td") == 6
        assert set(read.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
        cells = [words for words in read.plain if words.strip()]
        assert cells[-4:] == ["y", "1", "2", "3"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
@settings(max_examples=60, deadline=None)
def test_quoted_text_is_read_as_it_was_written(text):
    """Every character, backticks and backslashes among them."""
    shown = Read(f"x {quoted(text)} y").code

    assert shown == [text if len(text) <= 200 else f"{text[:199]}…"]


@example("`a`@x``@y`")
@given(st.text(st.sampled_from("`a@. "), max_size=12) | anything)
@settings(max_examples=100, deadline=None)
def test_a_sentence_is_read_as_it_was_written(text):
    """All of it and in its order, but for the marks and blanks around what is quoted."""
    told = sentence(text)
    read = Read(f"- x{told}y")
    shown = cmarkgfm.github_flavored_markdown_to_html(f"- x{told}y")
    words = unescape(re.sub(r"<[^>]*>", "", shown))
    kept = [re.sub(r"[`\s]", "", part) for part in (harmless(" ".join(text.split())), words)]

    assert kept[1] == f"x{kept[0]}y"
    assert not DOES_SOMETHING.search("".join(read.plain)), read.plain


def test_quotes_that_touch_stay_two():
    """Two fences side by side would be one longer fence, and the marks would be read as text."""
    shown = Read(sentence("define it under `references:`; a plain @ is `@@`")).code

    assert shown == ["references:", "; a plain @ is", "@@"]
    assert Read(sentence("`a``b`")).code == ["a", "b"]


@pytest.mark.parametrize(
    "words",
    ["new", "changed: prompt, seed", "follows sh010, sh020", "0.5s", "$0.70", "144 credits",
     "4.5s, billed 5s", "out of money"],
)  # fmt: skip
def test_our_own_words_stand_plainly(words):
    """No code where nothing can be mistaken: it is to be read."""
    assert spelled(words) == words


def board(folder, name, text):
    path = folder / "storyboards" / f"{name}.storyboard.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(folder, *words):
    with contextlib.chdir(folder):
        return exit_code_of([*words])


def plan(folder, capsys, *words):
    """The exit code and the Markdown."""
    capsys.readouterr()
    code = run(folder, "plan", "--as", "markdown", *words)
    return code, capsys.readouterr().out


def test_a_reviewer_reads_shots_reasons_routes_seconds_and_prices(tmp_path, capsys):
    """One row a shot; 4.5 seconds are billed as 5; the sum is the sum."""
    board(tmp_path, "film", stories.text("sh010", "sh020 duration: 6s", head=PAID))
    code, text = plan(tmp_path, capsys, "film")

    assert code == 0
    assert "**2 of 2 shots to make: 264 credits.**" in text
    assert "| `sh010` | make | new | apiframe" in text
    assert "| 4.5s, billed 5s | 120 credits |" in text
    assert "| 6s | 144 credits |" in text
    assert {"table", "h3"} <= set(Read(text).tags)


def test_what_follows_another_shot_says_so(tmp_path, capsys):
    """The reasons are the plan's own."""
    board(tmp_path, "film", stories.text("sh010", "sh020 first_frame: sh010.last"))
    assert run(tmp_path, "render", "film") == 0
    board(tmp_path, "film", stories.text("sh010 seed: 3", "sh020 first_frame: sh010.last"))
    code, text = plan(tmp_path, capsys, "film")

    assert code == 0
    assert "| `sh010` | make | changed: seed |" in text
    assert "| `sh020` | make | follows sh010 |" in text


def test_what_is_certain_and_what_is_at_most_stand_apart():
    """Where they differ; a price nobody knows is said to be unknown."""
    least = Total((("credits", Fraction(120)),), 0)
    most = Total((("credits", Fraction(240)), ("usd", Fraction(7, 10))), 1)

    assert _price(least, least) == "120 credits"
    assert _price(least, most) == (
        "120 credits certain, 240 credits + $0.70 + 1 of unknown price at most"
    )


def test_a_film_with_nothing_to_make_is_one_line(tmp_path, capsys):
    """So a pull request that changes another board is not drowned."""
    board(tmp_path, "film", stories.text("sh010", "sh020"))
    assert run(tmp_path, "render", "film") == 0
    code, text = plan(tmp_path, capsys, "film")

    assert code == 0
    assert text == "**`film`**: nothing to make, 2 shots.\n"


def test_a_faulty_board_is_told_with_its_places_beside_the_others(tmp_path, capsys):
    """The comment has the faults as a list; the exit code is that of check; others are planned."""
    board(tmp_path, "bad", PAID + "shots:\n  - {id: sh010, promt: x}\n")
    board(tmp_path, "film", stories.text("sh010", head=PAID))
    code, text = plan(tmp_path, capsys, "bad", "film")

    assert code == 3
    assert "**1 of 2 boards planned, 1 shot to make: 120 credits.**" in text
    assert "- error at `storyboards/bad.storyboard.yaml:6:17`: " in text
    assert "has no key `promt` (did you mean `prompt`?)" in text
    assert "`sh010` | make" in text


def test_a_lock_that_cannot_be_read_is_told_in_the_comment_too(tmp_path, capsys):
    """Whatever keeps a board from being planned, the others are."""
    board(tmp_path, "film", stories.text("sh010"))
    board(tmp_path, "torn", stories.text("sh010"))
    (tmp_path / "storyboards" / "torn.lock.toml").write_text("<<<<<<< HEAD\n")
    code, text = plan(tmp_path, capsys, "torn", "film")

    assert code == 1
    assert "**`storyboards/torn.storyboard.yaml` cannot be planned.**" in text
    assert "`film`" in text


@pytest.mark.parametrize("text", HOSTILE[:-2])
def test_a_board_of_malice_makes_no_link_and_no_mention(tmp_path, capsys, text):
    """In title, beat, prompt, and as a wrong value: nothing comes out but our own layout."""
    hurt = json.dumps(text)
    head = PAID.replace("title: Paid", f"title: {hurt}")
    board(tmp_path, "film", stories.text(f"sh010 beat: {hurt}", head=head))
    board(tmp_path, "bad", head + f"shots:\n  - {{id: {hurt}, prompt: {hurt}, model: {hurt}}}\n")
    _, markdown = plan(tmp_path, capsys, "film", "bad")
    read = Read(markdown)

    assert set(read.tags) <= {
        "h3", "p", "strong", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert not DOES_SOMETHING.search("".join(read.plain)), read.plain


def test_a_hundred_shots_are_short_and_thousands_still_fit(tmp_path, capsys):
    """Forty rows in sight and the rest folded; beyond GitHub's limit a board is one line."""
    names = [f"sh{number:04}" for number in range(1, 101)]
    board(tmp_path, "hundred", stories.text(*names, head=PAID))
    board(tmp_path, "many", stories.text(*(f"sh{n:04}" for n in range(1200)), head=PAID))
    _, hundred = plan(tmp_path, capsys, "hundred")
    _, both = plan(tmp_path, capsys, "hundred", "many")
    in_sight = hundred.split("<details>")[0]

    assert in_sight.count("| make |") == 40
    assert hundred.count("| make |") == 100
    assert "<summary>60 more</summary>" in hundred
    assert len(hundred) < 10_000
    assert len(both.encode()) <= LIMIT
    assert both.count("| make |") == 100
    assert "**1200 of 1200 shots to make: 144000 credits.**" in both


def test_what_is_reused_is_folded(tmp_path, capsys):
    """Of a film with one change a reviewer sees one row."""
    board(tmp_path, "film", stories.text("sh010", "sh020"))
    assert run(tmp_path, "render", "film") == 0
    board(tmp_path, "film", stories.text("sh010", "sh020 seed: 7"))
    code, text = plan(tmp_path, capsys, "film", "--exit-code")
    in_sight, _, behind = text.partition("<details><summary>1 reused</summary>")

    assert code == 4
    assert "`sh020` | make | changed: seed |" in in_sight
    assert "`sh010`" not in in_sight
    assert "`sh010` | reuse | take 1 |" in behind


def test_json_is_the_same_by_both_names(tmp_path, capsys):
    """--json and --as json."""
    board(tmp_path, "film", stories.text("sh010"))
    documents = []
    for words in (["--json"], ["--as", "json"]):
        assert run(tmp_path, "plan", "film", *words) == 0
        documents.append(json.loads(capsys.readouterr().out))

    assert documents[0] == documents[1]
