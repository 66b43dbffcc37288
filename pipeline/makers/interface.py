"""The port: what the runner hands a maker, and what it gets back.

A maker turns one order into one clip file, or raises a ``StoryreelError``. It tries once, keeps
nothing of its own between orders, and stops when told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pipeline.ids import ShotId


@dataclass(frozen=True, slots=True)
class Order:
    """One clip to be made.

    Args:
        shot: the label for people; it decides nothing but what is burned into an animatic.
        prompt: what a model reads, slots spelled out in words.
        seconds: the clip's exact length; with ``rate`` it gives the number of frames.
        rate: frames a second.
        width, height: pixels, both even.
        first_frame, last_frame, references: picture files, decoded losslessly by anyone.
        clip: a clip of the author's own, for the model that shows it as it is.
        font: a font file of the author's own.
        options: the model's own settings (``plan/request.py``).
        target: where the clip is to be written; its folder exists, the file does not.
    """

    shot: ShotId
    prompt: str
    seed: int
    seconds: Fraction
    rate: Fraction
    width: int
    height: int
    target: Path
    first_frame: Path | None = None
    last_frame: Path | None = None
    references: tuple[Path, ...] = ()
    clip: Path | None = None
    font: Path | None = None
    options: dict[str, str] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return int(self.seconds * self.rate + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of an order besides the file at its ``target``: words for people, if any."""

    notes: tuple[str, ...] = ()


Tell = Callable[[float], None]
"""Told how much is done, from 0 to 1, now and then."""


class Maker(Protocol):
    """Makes clips; blocking, called from a worker thread."""

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:
        """Write the clip to ``order.target``.

        Raises:
            StoryreelError: it could not be made; nothing is left at ``order.target``.
            ToolStoppedError: ``stop`` was set.
        """
        ...
