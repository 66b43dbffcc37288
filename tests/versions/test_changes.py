"""What changed, in film words; and what a change reaches."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import stories
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sides import compare, side

from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.versions.changes import Change, changes_between

HEAD = """\
storyboard: 1
title: Test
format: {resolution: 64p, fps: 24}
look: soft light
defaults: {model: animatic, duration: 1s}
"""
SHOTS = ["{id: sh010, prompt: a fox sits in the snow}", "{id: sh020, prompt: she runs}"]


def board(*shots, head=HEAD):
    return head + "shots:\n" + "".join(f"  - {shot}\n" for shot in shots)


def of(changes, shot):
    return next(one for one in changes.shots if one.id == shot)


@pytest.mark.parametrize(
    ("field", "kind", "written", "old", "new"),
    [
        ("prompt", "reprompted", "prompt: she sleeps", "she runs", "she sleeps"),
        ("duration", "retimed", "duration: 36f", "1s", "1.5s"),
        ("camera", "changed", "camera: {move: dolly_in, lens: 85mm}", None, "dolly_in, 85mm"),
        ("look", "changed", "look: hard light", "soft light", "hard light"),
        ("transition", "changed", "transition: dissolve 6f", "cut", "dissolve 6f"),
        ("trim", "changed", "trim: {in: 6f}", None, "in 0.25s"),
        ("speed", "changed", "speed: 2", "1", "2"),
        ("hold", "changed", "hold: 12f", None, "12f"),
        ("fade_out", "changed", "fade_out: 0.5s", None, "12f"),
        ("audio", "changed", "audio: mute", "keep", "mute"),
        ("level", "changed", "level: -6dB", "+0dB", "-6dB"),
        ("fit", "changed", "fit: fill", "bars", "fill"),
        ("focus", "changed", "focus: left", "50% 50%", "0% 50%"),
        ("resolution", "changed", "resolution: 72p", "64p", "72p"),
        ("match", "changed", "match: previous", None, "sh010"),
        ("scene", "changed", "scene: End", None, "End"),
        ("after", "changed", "after: [sh010]", None, "sh010"),
        ("first_frame", "changed", "first_frame: sh010.last", None, "sh010.last"),
        ("model", "changed", "model: happyhorse-1.1, resolution: 720p", "animatic",
         "happyhorse-1.1"),
    ],
)  # fmt: skip
def test_every_field_is_told_with_old_and_new(field, kind, written, old, new):
    """As people read it, and under the field's own name."""
    shot = "{id: sh020, prompt: she runs, " + written + "}"
    if field == "prompt":
        shot = "{id: sh020, " + written + "}"
    changes = compare(board(*SHOTS), board(SHOTS[0], shot))

    assert Change(kind, field, old, new) in of(changes, "sh020").changes
    assert not of(changes, "sh010").told


def test_comments_formatting_and_other_spellings_are_no_change():
    """The same film, written otherwise: `24f` for `1s`, another folding, defaults said again."""
    again = """\
# a comment
storyboard: 1
title: "Test"   # the same
format:
  fps: 24
  resolution: 64p
look: |
  soft
  light
defaults: {duration: 24f, model: animatic}

shots:
  - id: sh010
    prompt: >
      a fox sits
      in the snow
    duration: 1s
    transition: cut
    audio: keep
  - prompt: she runs
    id: sh020
"""
    assert compare(board(*SHOTS), again).nothing


def test_seeds_are_told_where_the_model_takes_them():
    """A seed written, and the board's own, which every shot's own is derived from."""
    head = HEAD.replace("animatic", "happyhorse-1.1").replace("64p", "720p")
    old, own = board(*SHOTS, head=head), board(SHOTS[0], SHOTS[1][:-1] + ", seed: 7}", head=head)
    of_board = compare(old, board(*SHOTS, head=f"{head}seed: 5\n"))
    change = of(compare(old, own), "sh020").changes

    assert [(one.kind, one.new) for one in change] == [("reseeded", "7")]
    assert [of(of_board, name).changes[0].kind for name in ("sh010", "sh020")] == ["reseeded"] * 2
    assert of_board.film[0].change == Change("changed", "seed", "0", "5")
    assert of_board.film[0].reaches == ("sh010", "sh020")


