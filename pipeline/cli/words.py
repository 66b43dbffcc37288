"""The words of a command line: read, and changed into those of another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.errors import Way

Words = tuple[str, ...]

LINES = frozenset({"render", "retake", "watch"})
"""Commands that tell JSON lines, an event each; every other one tells one document."""

_OF_ALL = ("--color", "--debug-log")  # options before the command, each with a value
SETTINGS = {"--store": 1, "--jobs": 1, "--ffmpeg": 1, "--ceiling": 1}
_SHARED = {**SETTINGS, "--draft": 0, "--resolution": 1}
MONEY = {"--max-cost": 1, "--max-jobs": 1, "--allow-unknown-price": 1, "--yes": 0, "-y": 0,
         "--retry-failed": 1, "--remake-missing": 0}  # fmt: skip
SELECTION = {"--shot": 1, "--from": 1, "--scene": 1}


def wants_json(words: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, well spelled otherwise or not."""
    said = words[: words.index("--")] if "--" in words else words
    form = any(pair == ("--as", "json") for pair in pairwise(said))
    return form or "--json" in said or "--as=json" in said


def command_of(words: Sequence[str]) -> str:
    """The command that is called; empty where there is none."""
    rest = without(words, dict.fromkeys(_OF_ALL, 1))
    return next((word for word in rest if not word.startswith("-")), "")


def colour_first(words: Sequence[str]) -> Words:
    """The words with ``--color`` before the command, where it goes, wherever it was said."""
    colour = {"--color": 1}
    return (*only(words, colour), *without(words, colour))


def without(words: Sequence[str], options: dict[str, int]) -> Words:
    """The words but for these options; each with how many values it takes, 0 or 1."""
    kept, _ = _split(words, options)
    return kept


def only(words: Sequence[str], options: dict[str, int]) -> Words:
    """Of the words these options and their values."""
    _, taken = _split(words, options)
    return taken


def also(words: Sequence[str], *more: str) -> Words:
    """The words and more options, which stand before ``--`` where it is said."""
    place = list(words).index("--") if "--" in words else len(words)
    return (*words[:place], *more, *words[place:])


def shared(words: Sequence[str]) -> Words:
    """The options that another command about the same film takes too."""
    return only(words, _SHARED)


def swapped(words: Sequence[str], written: str, meant: str) -> Words:
    """The words with one of them put right, also where it is an option's value."""
    return tuple(_put_right(word, written, meant) for word in words)


def way(words: Iterable[str], costs: str, why: str) -> Way:
    """A way on, as errors tell it."""
    return Way(("storyreel", *words), costs, why)


def _put_right(word: str, written: str, meant: str) -> str:
    if word == written:
        return meant
    flag, equals, value = word.partition("=")
    if not equals or not flag.startswith("-"):
        return word
    if flag == written:
        return f"{meant}={value}"
    return f"{flag}={meant}" if value == written else word


def _split(words: Sequence[str], options: dict[str, int]) -> tuple[Words, Words]:
    kept: list[str] = []
    taken: list[str] = []
    waiting = 0
    for place, word in enumerate(words):
        if word == "--":
            kept += words[place:]
            break
        name, equals, _ = word.partition("=")
        if waiting:
            taken.append(word)
            waiting -= 1
        elif name in options:
            taken.append(word)
            waiting = 0 if equals else options[name]
        else:
            kept.append(word)
    return tuple(kept), tuple(taken)
