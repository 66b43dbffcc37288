"""The picture of a graph: every box apart, every arrow forward, chains and fans on the page."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reporting.graph_picture import ACROSS, COLUMNS, HIGH, ROWS, WIDE, draw_graph
from pipeline.reporting.told import ArrowTold

PAGE = COLUMNS * ACROSS


def names(count):
    return [f"sh{number:03}" for number in range(count)]


@st.composite
def graphs(draw):
    """Shots, each waiting for some of those before it."""
    shots = names(draw(st.integers(1, 24)))
    arrows = []
    for place, then in enumerate(shots[1:], 1):
        firsts = draw(st.sets(st.sampled_from(shots[:place]), max_size=3))
        arrows += [
            ArrowTold(first, then, draw(st.sampled_from([".last", "@2s", "after"])))
            for first in sorted(firsts)
        ]
    return shots, arrows


def apart(boxes):
    """Whether no two boxes touch."""
    return all(
        abs(a.x - b.x) >= WIDE or abs(a.y - b.y) >= HIGH
        for a, b in itertools.combinations(boxes, 2)
    )


@settings(max_examples=15, deadline=None)
@given(graphs())
def test_no_two_shots_overlap_and_all_lie_on_the_sheet(graph):
    """Whatever waits for whatever."""
    shots, arrows = graph
    drawing = draw_graph(shots, arrows)

    assert [box.name for box in drawing.boxes] == shots
    assert apart(drawing.boxes)
    assert all(box.x >= 0 and box.x + WIDE <= drawing.width for box in drawing.boxes)
    assert all(box.y >= 0 and box.y + HIGH <= drawing.height for box in drawing.boxes)
    assert drawing.width <= PAGE


@settings(max_examples=15, deadline=None)
@given(graphs())
def test_every_arrow_leads_to_its_shot_and_forward(graph):
    """To the right, or to a band below."""
    shots, arrows = graph
    drawing = draw_graph(shots, arrows)
    boxes = {box.name: box for box in drawing.boxes}

    assert [(line.first, line.then, line.what) for line in drawing.lines] == [
        (arrow.first, arrow.then, arrow.what) for arrow in arrows
    ]
    for line in drawing.lines:
        first, then = boxes[line.first], boxes[line.then]
        assert then.x > first.x or then.y > first.y
        assert [int(n) for n in re.findall(r"\d+", line.path)[:2]] == [
            first.x + WIDE, first.y + HIGH // 2,
        ]  # fmt: skip
        assert line.path.endswith((f" {then.x} {then.y + HIGH // 2}", f"H{then.x}"))


def test_a_chain_of_a_hundred_goes_on_below():
    """It is as wide as the page and no wider, in the order of the chain."""
    shots = names(100)
    arrows = [ArrowTold(a, b, ".last") for a, b in itertools.pairwise(shots)]
    drawing = draw_graph(shots, arrows)

    assert sorted(drawing.boxes, key=lambda box: (box.y, box.x)) == list(drawing.boxes)
    assert len({box.y for box in drawing.boxes}) == -(-100 // COLUMNS)


def test_a_fan_of_a_hundred_is_folded():
    """Its column becomes several, each no higher than fits on a screen."""
    shots = names(100)
    drawing = draw_graph(shots, [ArrowTold(shots[0], name, "after") for name in shots[1:]])
    heights = [sum(box.x == x for box in drawing.boxes) for x in {box.x for box in drawing.boxes}]

    assert max(heights) <= ROWS * 2
    assert apart(drawing.boxes)


def test_what_does_not_hang_together_stands_apart():
    """Two chains whose shots alternate in the cut do not share a row."""
    shots = names(6)
    odd, even = shots[1::2], shots[::2]
    arrows = [
        ArrowTold(a, b, ".last") for chain in (odd, even) for a, b in itertools.pairwise(chain)
    ]
    rows = {box.name: box.y for box in draw_graph(shots, arrows).boxes}

    assert len({rows[name] for name in odd}) == len({rows[name] for name in even}) == 1
    assert rows[odd[0]] != rows[even[0]]
