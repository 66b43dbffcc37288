"""The known word that an unknown one was most likely meant to be."""

from __future__ import annotations

import bisect
import difflib
import functools
import re
from collections.abc import Iterable, Sequence

_LEAST_LIKENESS = 0.7
_MOST_NEAR = 5
_FEW = 200  # words; of more, only those that begin alike are compared
_MOST_LISTED = 12


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely was meant to be."""
    by_folded = _around(_folded(word), tuple(known))
    meant = _folded(word)
    near = difflib.get_close_matches(meant, by_folded, _MOST_NEAR, _LEAST_LIKENESS)
    # of words equally near, one of the same letters: sh200 is rather sh020 than sh040
    anagrams = [name for name in near if sorted(name) == sorted(meant)]
    return next((by_folded[name] for name in (*anagrams, *near)), None)


def did_you_mean(word: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """``did you mean `...`?``, or the few that there are, or ``otherwise``."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else otherwise


def listed(names: Sequence[str]) -> str:
    """Names with commas between; of very many, the first."""
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(names[:_MOST_LISTED]) + more


def _around(meant: str, known: tuple[str, ...]) -> dict[str, str]:
    """The words to compare, by their folded form: all of a few, the neighbours among many."""
    words = _by_spelling(known)
    if len(words) > _FEW:
        place = bisect.bisect(words, (meant,))
        words = words[max(0, place - _FEW // 4) : place + _FEW // 4]
    return dict(words)


@functools.lru_cache(maxsize=4)
def _by_spelling(known: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words with their folded forms, in the order of these."""
    return sorted((_folded(name), name) for name in known)


def _folded(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().lower())
