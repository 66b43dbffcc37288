"""The known word that an unknown one was most likely meant to be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

_LEAST_LIKENESS = 0.7
_MOST_NEAR = 5


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely was meant to be."""
    by_folded = {_folded(name): name for name in known}
    meant = _folded(word)
    near = difflib.get_close_matches(meant, by_folded, _MOST_NEAR, _LEAST_LIKENESS)
    # of words equally near, one of the same letters: sh200 is rather sh020 than sh040
    anagrams = [name for name in near if sorted(name) == sorted(meant)]
    return next((by_folded[name] for name in (*anagrams, *near)), None)


def did_you_mean(word: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """``did you mean `...`?``, or the few that there are, or ``otherwise``."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else otherwise


def _folded(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().lower())
