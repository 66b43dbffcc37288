"""What a watch has to tell; whoever listens may print it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StoryreelError
from pipeline.ids import ShotId

if TYPE_CHECKING:
    from pipeline.planned import RenderedFilm

Why = Mapping[ShotId, str]
"""By shot, or by its label for a further take, why it is made."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A round begins: ``shots`` are to be made, because these files ``changed``."""

    shots: Why
    changed: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another process renders this draft just now; the round goes on when that is done."""


@dataclass(frozen=True, slots=True)
class Done:
    """A round is over: ``shots`` were to be made, and this came of it, in ``seconds``."""

    shots: Why
    changed: tuple[Path, ...]
    rendered: RenderedFilm
    seconds: float

    @property
    def cut(self) -> bool:
        """Whether the film, or one of its outputs, was cut anew."""
        return any(one.assembly for one in self.rendered.delivered)


@dataclass(frozen=True, slots=True)
class Faulty:
    """Nothing can be made of the files as they are; the last film stays where it is."""

    error: StoryreelError
    changed: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The files changed again before the round was over; what was finished is kept."""

    changed: tuple[Path, ...]


News = Begun | Waiting | Done | Faulty | Overtaken
Tell = Callable[[News], None]
