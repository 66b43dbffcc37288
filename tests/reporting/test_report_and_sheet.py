"""The report and the sheet of real films: what they tell, that they ask nothing of anybody."""

from __future__ import annotations

import html.parser
import json
import re

import pytest
from PIL import Image

from pipeline.api import Draft, plan_film, render_film
from pipeline.cli.main import exit_code_of
from pipeline.errors import StoryreelError
from pipeline.reporting.report import report_path, write_report
from pipeline.reporting.sheet import write_sheet

HOSTILE = "<script>alert('x')</script> & \"quotes\" {{ 7 * 7 }}"
BOARD = f"""\
storyboard: 1
title: {json.dumps(HOSTILE)}
format: {{resolution: 64p, fps: 24}}
defaults: {{model: animatic, duration: 0.25s}}
references:
  box: {{kind: prop, image: refs/box.png, description: a box}}
shots:
  - {{id: sh010, scene: One, beat: {json.dumps(HOSTILE)}, prompt: {json.dumps(HOSTILE)}}}
  - {{id: sh020, scene: One, prompt: The light grows., first_frame: sh010.last}}
  - {{id: sh030, scene: Two, prompt: "@box falls.", references: [box]}}
"""
VOID = {"meta", "img", "br", "path", "rect", "link", "input", "hr"}
ADDRESSES = {"src", "href", "poster", "xlink:href", "srcset", "action", "data", "background"}


class Page(html.parser.HTMLParser):
    """A page's elements, addresses and words; every element must be closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def addresses(self):
        return [
            value for _, attrs in self.elements for name, value in attrs.items()
            if name in ADDRESSES
        ]  # fmt: skip


def new_project(root, board=BOARD):
    boards = root / "storyboards"
    (boards / "refs").mkdir(parents=True)
    Image.new("RGBA", (60, 40), (200, 30, 30, 90)).save(boards / "refs" / "box.png")
    path = boards / "film.storyboard.yaml"
    path.write_text(board, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A film of three shots, rendered once."""
    path = new_project(tmp_path_factory.mktemp("a project"))
    done = render_film(plan_film(path))
    assert done.outcome.whole
    assert done.report_fault == ""
    return path, done.report.read_text(encoding="utf-8")


def test_a_render_writes_a_page_that_asks_nothing_of_anybody(rendered):
    """No script, no style, font or picture from elsewhere; the only file it names is beside it."""
    path, text = rendered
    page = Page(text)
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)

    assert "default-src 'none'" in policy
    assert not {"script", "link", "iframe", "object", "embed", "base"} & {
        tag for tag, _ in page.elements
    }
    assert not re.search(r"https?:|@import|url\((?!#)|['\"]//", text)
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    near = {a for a in page.addresses if not a.startswith(("data:image/jpeg;base64,", "#"))}
    assert {a for a in near if "/clips/" not in a} == {
        "film.mp4", "film.mp4#t=0.021", "film.mp4#t=0.271", "film.mp4#t=0.479",
    }  # fmt: skip
    folder = path.parent.parent / "output" / "film"
    assert all((folder / address.partition("#")[0]).is_file() for address in near)


def test_an_author_s_words_stay_words(rendered):
    """Markup and template marks in a title, a beat or a prompt are shown, never obeyed."""
    words = " ".join(Page(rendered[1]).words)

    assert words.count(HOSTILE) >= 4  # title twice, beat, prompt
    assert "49" not in re.findall(r"\{\{.*?\}\}|49", words)


def test_the_page_tells_each_shot(rendered):
    """Prompt as sent, seed, route, price, why; a link to it; a picture with words for the blind."""
    path, text = rendered
    page = Page(text)
    words = " ".join(" ".join(page.words).split())
    lock = plan_film(path).lock

    assert [a["id"] for a in page.all("article")] == ["shot-sh010", "shot-sh020", "shot-sh030"]
    assert all(f"#shot-{name}" in page.addresses for name in ("sh010", "sh020", "sh030"))
    assert "[Image 1] falls." in words or "a box falls." in words or "box falls." in words
    for name in ("sh010", "sh020", "sh030"):
        assert str(lock.of(name).takes[0].seed) in words
    assert words.count("made here") == 3
    assert "Nothing was spent: 3 takes made free of charge" in words
    assert all(image["alt"] for image in page.all("img"))
    assert len(page.all("img")) == 3 + 2  # posters; the reference, the frame handed over
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1


def test_no_path_of_the_machine_is_in_the_page(rendered):
    """A page that is mailed tells nothing of where it was made."""
    path, text = rendered

    assert str(path.parent.parent) not in text
    assert path.parent.parent.parent.name not in text


def test_the_page_is_the_same_again(rendered):
    """Written again of an unchanged film it has the same bytes and is left alone."""
    path, text = rendered
    planned = plan_film(path)
    before = report_path(planned.places.folder).stat().st_mtime_ns

    assert write_report(planned).anew is False
    assert report_path(planned.places.folder).stat().st_mtime_ns == before
    assert report_path(planned.places.folder).read_text(encoding="utf-8") == text


