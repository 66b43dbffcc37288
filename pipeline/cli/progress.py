"""How a run is shown: live rows on a terminal, a line a change elsewhere, JSON for machines."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pipeline.cli.console import colouring, put_json, say
from pipeline.cli.pace import Pace, spell_left
from pipeline.run.events import (
    Accepted,
    Event,
    Failed,
    Fetched,
    Found,
    Generated,
    Noted,
    Progressed,
    Skipped,
    Started,
    Stored,
)
from pipeline.settings import in_ci
from pipeline.sidecars.happened import cutting, happened

_SILENCE = 10.0  # seconds between two plain lines on the cut
_BEAT = 0.5  # seconds between two JSON lines on it


class Progress(Protocol):
    """Hears what happens to the shots, and how far the film is cut."""

    def hear(self, event: Event) -> None:
        """Something happened to a shot."""
        ...

    def tell(self, done: int, total: int) -> None:
        """So many of the film's frames are cut."""
        ...


@contextlib.contextmanager
def progress(shots: int, *, as_json: bool) -> Iterator[Progress]:
    """The fitting kind of progress for where the output goes."""
    if as_json:
        yield JsonProgress()
    elif sys.stderr.isatty() and not in_ci():
        with _live(shots) as live:
            yield live
    else:
        yield PlainProgress()


def words_for(event: Event) -> str | None:  # noqa: PLR0911 - one for each kind of event
    """An event as a line for people; none for those that only move a bar."""
    match event:
        case Started():
            return f"{event.shot} making ({event.reason})"
        case Stored():
            paid = f", {event.take.price}" if event.take.price else ""
            further = " " in event.shot  # its label says which of several it is
            stored = f"stored as take {event.take.number}" if further else _stored(event)
            return f"{event.shot} {stored}{paid}"
        case Fetched():
            return f"{event.shot} take {event.take.number} fetched again, nothing charged"
        case Found():
            return f"{event.shot} found in the store" if event.take else None
        case Failed():
            return f"{event.shot} failed: {event.error.brief}"
        case Skipped():
            return f"{event.shot} skipped: it waits for {event.because}, which has no clip"
        case Noted():
            return f"{event.shot} note: {event.text}"
        case Progressed() | Accepted() | Generated():
            return None


def _stored(event: Stored) -> str:
    return f"take {event.take.number} stored"


class PlainProgress:
    """One line for each change; with the time of day on a build server."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.dated = in_ci()
        self._now = now
        self._pace = Pace()
        self._said: float | None = None

    def hear(self, event: Event) -> None:
        """Print the event's line, if it has one."""
        words = words_for(event)
        if words:
            self._say(words)
            if isinstance(event, Failed) and event.error.details:
                say("\n".join(f"  {line}" for line in event.error.details.splitlines()))
            if isinstance(event, Failed) and event.error.hint:
                say(f"  hint: {event.error.hint}")

    def tell(self, done: int, total: int) -> None:
        """Say that the film is being cut, and every few seconds how far it is."""
        now = self._now()
        left = self._pace.left(done, total, now)
        if self._said is None:
            self._said = now
            self._say(f"cutting {total} frames")
        elif done < total and now - self._said >= _SILENCE:
            self._said = now
            words = f", {spell_left(left)}" if left is not None else ""
            self._say(f"cut {done} of {total} frames{words}")

    def _say(self, words: str) -> None:
        clock = f"{dt.datetime.now().astimezone():%H:%M:%S} " if self.dated else ""
        say(clock + words)


class JsonProgress:
    """One JSON line for each event, on standard output."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pace = Pace()
        self._said: float | None = None

    def hear(self, event: Event) -> None:
        """Put the event out."""
        put_json(happened(event), indent=None)

    def tell(self, done: int, total: int) -> None:
        """Put out how far the cut is, twice a second at most, and when it is done."""
        now = self._now()
        left = self._pace.left(done, total, now)
        if done < total and self._said is not None and now - self._said < _BEAT:
            return
        self._said = now
        put_json(cutting(done, total, left), indent=None)


@contextlib.contextmanager
def _live(shots: int) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, no_color=not colouring(sys.stderr), highlight=False)
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[why]}"),
        console=console,
    )
    with bars:
        yield _LiveProgress(bars, shots)


class _LiveProgress:
    """A row for each shot being made, one for the whole; lines that stay go above."""

    def __init__(self, bars: Any, shots: int) -> None:
        self.bars = bars
        self.whole = bars.add_task("shots", total=shots or 1, why="") if shots else None
        self.film: Any = None
        self.pace = Pace()
        self.rows: dict[str, Any] = {}

    def hear(self, event: Event) -> None:
        match event:
            case Started():
                row = self.bars.add_task(event.shot, total=1.0, why=event.reason)
                self.rows[event.shot] = row
            case Progressed():
                if event.shot in self.rows:
                    self.bars.update(self.rows[event.shot], completed=event.done)
            case Accepted() | Generated():
                why = "ordered" if isinstance(event, Accepted) else "fetching its clip"
                if event.shot in self.rows:
                    self.bars.update(self.rows[event.shot], why=why)
            case Noted():
                self._line(event)
            case Stored() | Fetched() | Found() | Failed() | Skipped():
                if not isinstance(event, Found) or event.shot in self.rows:
                    self._line(event)
                    self._one_less(event.shot)

    def tell(self, done: int, total: int) -> None:
        if self.film is None:
            self.film = self.bars.add_task("cut", total=total, why="")
        left = self.pace.left(done, total, time.monotonic())
        words = f"{done} of {total} frames"
        if left is not None and done < total:
            words += f", {spell_left(left)}"
        self.bars.update(self.film, completed=done, total=total, why=words)

    def _line(self, event: Event) -> None:
        from rich.text import Text

        words = words_for(event) or ""
        style = "red" if isinstance(event, (Failed, Skipped)) else ""
        self.bars.console.print(Text(words, style=style))

    def _one_less(self, shot: str) -> None:
        if shot in self.rows:
            self.bars.remove_task(self.rows.pop(shot))
        if self.whole is not None:
            self.bars.advance(self.whole)