def test_added_cut_moved_and_renamed_are_told_in_the_order_of_the_cut():
    """A shot that was cut stands where it stood; a renamed shot changes nobody who follows it."""
    old = board(
        "{id: a, prompt: one, seed: 1}", "{id: b, prompt: two, first_frame: a.last}",
        "{id: c, prompt: three}", "{id: d, prompt: four}", "{id: e, prompt: five}",
    )  # fmt: skip
    new = board(
        "{id: e, prompt: five}", "{id: n, prompt: one, seed: 1}",
        "{id: b, prompt: two, first_frame: n.last}", "{id: d, prompt: four}",
        "{id: x, prompt: new}",
    )  # fmt: skip
    changes = compare(old, new)
    told = [(one.id, one.status, one.was, one.behind) for one in changes.shots]

    assert told == [
        ("e", "kept", None, None), ("n", "kept", "a", "e"), ("b", "kept", None, "n"),
        ("c", "cut", None, "b"), ("d", "kept", None, "b"), ("x", "added", None, "d"),
    ]  # fmt: skip
    assert [one.id for one in changes.shots if one.move] == ["e"]
    assert (of(changes, "e").move.old, of(changes, "e").move.new) == ("d", None)
    assert (of(changes, "b").changes, of(changes, "b").fate) == ((), "same")


def test_a_renamed_shot_that_was_never_made_is_given_another_seed():
    """Its seed comes from its name until the lock pins it: that is told, and who follows it."""
    old = board("{id: a, prompt: one}", "{id: b, prompt: two, first_frame: a.last}")
    changes = compare(old, old.replace("id: a", "id: n").replace("a.last", "n.last"))

    assert (of(changes, "n").was, of(changes, "n").fate) == ("a", "anew")
    assert [change.kind for change in of(changes, "n").changes] == ["reseeded"]
    assert (of(changes, "b").told, of(changes, "b").follows) == (False, ("n",))


def test_picks_holds_and_rejections_are_told_by_take():
    """What people chose is in the lock: the pick by its number, and what is rejected."""
    takes = tuple(
        Take(n, f"k{n}", stories.digest(letter), "animatic") for n, letter in ((1, "a"), (2, "b"))
    )
    block = ShotTakes(takes=takes, pick=takes[0].clip)
    chosen = replace(block, pick=takes[1].clip, held=True, rejected=frozenset({takes[0].clip}))
    old, new = (side(board(*SHOTS), lock=Lock(0, {"sh010": one})) for one in (block, chosen))

    assert of(changes_between(old, new), "sh010").changes == (
        Change("repicked", "pick", "take 1", "take 2, held"),
        Change("changed", "rejected", None, "take 1"),
    )


def test_what_is_of_the_whole_film_is_told_once():
    """Title, frame, rate, subtitles and outputs, each with old and new."""
    head = HEAD.replace("title: Test", "title: Other").replace("fps: 24", "fps: 25")
    head = head.replace("64p", "72p") + "deliver: {web: {poster: sh010.first}}\nsubtitles: {}\n"
    told = {
        one.change.field: one.change
        for one in compare(board(*SHOTS), board(*SHOTS, head=head)).film
    }

    assert (told["title"].old, told["title"].new) == ("Test", "Other")
    assert (told["frame"].old, told["frame"].new) == ("114x64", "128x72")
    assert (told["fps"].old, told["fps"].new) == ("24", "25")
    assert told["subtitles"].new == "of the voice-over"
    assert told["deliver.web"].new == "poster: sh010.first"


def test_lines_of_voice_over_are_told_one_by_one():
    """One put in front of the others leaves those alone; a renamed shot's moment is the same."""

    def film(shot, *lines):
        said = "".join(f"    - {{at: {shot}+0.1s, text: {line}}}\n" for line in lines)
        shots = f"shots:\n  - {{id: {shot}, prompt: a fox}}\n"
        return f"{HEAD}sound:\n  voice: none\n  voice_over:\n{said}{shots}"

    changes = compare(film("a", "hello", "bye"), film("b", "first", "hello", "good bye"))
    told = [(one.change.field, one.change.old, one.change.new) for one in changes.film]

    assert told == [
        ("sound.voice_over", None, "first (at b+0.1s)"),
        ("sound.voice_over", "bye (at a+0.1s)", "good bye (at b+0.1s)"),
    ]