def test_a_shot_that_cannot_be_made_is_told(tmp_path):
    """The page is written though the render failed: what failed, why, and what waits for it."""
    board = BOARD.replace(HOSTILE, "Film").replace("quotes", "words")
    path = new_project(tmp_path, board)
    planned = plan_film(path)
    (planned.places.store / "incoming").parent.mkdir(parents=True)
    (planned.places.store / "incoming").write_text("in the way")
    done = render_film(planned)
    text = done.report.read_text(encoding="utf-8")
    words = " ".join(" ".join(Page(text).words).split())

    assert done.outcome.failed
    assert "0 of 3 shots stand" in words
    assert "The film is not cut yet" in words
    assert "failed sh010" in words
    assert "it waits for sh010" in words
    assert str(tmp_path) not in text


def test_a_film_that_cannot_be_cut_has_its_report(tmp_path):
    """A folder stands where the film belongs: the clips that were made are told all the same."""
    path = new_project(tmp_path, "\n".join(BOARD.replace(HOSTILE, "Film").splitlines()[:8]))
    planned = plan_film(path)
    planned.places.film.mkdir(parents=True)
    with pytest.raises(StoryreelError, match="The film cannot be written"):
        render_film(planned)
    words = " ".join(Page(report_path(planned.places.folder).read_text(encoding="utf-8")).words)

    assert "1 of 1 shots stand" in " ".join(words.split())
    assert "The film is not cut yet" in words


def test_a_report_that_cannot_be_written_fails_no_render(tmp_path):
    """A folder stands in its way: the film is cut all the same, and the fault is told."""
    path = new_project(tmp_path, "\n".join(BOARD.splitlines()[:8]))
    planned = plan_film(path, draft=Draft("64p"))
    report_path(planned.places.folder).mkdir(parents=True)
    done = render_film(planned)

    assert done.outcome.whole
    assert done.film.is_file()
    assert done.report is None
    assert done.report_fault


def test_a_deleted_report_is_written_again(capsys, rendered):
    """A render with nothing to do looks whether its page is there, and otherwise leaves it."""
    path = rendered[0]
    assert exit_code_of(["render", str(path)]) == 0
    page = report_path(path.parent.parent / "output" / "film")
    text = page.read_bytes()
    assert exit_code_of(["render", str(path)]) == 0
    assert page.read_bytes() == text
    page.unlink()
    assert exit_code_of(["render", str(path), "--json"]) == 0

    assert page.read_bytes() == text
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["report"] == str(page)


def test_report_and_sheet_say_where_they_wrote(rendered, capsys):
    """``--json``: the paths; each file is there."""
    path = rendered[0]
    folder = path.parent.parent / "output" / "film"
    assert exit_code_of(["report", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["report"]) == (1, str(folder / "report.html"))
    assert exit_code_of(["sheet", str(path), "--json", "--frames", "3"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert (told["schema"], told["sheets"]) == (1, [str(folder / "sheet.png")])
    with Image.open(folder / "sheet.png") as picture:
        assert picture.format == "PNG"


def test_frames_are_taken_once(rendered, tmp_path):
    """A second sheet reads the posters beside the clips; a torn one is taken anew."""
    planned = plan_film(rendered[0])
    write_sheet(planned, tmp_path / "a.png")
    posters = sorted((planned.places.store / "frames").glob("*/*.jpg"))
    times = [poster.stat().st_mtime_ns for poster in posters]
    write_sheet(planned, tmp_path / "b.png")
    assert [poster.stat().st_mtime_ns for poster in posters] == times
    posters[0].write_bytes(posters[0].read_bytes()[:50])
    write_sheet(planned, tmp_path / "c.png")

    a, b, c = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert a == b == c
    assert posters[0].stat().st_size > 50


def test_a_shot_without_a_clip_has_a_mark_in_its_row(tmp_path):
    """A board never rendered has a sheet: every row is marked, in the colour of what is to do."""
    path = new_project(tmp_path)
    (sheet,) = write_sheet(plan_film(path), tmp_path / "sheet.png")
    with Image.open(sheet) as picture:
        colours = {colour for _, colour in picture.getcolors(100_000)}

    assert (240, 196, 92) in colours


def test_the_takes_of_a_shot_are_told_apart(tmp_path):
    """Which serves, which was picked, which was rejected, which answers what is asked no more."""
    shot = "  - {id: sh010, prompt: A dog barks., takes: 3}"
    board = "\n".join([*BOARD.splitlines()[:7], shot])
    path = new_project(tmp_path, board)
    assert render_film(plan_film(path)).outcome.whole
    for words in (["pick", "sh010", "2"], ["reject", "sh010", "3"]):
        assert exit_code_of([*words, "--board", str(path)]) == 0
    tags = re.compile(r"<b>take (\d)</b>(.*?)<br>", re.DOTALL)

    def told():
        text = write_report(plan_film(path)).path.read_text(encoding="utf-8")
        return {int(n): re.findall(r">([^<>\n]+)</span>", tag) for n, tag in tags.findall(text)}

    assert told() == {1: [], 2: ["serves", "picked"], 3: ["rejected"]}
    path.write_text(board.replace("dog", "cat"), encoding="utf-8")
    old = "for an older request"
    assert told() == {1: [old], 2: ["picked", old], 3: ["rejected", old]}
