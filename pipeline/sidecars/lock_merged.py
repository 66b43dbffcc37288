"""A lock that two branches wrote and git put together line by line -> its data.

Where both say something of the same thing, a take keeps the lower of its two numbers; who serves is
for a person to say.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

_MARK = re.compile(r"(<{7}|\|{7}|={7}|>{7})( |$)")

Place = tuple[str, ...]


class MergeMarksError(ValueError):
    """A merge stopped half-way: a person has to end it."""


def merged_lines(text: str) -> dict[str, Any]:
    """The data of a lock whose lines are each right by themselves.

    Raises:
        MergeMarksError: git has left its marks between the lines.
        TOMLDecodeError: a line is no line of a lock.
        ValueError: two lines contradict each other; which, by number.
    """
    lines = text.splitlines()
    if any(_MARK.match(line) for line in lines):
        raise MergeMarksError
    facts: dict[Place, tuple[Any, int]] = {}
    for number, line in enumerate(lines, 1):
        for place, value in _facts((), tomllib.loads(line)):
            facts[place] = _both(place, facts.get(place), (value, number))
    data: dict[str, Any] = {}
    for place, (value, _) in facts.items():
        _put(data, place, value)
    return data


def _facts(place: Place, value: Any) -> list[tuple[Place, Any]]:
    """A line's fact by its place: the whole of a take, or a single value."""
    if not isinstance(value, dict) or (len(place) > 2 and place[2] == "takes" and len(place) == 5):
        return [(place, value)]
    return [fact for name, inner in value.items() for fact in _facts((*place, name), inner)]


def _both(place: Place, known: tuple[Any, int] | None, new: tuple[Any, int]) -> tuple[Any, int]:
    if known is None or known[0] == new[0]:
        return new
    if isinstance(known[0], dict) and isinstance(new[0], dict):
        return min(known, new, key=lambda fact: (fact[0].get("number", 0), str(fact[0])))
    words = f"{place[1]} has another {place[-1]}" if len(place) > 2 else f"{place[-1]} differs"
    raise ValueError(f"{words} in line {known[1]} than in line {new[1]}: delete one of them")


def _put(data: dict[str, Any], place: Place, value: Any) -> None:
    *outer, name = place
    for one in outer:
        data = data.setdefault(one, {})
        if not isinstance(data, dict):
            raise ValueError(f"{one} is no table")
    data[name] = value
