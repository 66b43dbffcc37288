"""Named outputs of one cut: each made once, from shared segments, with what goes beside it."""

from __future__ import annotations

import io
import json
import wave
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import pytest
from PIL import Image, ImageChops

from pipeline.api import assemble_film, film_stands, plan_film, render_film
from pipeline.cli.delivered import delivered_document, delivered_lines
from pipeline.delivering import files_watched
from pipeline.errors import UsageError
from pipeline.files import digest_of_file

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.planned import Delivered, RenderedFilm

BOARD = """\
storyboard: 1
title: "Odd's: %{film}"
format: {resolution: 64p}
subtitles: {file: subs/film.srt, language: eng}
defaults: {duration: 12f}
deliver:
  web: {poster: sh020.first}
  vertical: {aspect: "9:16", fit: fill, subtitles: beside}
  burned: {subtitles: burned, chapters: false}
shots:
  - id: sh010
    beat: "We meet her: alone."
    prompt: Snow falls.
  - id: sh020
    prompt: It stops.
"""
SUBTITLES = "1\n00:00:00,250 --> 00:00:09,000\nIt is only snow.\n"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    boards = tmp_path_factory.mktemp("outputs") / "storyboards"
    (boards / "subs").mkdir(parents=True)
    (boards / "subs" / "film.srt").write_text(SUBTITLES, encoding="utf-8")
    path = boards / "t.storyboard.yaml"
    path.write_text(BOARD, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rendered(board: Path) -> RenderedFilm:
    return render_film(plan_film(board))


def written(rendered: RenderedFilm, name: str) -> Path:
    assert rendered.film
    return rendered.film.with_name(name)


def assembled(board: Path, only: str | None = None) -> dict[str, Delivered]:
    delivered, _ = assemble_film(plan_film(board), only=only)
    return {one.name: one for one in delivered}


def test_every_output_shows_the_film_frame_for_frame(rendered: RenderedFilm) -> None:
    """The film, and each output in its own frame, have the same frames, tagged BT.709."""
    sizes = {"t.vertical.mp4": (64, 114)}
    sizes |= dict.fromkeys(("t.mp4", "t.web.mp4", "t.burned.mp4"), (114, 64))
    for name, size in sizes.items():
        with av.open(str(written(rendered, name))) as container:
            frames = list(container.decode(video=0))
        assert len(frames) == 24
        assert [f.pts * f.time_base for f in frames] == [Fraction(n, 24) for n in range(24)]
        assert (frames[0].width, frames[0].height) == size
        assert (frames[0].colorspace, frames[0].color_primaries, frames[0].color_trc) == (1, 1, 1)


def test_what_is_beside_each(rendered: RenderedFilm, board: Path) -> None:
    """Poster, subtitles and provenance lie where the board says, and nowhere else."""
    assert rendered.film
    found = {path.name for path in rendered.film.parent.glob("t.*")}
    assert found == {
        "t.mp4", "t.cuts.json", "t.provenance.json", "t.srt", "t.vtt",
        "t.web.mp4", "t.web.cuts.json", "t.web.provenance.json", "t.web.jpg",
        "t.vertical.mp4", "t.vertical.cuts.json", "t.vertical.provenance.json",
        "t.vertical.srt", "t.vertical.vtt",
        "t.burned.mp4", "t.burned.cuts.json", "t.burned.provenance.json",
    }  # fmt: skip
    assert found <= {path.name for path in files_watched(plan_film(board), rendered.film)} | {
        "t.jpg", "t.web.srt"
    }  # fmt: skip
    with Image.open(written(rendered, "t.web.jpg")) as poster:
        assert poster.size == (114, 64)
    told = json.loads(written(rendered, "t.vertical.provenance.json").read_bytes())
    assert (told["size"], told["film"]) == ("64x114", "t.vertical.mp4")
    assert told["digital_source_type"].endswith("/algorithmicMedia")  # drawn, not trained


def test_only_what_asked_for_them_has_chapters_and_a_track(rendered: RenderedFilm) -> None:
    """The film is as it was; ``web`` has its chapters and subtitles inside."""
    with av.open(str(rendered.film)) as film:
        assert not film.chapters()
        assert not film.streams.subtitles
    with av.open(str(written(rendered, "t.web.mp4"))) as web:
        titles = [chapter["metadata"]["title"] for chapter in web.chapters()]
        assert titles == ["sh010: We meet her: alone.", "sh020"]
        assert [lane.language for lane in web.streams.subtitles] == ["eng"]


def test_one_frame_size_is_encoded_once(rendered: RenderedFilm) -> None:
    """The film's own pieces serve ``web``; another frame encodes each shot anew."""
    film, web, vertical, _ = rendered.delivered
    assert film.assembly
    assert web.assembly
    assert vertical.assembly
    assert not web.assembly.encoded
    assert vertical.assembly.encoded == ("sh010", "sh020")
    lines = list(delivered_lines(delivered_document(rendered.delivered)))
    assert lines[2].startswith("vertical: sh010, sh020 encoded")


def test_burned_subtitles_are_in_the_picture(rendered: RenderedFilm) -> None:
    """From their first frame on the picture has white letters; before it, it is the film's own."""
    pictures = []
    for name in ("t.mp4", "t.burned.mp4"):
        with av.open(str(written(rendered, name))) as container:
            grey = [frame.to_image().convert("L") for frame in container.decode(video=0)]
        pictures.append(grey)
    differ = [
        max(ImageChops.difference(plain, burned).tobytes()) > 60
        for plain, burned in zip(*pictures, strict=True)
    ]

    assert differ == [False] * 6 + [True] * 18


@pytest.mark.usefixtures("rendered")
def test_what_is_unchanged_is_left_alone(board: Path) -> None:
    """A second assembly cuts nothing, and the plan agrees that all of it stands."""
    planned = plan_film(board)
    assert all(one.assembly is None for one in assembled(board).values())
    assert film_stands(planned, planned)


def test_a_lost_poster_or_output_is_made_again_alike(rendered: RenderedFilm, board: Path) -> None:
    """Only the output that lacks something is joined, by copy, to the same bytes."""
    web = written(rendered, "t.web.mp4")
    before = digest_of_file(web)
    written(rendered, "t.web.jpg").unlink()

    again = assembled(board)

    assert {name for name, one in again.items() if one.assembly} == {"web"}
    made = again["web"].assembly
    assert made
    assert not made.encoded
    assert digest_of_file(web) == before
    assert written(rendered, "t.web.jpg").exists()


def test_other_subtitles_encode_nothing(rendered: RenderedFilm, board: Path) -> None:
    """A changed .srt renews the texts beside the films and the one track, no picture."""
    srt = board.parent / "subs" / "film.srt"
    srt.write_text(SUBTITLES.replace("only snow", "ice"), encoding="utf-8")

    again = assembled(board)

    assert {name for name, one in again.items() if one.assembly} == {"web", "burned"}
    for name in ("t.srt", "t.vtt", "t.vertical.srt"):
        assert "It is ice." in written(rendered, name).read_text(encoding="utf-8")


@pytest.mark.usefixtures("rendered")
def test_one_output_alone(board: Path) -> None:
    """``--only`` makes one; a name that is none is answered with those that there are."""
    assert list(assembled(board, "vertical")) == ["vertical"]
    with pytest.raises(UsageError) as caught:
        assembled(board, "vertikal")
    assert caught.value.hint == "Did you mean `vertical`?"


def test_texts_of_the_voice_over_are_read(tmp_path: Path) -> None:
    """Without a file, what the voice-over says is read while it is heard."""
    other = tmp_path / "storyboards" / "t.storyboard.yaml"
    other.parent.mkdir()
    spoken = 'sound:\n  voice_over:\n    - {at: sh020, text: "She waits.", file: vo.wav}\n'
    other.write_text(BOARD.replace("subtitles: {file: subs/film.srt, language: eng}\n", spoken))
    (tmp_path / "storyboards" / "vo.wav").write_bytes(_tone())
    rendered = render_film(plan_film(other))

    srt = written(rendered, "t.srt").read_text(encoding="utf-8")

    assert srt == "1\n00:00:00,500 --> 00:00:01,000\nShe waits.\n"


def _tone() -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(250)) * 16)
    return data.getvalue()
