"""The frames a page plays are the frames the film shows."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import stories
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.errors import StoryreelError
from pipeline.film.timeline import lay_timeline
from pipeline.media.facts import SoundFacts
from pipeline.review.cuts import cut_of_take, plays_in_browsers
from pipeline.store.clip import Clip
from pipeline.timing import frame_on_screen

MP4 = b"\0\0\0\x20ftypisom"


def laid(tmp_path, *shots, frames, rate):
    film = stories.film_of(stories.text(*shots), tmp_path)
    facts = stories.facts_of_a_clip(frames=frames, rate=Fraction(rate))
    clips = {
        shot.id: Clip(stories.digest("abc"[place]), tmp_path / shot.id, facts)
        for place, shot in enumerate(film.shots)
    }
    return film, facts, lay_timeline(film, clips)


@settings(max_examples=40, deadline=None)
@given(
    frames=st.integers(6, 80),
    rate=st.sampled_from(["24", "25", "30000/1001", "60"]),
    use=st.sampled_from(
        ["duration: 0.5s", "trim: {in: 2f}, duration: 0.4s", "speed: 2, duration: 0.25s",
         "speed: 0.5, duration: 0.5s", "hold: 4f, duration: 0.5s",
         "handles: 3f, transition: dissolve 4f, duration: 0.5s"]
    ),
)  # fmt: skip
def test_in_and_out_are_of_the_film_s_own_law(tmp_path_factory, frames, rate, use):
    """The first and the last frame that the timeline shows of each shot, handles included."""
    shots = ("sh010 duration: 0.5s, handles: 3f", f"sh020 {use}")
    folder = tmp_path_factory.getbasetemp()
    try:
        film, facts, timeline = laid(folder, *shots, frames=frames, rate=rate)
    except StoryreelError as error:  # too short a clip for what is asked: nothing is cut
        assume("ends before" not in error.brief)
        raise
    for shot, cut in zip(film.shots, timeline.cuts, strict=True):
        shown = [
            min(
                frame_on_screen(cut.use.seconds_at(n, cut.length, film.rate), facts.rate),
                facts.frames - 1,
            )
            for n in range(cut.first, cut.first + cut.frames)
        ]
        told = cut_of_take(shot, facts, film.rate, cut)

        assert (told["in"], told["out"]) == (shown[0], shown[-1] + 1)


def test_a_head_that_copies_the_frame_before_is_not_played(tmp_path):
    """Where the film drops it."""
    film, facts, timeline = laid(
        tmp_path, "sh010", "sh020 first_frame: sh010.last", frames=12, rate=24
    )
    second = cut_of_take(film.shots[1], facts, film.rate, timeline.cuts[1])

    assert (second["in"], second["out"]) == (1, 12)
    assert cut_of_take(film.shots[1], facts, film.rate, None)["in"] == 0


FACTS = stories.facts_of_a_clip()
SOUND = SoundFacts("aac", 48000, 2, 1, "s")


@pytest.mark.parametrize(
    ("facts", "head", "plays"),
    [
        (FACTS, MP4, True),
        (replace(FACTS, sound=SOUND), MP4, True),
        (replace(FACTS, sound=replace(SOUND, codec="pcm_s16le")), MP4, False),
        (replace(FACTS, codec="hevc"), MP4, False),
        (replace(FACTS, codec="prores"), MP4, False),
        (replace(FACTS, pixels="yuv422p"), MP4, False),
        (replace(FACTS, pixels="yuv420p10le"), MP4, False),
        (replace(FACTS, variable=True), MP4, False),
        (FACTS, b"\x1aE\xdf\xa3 matroska", False),
        (FACTS, b"", False),
    ],
)
def test_what_browsers_play_as_it_is(facts, head, plays):
    """H.264 of 8 bits in an mp4 with even times, and sound they know; all else needs a copy."""
    assert plays_in_browsers(facts, head) is plays
