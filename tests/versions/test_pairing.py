"""Which shot is which, and which were moved."""

from __future__ import annotations

from itertools import combinations

import stories
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.versions.pairing import longest_rising, moved, paired, renamed

orders = st.integers(0, 7).flatmap(lambda n: st.permutations(range(n)))


def longest_by_trying(numbers):
    sizes = range(len(numbers), 0, -1)
    found = (len(c) for size in sizes for c in combinations(numbers, size) if list(c) == sorted(c))
    return next(found, 0)


@given(orders)
@settings(max_examples=60, deadline=None)
def test_as_many_as_possible_stay(numbers):
    """What stays rises, and nothing longer that rises could be found by trying everything."""
    kept = longest_rising(numbers)
    stayed = [numbers[index] for index in sorted(kept)]

    assert stayed == sorted(stayed)
    assert len(stayed) == longest_by_trying(numbers)


def test_one_shot_put_elsewhere_is_the_one_that_was_moved(tmp_path):
    """Of ten shots, one carried from the end to the front: that one alone."""
    names = [f"sh{n:03}" for n in range(10, 110, 10)]
    old = stories.film_of(stories.text(*names), tmp_path)
    new = stories.film_of(stories.text(names[-1], *names[:-1]), tmp_path)

    assert moved(paired(old, new, {})) == {names[-1]}


def test_a_shot_of_the_same_words_is_known_under_another_name(tmp_path):
    """Also where it starts on one that was renamed, and where the look of the film is another."""
    shots = (
        "shots:\n  - {{id: {0}10, prompt: one}}\n"
        "  - {{id: {0}20, prompt: two, first_frame: {0}10.last}}\n"
    )
    old = stories.film_of(stories.HEAD + shots.format("a"), tmp_path)
    new = stories.film_of(stories.HEAD + "look: new\n" + shots.format("b"), tmp_path)

    assert renamed(old, new, {}) == {"a10": "b10", "a20": "b20"}


def test_twins_are_told_apart_by_what_they_ask(tmp_path):
    """Two shots of one prompt: each is found by its length, not by its place."""
    twins = [stories.HEAD + "shots:\n" + "".join(
        f"  - {{id: {name}, prompt: snow, duration: {length}}}\n" for name, length in shots
    ) for shots in ([("a", "1s"), ("b", "2s")], [("c", "2s"), ("d", "1s")])]  # fmt: skip
    old, new = (stories.film_of(text, tmp_path) for text in twins)

    assert renamed(old, new, {}) == {"a": "d", "b": "c"}


def test_what_the_plan_knows_goes_before_likeness(tmp_path):
    """A take that was made decides, whatever the words."""
    old = stories.film_of(stories.text("a10"), tmp_path)
    new = stories.film_of(stories.text("b10", "c10"), tmp_path)

    assert renamed(old, new, {"a10": "c10"}) == {"a10": "c10"}