def test_a_look_and_a_reference_say_what_they_reach(tmp_path):
    """The shots that ask for something else by it, and on through the frames they hand over."""
    Image.new("RGB", (64, 36), "red").save(tmp_path / "one.png")
    Image.new("RGB", (64, 36), "blue").save(tmp_path / "two.png")
    shots = (
        "{id: sh010, prompt: a room, references: [fox]}",
        "{id: sh020, prompt: go on, first_frame: sh010.last, look: own}",
        "{id: sh030, prompt: and on, first_frame: sh020@0.5s, look: own}",
        "{id: sh040, prompt: else, look: own}",
    )
    head = HEAD + "references: {fox: {image: IMAGE}}\n"
    old = board(*shots, head=head.replace("IMAGE", "one.png"))
    look = compare(old, old.replace("soft light", "hard light"), tmp_path)
    picture = compare(old, old.replace("one.png", "two.png"), tmp_path)

    for changes, field in ((look, "look"), (picture, "references.fox")):
        (one,) = changes.film
        assert (one.change.field, one.reaches, one.onward) == (
            field,
            ("sh010",),
            ("sh020", "sh030"),
        )
        fates = [(shot.fate, shot.follows) for shot in changes.shots]
        assert fates == [
            ("anew", ()), ("follows", ("sh010",)), ("follows", ("sh020",)), ("same", ()),
        ]  # fmt: skip


def test_a_file_of_the_same_name_and_other_pixels_is_another(tmp_path):
    """The words are the same, so that it is said."""
    text = board("{id: sh010, prompt: a room, first_frame: one.png}")
    Image.new("RGB", (64, 36), "red").save(tmp_path / "one.png")
    old = side(text, tmp_path)
    Image.new("RGB", (64, 36), "blue").save(tmp_path / "one.png")
    (change,) = of(changes_between(old, side(text, tmp_path)), "sh010").changes

    assert (change.old, change.new) == ("one.png", "one.png (another file)")


def test_a_trim_reaches_who_starts_on_the_last_frame_and_nobody_else():
    """A shot shown shorter ends on another frame; a frame counted from its clip's start stays."""

    def film(rest):
        return board(
            "{id: a, prompt: one, duration: 2s" + rest + "}",
            "{id: b, prompt: two, first_frame: a.last}",
            "{id: c, prompt: three, first_frame: a@0.5s}",
        )  # fmt: skip

    changes = compare(film(", speed: 2, hold: 24f"), film(", speed: 4, hold: 36f"))

    assert [one.fate for one in changes.shots] == ["same", "follows", "same"]


shots_of = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.sampled_from(["snow", "a fox"]),
        st.sampled_from(["1s", "12f"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda shot: shot[0],
)


def film_of(shots):
    lines = []
    for place, (name, words, length, follows) in enumerate(shots):
        frame = f", first_frame: {shots[place - 1][0]}.last" if follows and place else ""
        lines.append(f"{{id: {name}, prompt: {words}, duration: {length}{frame}}}")
    return board(*lines)


@given(shots_of)
@settings(max_examples=15, deadline=None)
def test_a_film_does_not_differ_from_itself(shots):
    """No change, whatever the board."""
    one = film_of(shots)

    assert compare(one, f"# said again\n{one}").nothing


@given(shots_of, shots_of)
@settings(max_examples=30, deadline=None)
def test_every_shot_of_both_versions_is_told_of_once(old, new):
    """Those now in the order of the cut; those before each cut, kept or renamed, none twice."""
    shots = compare(film_of(old), film_of(new)).shots
    before = [one.was or one.id for one in shots if one.status != "added"]

    assert [one.id for one in shots if one.status != "cut"] == [shot[0] for shot in new]
    assert sorted(before) == sorted(shot[0] for shot in old)


@given(shots_of, shots_of)
@settings(max_examples=30, deadline=None)
def test_who_is_not_reached_starts_on_nobody_who_is(old, new):
    """What follows is told by its chain, and nothing in the middle of one is left out."""
    changes = compare(film_of(old), film_of(new))
    fates = {one.id: one.fate for one in changes.shots if one.status != "cut"}
    seconds = {one.id: one.seconds for one in changes.shots}
    starts = {shot[0]: new[place - 1][0] for place, shot in enumerate(new) if shot[3] and place}

    for name, first in starts.items():
        assert fates[name] != "same" or fates[first] == "same"
    assert all(length in (Fraction(1), Fraction(1, 2)) for length in seconds.values())
