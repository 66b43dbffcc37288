"""Cards in a film: from the board to the frame, chained, drafted, packed, checked."""

from __future__ import annotations

import shutil

import av
import pytest

from pipeline.api import Draft, plan_film, render_film
from pipeline.media.typefaces import shipped
from pipeline.packs.board_files import board_in, files_of
from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.loader import load_board

HEAD = """\
storyboard: 1
title: Titles
format: {aspect: "3:2", resolution: 64p, fps: 24}
defaults: {model: animatic, duration: 6f, resolution: 64p}
shots:
"""
TITLE = """\
  - id: title
    model: card
    text: |
      # %{pts}: "it's" 100% \\\\n [a];b

      by Anna Berg
    background: navy
    fade_in: 2f
"""
CHAIN = """\
  - {id: sh010, prompt: It begins., first_frame: title.last}
  - {id: end, model: card, text: Fin, background: sh010.last}
"""


@pytest.fixture
def board(tmp_path):
    folder = tmp_path / "odd: 'folder' 100% [x];" / "storyboards"
    folder.mkdir(parents=True)
    return folder / "titles.storyboard.yaml"


def write(board, shots):
    board.write_text(HEAD + shots, encoding="utf-8")
    return board


def verbs(board):
    return {step.shot.id: step.verb for step in plan_film(board).plan.steps}


def pictures(path):
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def test_a_card_opens_a_film_and_ends_it(board):
    """Title, shot from its last frame, end card on that shot's last frame: all of it is there."""
    planned = plan_film(write(board, TITLE + CHAIN))
    rendered = render_film(planned)
    shown = pictures(rendered.film)
    title = pictures(rendered.outcome.clips["title"].path)
    end = pictures(rendered.outcome.clips["end"].path)
    last = pictures(rendered.outcome.clips["sh010"].path)[-1]

    assert len(shown) == 6 + 5 + 6
    assert max(shown[0].getpixel((2, 2))) < 12  # it comes from black
    assert title[0].getpixel((2, 2))[2] > 110  # its clip does not
    near = [abs(a - b) for a, b in zip(end[0].getpixel((2, 2)), last.getpixel((2, 2)), strict=True)]
    assert max(near) < 6
    assert set(verbs(board).values()) == {"reuse"}
    assert [step.shot.mode for step in planned.plan.steps] == ["text", "first_frame", "text"]


def test_only_what_is_seen_on_it_makes_a_card_anew(board):
    """Other words or colours do; a fade, a beat, blanks at the ends of lines do not."""
    text = "  - {id: title, model: card, text: Fin%s}\n"
    render_film(plan_film(write(board, text % "")))
    for same in (", fade_out: 2f", ", beat: The end.", ", colour: white", ', background: "#000"'):
        assert verbs(write(board, text % same)) == {"title": "reuse"}, same
    for other in (" it", ", colour: gold", ", background: red", ", align: left", ", duration: 7f"):
        assert verbs(write(board, text % other)) == {"title": "make"}, other
    assert str(plan_film(write(board, text % "al")).plan.steps[0].action) == "changed: text"


def test_a_draft_draws_cards_as_they_are(board):
    """There is nothing to save by an animatic of a title."""
    planned = plan_film(write(board, TITLE), draft=Draft("64p"))
    assert planned.film.shots[0].model == "card"
    assert "navy" not in dict(planned.plan.steps[0].request.options).values()


def test_a_font_of_ones_own(board):
    """Its bytes are in the key and in the pack; its name is not; letters it lacks are told."""
    fonts = board.parent / "fonts"
    fonts.mkdir()
    shutil.copy(shipped(bold=True), fonts / "my font.ttf")
    shots = "  - {id: title, model: card, text: 'Fin 🦊', font: fonts/my font.ttf}\n"
    plain = "  - {id: title, model: card, text: 'Fin 🦊'}\n"
    planned = plan_film(write(board, shots))
    (told,) = planned.board.warnings
    assert told.code == "letters-missing"
    assert "🦊 (U+1F98A)" in told.message
    assert files_of(board_in(board.read_bytes()), "storyboards/x.yaml") == (
        "storyboards/fonts/my font.ttf",
    )
    render_film(planned)
    (fonts / "my font.ttf").rename(fonts / "b.ttf")
    assert verbs(write(board, shots.replace("my font", "b"))) == {"title": "reuse"}
    assert verbs(write(board, plain)) == {"title": "make"}
    (fonts / "b.ttf").write_bytes(shipped(bold=False).read_bytes())
    assert verbs(write(board, shots.replace("my font", "b"))) == {"title": "make"}


def test_a_font_that_is_none_is_a_fault(board):
    """Torn, empty or no font at all: one fault each, no crash."""
    fonts = board.parent / "fonts"
    fonts.mkdir()
    whole = shipped(bold=False).read_bytes()
    for data in (b"", b"no font", whole[:2000], whole[:60] + bytes(5000), bytes(100_000)):
        (fonts / "a.ttf").write_bytes(data)
        with pytest.raises(BoardFaultsError) as caught:
            load_board(write(board, "  - {id: a, model: card, text: x, font: fonts/a.ttf}\n"))
        assert [fault.code for fault in caught.value.faults] == ["font-unreadable"]


def test_a_board_of_cards_needs_no_prompts(board):
    """`model: card` under the defaults holds for all; what they share is said once."""
    board.write_text(
        HEAD.replace("model: animatic,", "model: card, background: cream, align: bottom left,")
        + "  - {id: a, text: One}\n  - {id: b, text: Two, background: black}\n"
    )
    one, two = (shot.card for shot in plan_film(board).film.shots)
    assert (one.colour, one.background, one.align) == ("#000000", "#fff6e0", "bottom left")
    assert (two.colour, two.background) == ("#ffffff", "#000000")
