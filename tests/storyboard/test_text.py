from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.storyboard.fault import Places, Source
from pipeline.storyboard.text import DEEPEST, MOST_ALIASED, MOST_FAULTS, parse, places

YAML_1_2 = [
    ("16:9", "16:9"),
    ("12:30:45", "12:30:45"),
    ("yes", "yes"),
    ("off", "off"),
    ("y", "y"),
    ("2026-08-02", "2026-08-02"),
    ("0123", 123),
    ("-0", 0),
    ("+7", 7),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("-1.5E-2", -0.015),
    ("1.10", 1.1),
    (".", "."),
    ("e3", "e3"),
    ("true", True),
    ("False", False),
    ("tRUE", "tRUE"),
    ("True story", "True story"),
    ("null", None),
    ("~", None),
    ("Null", None),
    ("nUll", "nUll"),
    ("1s", "1s"),
    ("=", "="),
    ("'5'", "5"),
    ('"null"', "null"),
]


def value_of(text: str) -> object:
    parsed = parse(Source(text))
    assert isinstance(parsed.value, tuple)
    return parsed.value[0]


def codes(text: str) -> list[str]:
    return [fault.code for fault in parse(Source(text)).faults]


@pytest.mark.parametrize(("written", "meant"), YAML_1_2)
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    """Each plain scalar has the type and value of the core schema."""
    value = value_of(f"- {written}\n")

    assert (type(value), value) == (type(meant), meant)


@pytest.mark.parametrize("written", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "9" * 5000])
def test_numbers_that_are_none_are_refused(written: str) -> None:
    """Infinity, not-a-number and endless digits are faults."""
    assert codes(f"- {written}\n") == ["not-a-number"]


json_values = st.recursive(
    st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]).filter("\ufeff".__ne__)
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc dé🦊", min_size=1), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(json_values)
def test_json_is_yaml(value: object) -> None:
    """What JSON says is read as JSON would read it, lists as tuples."""
    parsed = parse(Source(json.dumps(value, ensure_ascii=False, indent=1)))

    assert parsed.faults == ()
    assert parsed.value == as_tuples(value)


@settings(max_examples=50, deadline=None)
@given(json_values)
def test_each_value_stands_at_its_place(value: object) -> None:
    """The text at a value's place, read by itself, is that value."""
    source = Source(json.dumps(value, ensure_ascii=False, indent=1))
    for path, spot in places(source).spots.items():
        here: object = as_tuples(value)
        for part in path:
            here = here[part]  # type: ignore[index]
        assert as_tuples(json.loads(source.text[spot.start : spot.end])) == here
        if spot.key:
            assert json.loads(source.text[slice(*spot.key)]) == path[-1]


def as_tuples(value: object) -> object:
    if isinstance(value, list):
        return tuple(as_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: as_tuples(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{", "!!x [", "&a ["])
def test_any_depth_is_told(opening: str) -> None:
    """A hundred thousand levels are a fault, not a crash."""
    told = codes(opening * 100_000)

    assert told
    assert set(told) <= {"too-deep", "tag", "key-not-text", "syntax", "unclosed-bracket"}


def test_the_depth_allowed_is_allowed() -> None:
    """The deepest list allowed is read."""
    assert codes("[" * DEEPEST + "]" * DEEPEST) == []
    assert codes("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == ["too-deep"]


def test_few_aliases_are_read() -> None:
    """An alias has the value of its anchor."""
    parsed = parse(Source("- &fox {kind: character}\n- *fox\n"))

    assert parsed.faults == ()
    assert parsed.value == ({"kind": "character"}, {"kind": "character"})


def test_what_aliases_repeat_is_counted_whole() -> None:
    """Repeating a list of a hundred counts a hundred and one."""
    times = MOST_ALIASED // 101
    board = f"- &a [{','.join(['x'] * 100)}]\n"

    assert codes(board + "- *a\n" * times) == []
    assert codes(board + "- *a\n" * (times + 1)) == ["too-many-aliases"]


def test_keys_are_text_as_written() -> None:
    """Keys that look like numbers or truth are still text."""
    assert parse(Source("1: a\nyes: b\ntrue: c\n")).value == {"1": "a", "yes": "b", "true": "c"}


def test_items_know_their_lines() -> None:
    """Each item of a top-level list knows where it begins, an alias where it stands."""
    text = "a:\n  - x\n  -\n    y: 1\nb: [1,\n  2]\nc: &c [3, 4]\nd: *c\n"

    assert parse(Source(text)).item_lines == {
        "a": [2, 4], "b": [5, 6], "c": [7, 7], "d": [8, 8],
    }  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_break_counts(newline: str) -> None:
    """Lines are counted alike whatever ends them."""
    text = newline.join(["a: 1", "b: |", "  x", "  y", "c: 1", "a: 2", ""])
    (fault,) = parse(Source(text)).faults

    assert (fault.span.line, fault.span.column) == (6, 1)


def test_a_missing_place_is_the_nearest_around_it() -> None:
    """A path that is not in the text leads to what stands around it."""
    where = places(Source("a:\n  b: c\n"))

    assert where.value(("a", "x", 3)) == where.value(("a",))
    assert where.key(("a", "b")).line == 2
    assert where.first_key(("a",)) == where.key(("a", "b"))
    assert Places(Source(""), {}).value(("a",)).line == 1


def test_a_thousand_faults_are_enough() -> None:
    """A file of nothing but slips is not told to its end."""
    assert len(codes("a: 1\n" * 100_000)) == MOST_FAULTS
