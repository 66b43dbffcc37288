"""The known word that an unknown one was most likely meant to be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely was meant to be."""
    by_folded = {_folded(name): name for name in known}
    near = difflib.get_close_matches(_folded(word), by_folded, 1)
    return by_folded[near[0]] if near else None


def did_you_mean(word: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """``did you mean `...`?``, or the few that there are, or ``otherwise``."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else otherwise


def _folded(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().lower())
