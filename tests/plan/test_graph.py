"""Order, circles and chains of shots."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.graph import ShotGraph, find_circle


@st.composite
def films(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Shots that wait only for shots named before them in a hidden order, listed in another."""
    count = draw(st.integers(1, 30))
    names = [f"s{number:02}" for number in range(count)]
    waits = {
        name: tuple(draw(st.sets(st.sampled_from(names[:place]), max_size=3))) if place else ()
        for place, name in enumerate(names)
    }
    return {name: waits[name] for name in draw(st.permutations(names))}


@settings(max_examples=25, deadline=None)
@given(films())
def test_every_shot_comes_after_what_it_waits_for(film):
    """The order of making never puts a shot before one it waits for, and forgets none."""
    order = ShotGraph.of(film).order
    place = {name: index for index, name in enumerate(order)}

    assert sorted(order) == sorted(film)
    assert all(place[first] < place[name] for name, firsts in film.items() for first in firsts)


@settings(max_examples=25, deadline=None)
@given(films())
def test_the_critical_path_is_a_chain_and_no_chain_is_longer(film):
    """The critical path goes from shot to shot that waits for it, and costs the most there is."""
    cost = {name: Fraction(index % 5 + 1) for index, name in enumerate(sorted(film))}
    graph = ShotGraph.of(film)
    path = graph.critical_path(cost)

    assert all(a in film[b] for a, b in itertools.pairwise(path))
    assert sum(cost[name] for name in path) == max(graph.remaining(cost).values())


def test_without_dependencies_the_cut_is_the_order():
    """Shots that wait for nothing keep the order in which they are listed."""
    assert ShotGraph.of({"b": (), "a": (), "c": ()}).order == ("b", "a", "c")


def test_a_circle_is_found_and_walked_in_the_direction_of_waiting():
    """A circle reads a waits for b waits for c waits for a."""
    waits = {"x": (), "a": ("b",), "b": ("c", "x"), "c": ("a",)}
    circle = find_circle(waits)

    assert circle is not None
    assert sorted(circle) == ["a", "b", "c"]
    assert all(
        then in waits[name] for name, then in zip(circle, circle[1:] + circle[:1], strict=True)
    )


def test_no_circle_is_found_where_there_is_none():
    """Diamonds are not circles."""
    assert find_circle({"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}) is None


def test_a_graph_of_a_circle_cannot_be_built():
    """Whoever skips the check is told, not hung."""
    with pytest.raises(ValueError, match="circle"):
        ShotGraph.of({"a": ("b",), "b": ("a",)})


def test_a_chain_of_ten_thousand_is_no_trouble():
    """Nothing recurses: order, path, ancestors and depth of a very long chain."""
    names = [f"s{number}" for number in range(10_000)]
    graph = ShotGraph.of(
        {name: (names[place - 1],) if place else () for place, name in enumerate(names)}
    )

    assert graph.order == tuple(names)
    assert graph.critical_path(dict.fromkeys(names, Fraction(1))) == tuple(names)
    assert len(graph.needed_for([names[-1]])) == 10_000
    assert len(graph.built_on([names[0]])) == 10_000
    assert graph.depth()[names[-1]] == 9_999


def test_what_is_needed_and_what_is_built_on():
    """Ancestors and descendants, near and far."""
    graph = ShotGraph.of({"a": (), "b": ("a",), "c": ("b",), "d": ()})

    assert graph.needed_for(["b"]) == {"a", "b"}
    assert graph.built_on(["b"]) == {"b", "c"}


@settings(max_examples=25, deadline=None)
@given(films())
def test_the_longest_chain_goes_first_and_nothing_too_early(film):
    """The making order is an order, and begins with a head of the critical path."""
    graph = ShotGraph.of(film)
    cost = dict.fromkeys(film, Fraction(1))
    order = graph.longest_first(cost)
    place = {name: index for index, name in enumerate(order)}

    assert sorted(order) == sorted(film)
    assert all(place[first] < place[name] for name, firsts in film.items() for first in firsts)
    assert graph.remaining(cost)[order[0]] == max(graph.remaining(cost).values())
