"""What a rule finds: a fault that knows its value in the board, not yet its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.ids import ShotId
from pipeline.storyboard.fault import Fault, Path, Places, Related, Severity, Span

At = Literal["value", "key", "part"]


@dataclass(frozen=True, slots=True)
class Aim:
    """Which text is meant: a value, its key, or what ``pattern`` first matches in it."""

    path: Path
    at: At = "value"
    pattern: str = ""

    def span(self, places: Places) -> Span:
        """Where it stands."""
        if self.at == "key":
            return places.key(self.path)
        if self.at == "part":
            return places.part(self.path, self.pattern)
        return places.value(self.path)


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of meaning, as ``Fault`` is, by path."""

    code: str
    message: str
    aim: Aim
    label: str = ""
    help: str | None = None
    severity: Severity = "error"
    second: tuple[Aim, str] | None = None
    shot: ShotId | None = None

    def placed(self, places: Places) -> Fault:
        """The fault at its place."""
        related = None
        if self.second:
            aim, label = self.second
            related = Related(aim.span(places), label)
        return Fault(
            self.code,
            self.message,
            self.aim.span(places),
            self.label,
            self.help,
            self.severity,
            related,
            self.shot,
        )
