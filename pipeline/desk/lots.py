"""Draws what a vendor's documents leave open: the same seed draws the same again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipeline.desk.faults import Faults, Subject
from pipeline.desk.shapes import SHAPES

Shape = Mapping[str, Any]
"""Each part of ``SHAPES`` as it is this time."""


class Lots:
    """Draws shapes; without ``variety`` each part is the first of its row."""

    def __init__(self, faults: Faults, seed: int, *, variety: bool) -> None:
        self._faults = faults
        self._seed = seed
        self._variety = variety
        self._drawn: Counter[str] = Counter()

    def of_job(self, subject: Subject) -> Shape:
        """How the vendor speaks of a job: alike at every look."""
        return self._of(subject, subject.job)

    def of_call(self, point: str, subject: Subject) -> Shape:
        """How it answers this one call; the same call again is drawn anew."""
        what = f"{point}|{subject.prompt}|{subject.job}"
        self._drawn[what] += 1
        return self._of(subject, f"{what}|{self._drawn[what]}")

    def _of(self, subject: Subject, what: str) -> Shape:
        pinned: dict[str, Any] = {}
        for rule in self._faults.all_met("shape", subject):
            pinned = {**rule.shape, **pinned}
        return {part: self._one(part, what) for part in SHAPES} | pinned

    def _one(self, part: str, what: str) -> Any:
        choices = SHAPES[part]
        if not self._variety:
            return choices[0]
        digest = hashlib.sha256(f"{self._seed}|{part}|{what}".encode()).digest()
        return choices[int.from_bytes(digest[:8], "big") % len(choices)]
