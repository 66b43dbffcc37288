"""Cards: all words are seen, in the title-safe area, whatever they are; the same each time."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.ids import ShotId
from pipeline.makers.card.drawing import drawn, safe_area
from pipeline.makers.card.maker import Card
from pipeline.makers.card.typesetting import Faces, typeset
from pipeline.makers.interface import Order
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.probe import probe
from pipeline.media.typefaces import shipped

FACES = Faces((shipped(bold=False),), (shipped(bold=True),))
TITLE = "# The Snow Fox\n\nA film by Anna Berg"


def order(text: str, target: Path = Path("x"), size: tuple[int, int] = (192, 108), **how) -> Order:
    options = {"text": text, "colour": "#ffffff", "background": "#000000", "align": "centre"}
    given = {key: how.pop(key) for key in list(how) if key in options or key == "font_digest"}
    return Order(
        ShotId("title"), "", 0, Fraction(1, 4), Fraction(24), *size, target,
        options=options | given, **how,
    )  # fmt: skip


def ink(image: Image.Image, ground: str = "#000000") -> tuple[int, int, int, int]:
    """The box around everything that was drawn."""
    box = ImageChops.difference(image, Image.new("RGB", image.size, ground)).getbbox()
    assert box is not None
    return box


def is_safe(image: Image.Image) -> bool:
    left, top, right, bottom = ink(image)
    area = safe_area(*image.size)
    return (
        left >= area.left
        and top >= area.top
        and right <= area.left + area.width
        and bottom <= area.top + area.height
        and area.width <= image.width * 0.8
        and area.height <= image.height * 0.8
    )


TEXTS = {
    "title": TITLE,
    "long": "\n".join(f"Somebody Number {n} and Somebody Else" for n in range(16)),
    "one word": "# Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten",
    "marks": "He said: \"100%\" %{x} 'and' \\n C:\\a;b,c [in] {0} ${y} `z` <b>",
    "scripts": "日本語 🦊 العربية עברית हिन्दी ไทย",
    "stacked": "Z̸̢̛͎͉̈́̈́a̴̛͎l̷g̶o" * 3,
    "a blank heading": "# \n\n  x",
}


@pytest.mark.parametrize("size", [(320, 180), (64, 64)])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("align", ["centre", "bottom right"])
def test_words_stand_in_the_title_safe_area(text: str, size: tuple[int, int], align: str) -> None:
    """Of any text in any frame something is drawn, and nothing outside of four fifths of it."""
    image, _ = drawn(order(text, size=size, align=align))
    assert is_safe(image)


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=200),
    st.integers(120, 400),
    st.integers(60, 300),
)
def test_no_word_is_lost(text: str, width: int, height: int) -> None:
    """The lines hold all that can be drawn of the text, in order, and lie within their room."""
    from pipeline.makers.lettering import plain

    made = typeset(text, FACES, min(width, height), width, height)
    wanted = "".join(plain(line.removeprefix("# ")) for line in text.splitlines())
    assert "".join("".join(line.text for line in made.lines).split()) == "".join(wanted.split())
    if made.size > 4:
        assert made.height <= height
        assert all(line.width <= width + 1 for line in made.lines)


def test_headings_are_larger_and_words_stay_whole() -> None:
    """``# `` is large and bold; a long word is shrunk rather than broken."""
    made = typeset("# Extraordinarily\nsmall", FACES, 108, 150, 86)
    heading, body = made.lines
    assert heading.type.size > 1.5 * body.type.size
    assert heading.type.bold
    assert not body.type.bold
    assert heading.text == "Extraordinarily"


@pytest.mark.parametrize(
    ("align", "across", "down"), [("top left", -1, -1), ("bottom", 0, 1), ("right", 1, 0)]
)
def test_words_stand_where_they_are_aligned(align: str, across: int, down: int) -> None:
    """Left is left, bottom is bottom; what is not said is the middle."""
    image, _ = drawn(order("Fin", size=(320, 180), align=align))
    left, top, right, bottom = ink(image)
    offset = ((left + right - 320) / 320, (top + bottom - 180) / 180)
    for share, side in zip(offset, (across, down), strict=True):
        assert abs(share) < 0.06 if side == 0 else share * side > 0.3


def test_type_too_small_to_read_is_told() -> None:
    """What only fits very small comes with a note; a title does not."""
    assert drawn(order(TITLE, size=(320, 180)))[1] == ()
    (note,) = drawn(order("\n".join(["many words"] * 40), size=(320, 180)))[1]
    assert "two cards" in note


def test_a_card_on_a_picture(tmp_path: Path) -> None:
    """The picture fills the frame, words stand out on it, white or black."""
    path = tmp_path / "odd name: 100% 'sky'.png"
    Image.new("RGB", (300, 200), (200, 200, 210)).save(path)
    light, _ = drawn(order("# Fin", references=(path,)))
    assert light.getpixel((2, 2)) == (200, 200, 210)
    darkest, brightest = light.convert("L").getextrema()
    assert brightest > 240
    assert darkest < 120  # the shadow under white words
    dark, _ = drawn(order("# Fin", references=(path,), colour="#000000"))
    assert dark.convert("L").getextrema()[0] < 20


def test_a_clip_of_it_is_the_same_each_time(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """As many frames as asked, silent sound beside them, the same bytes again."""
    digests = []
    for name in ("a.mp4", "b.mp4"):
        made = order(TITLE, tmp_path / name, (96, 64), background="#1b2a41")
        Card(ffmpeg).make(made, tell=lambda _: None, stop=threading.Event())
        digests.append(digest_of_file(made.target))
    facts = probe(tmp_path / "a.mp4")
    assert digests[0] == digests[1]
    assert (facts.frames, facts.width, facts.height) == (6, 96, 64)
    assert facts.sound is not None
    with av.open(str(tmp_path / "a.mp4")) as container:
        corner = next(container.decode(video=0)).to_image().getpixel((1, 1))
    assert all(abs(a - b) < 4 for a, b in zip(corner, (0x1B, 0x2A, 0x41), strict=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_a_font_that_was_changed_since_is_refused(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The key says which font: with another the card is not drawn, and nothing is left."""
    font = tmp_path / "mine.ttf"
    font.write_bytes(shipped(bold=False).read_bytes() + b"\0")
    made = order("Fin", tmp_path / "a.mp4", font=font)
    made.options["font"] = "0" * 64
    with pytest.raises(MediaError, match="changed"):
        Card(ffmpeg).make(made, tell=lambda _: None, stop=threading.Event())
    assert not made.target.exists()
