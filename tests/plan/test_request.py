"""What a key covers, and what it does not."""

from __future__ import annotations

import pytest
import stories

from pipeline.plan.request import canonical, request_for
from pipeline.storyboard.resolver import Draft

HEAD = """\
storyboard: 1
title: Test
look: grey
references:
  cup: {image: refs/cup.png, description: a red cup}
  fox: {image: refs/fox.png}
defaults: {model: happyhorse-1.1, duration: 4.5s}
"""
SHOT = "prompt: '@fox takes @cup', references: [fox, cup], seed: 7, beat: why"


@pytest.fixture
def folder(tmp_path):
    """A project with two pictures."""
    from PIL import Image

    (tmp_path / "refs").mkdir()
    Image.new("RGB", (500, 400), "red").save(tmp_path / "refs" / "cup.png")
    Image.new("RGB", (500, 400), "orange").save(tmp_path / "refs" / "fox.png")
    return tmp_path


def key(folder, shot=SHOT, *, name="sh010", head=HEAD, draft=None):
    board = f"{head}shots:\n  - {{id: {name}, {shot}}}\n"
    film = stories.film_of(board, folder, draft=draft)
    return request_for(film.shots[0], lambda source: source.digest).key


def test_a_key_does_not_know_the_shots_name_beat_scene_or_place(folder):
    """Renaming, moving and annotating a shot for a real model leave its key alone."""
    moved = stories.film_of(
        f"{HEAD}shots:\n  - {{id: other, prompt: x}}\n  - {{id: sh010, {SHOT}}}\n", folder
    )

    assert key(folder) == key(folder, name="sh999")
    assert key(folder) == key(folder, SHOT.replace("why", "another why"))
    assert key(folder) == key(folder, SHOT + ", scene: Somewhere")
    assert key(folder) == request_for(moved.shots[1], lambda source: source.digest).key


def test_a_key_does_not_know_names_of_references_or_of_files(folder):
    """A reference and its file may be renamed; the picture counts."""
    (folder / "refs" / "cup.png").rename(folder / "refs" / "mug.png")
    head = HEAD.replace("cup:", "mug:").replace("cup.png", "mug.png")
    shot = SHOT.replace("@cup", "@mug").replace("[fox, cup]", "[fox, mug]")

    renamed = key(folder, shot, head=head)
    (folder / "refs" / "mug.png").rename(folder / "refs" / "cup.png")
    assert renamed == key(folder)


def test_a_key_does_not_know_the_route_or_how_the_yaml_is_written(folder):
    """Routes and white space are not what a model reads."""
    assert key(folder) == key(folder, SHOT + ", routes: [empiriolabs]")
    assert key(folder) == key(folder, SHOT.replace("takes", "takes \\\n  ").replace("'", '"'))


@pytest.mark.parametrize(
    "change",
    [
        ("@fox takes", "@fox drops"),
        ("seed: 7", "seed: 8"),
        ("[fox, cup]", "[cup, fox]"),
        ("beat: why", "beat: why, look: blue"),
        ("beat: why", "beat: why, camera: {move: pan_left}"),
        ("beat: why", "beat: why, duration: 6s"),
        ("beat: why", "beat: why, resolution: 720p"),
        ("beat: why", "beat: why, aspect: '1:1'"),
    ],
    ids=lambda change: change[1],
)
def test_a_key_knows_everything_that_reaches_the_model(folder, change):
    """Prompt, seed, references in order, look, camera, duration, size: each changes the key."""
    assert key(folder) != key(folder, SHOT.replace(*change))


def test_a_key_knows_the_picture_behind_a_name(folder):
    """Another picture under the same name is another request."""
    from PIL import Image

    before = key(folder)
    Image.new("RGB", (500, 400), "blue").save(folder / "refs" / "cup.png")

    assert key(folder) != before


def test_a_length_between_steps_asks_for_the_same_clip_as_the_next_step(folder):
    """4.5 s and 5 s both ask HappyHorse for 5 s: one clip serves both."""
    assert key(folder) == key(folder, SHOT + ", duration: 5s")


def test_the_aspect_counts_only_where_it_is_sent(folder):
    """In first-frame mode the picture decides the aspect, so naming another changes nothing."""
    shot = "prompt: x, first_frame: fox"

    assert key(folder, shot) == key(folder, shot + ", aspect: '9:16'")


def test_the_draft_of_a_shot_is_another_request_by_the_same_rounding(folder):
    """A draft is the animatic's, asks the real model's seconds, and knows what it burns in."""
    draft = key(folder, draft=Draft())

    assert draft != key(folder)
    assert draft == key(folder, draft=Draft(), name="sh999")
    assert draft != key(folder, SHOT.replace("why", "another why"), draft=Draft())


def test_the_same_fields_always_spell_the_same():
    """The canonical form does not hang on the order of fields."""
    assert canonical({"a": "1", "b": "ä"}) == canonical({"b": "ä", "a": "1"})
    assert canonical({"a": "1", "b": "2"}) != canonical({"a": "12", "b": ""})
