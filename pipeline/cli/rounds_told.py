"""How a watch talks: a calm line a round, or JSON lines for machines."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.cli.console import colouring, put, put_json, say, terminal_width
from pipeline.settings import in_ci
from pipeline.watching.told import Begun, Done, Faulty, News, Overtaken, Waiting, Why

if TYPE_CHECKING:
    from pipeline.errors import StoryreelError
    from pipeline.run.events import Event

_NAMED = 3  # shots told by name; more are counted
_MANY = 3  # shots; a round with more of them says at once that it takes its time


class Teller(Protocol):
    """Told of a watch, of its rounds, of what happens to the shots in them."""

    def watching(self, board: Path, url: str) -> None:
        """The watch begins; its page is at ``url``."""
        ...

    def tell(self, news: News) -> None:
        """A round began, or is over."""
        ...

    def hear(self, event: Event) -> None:
        """Something happened to a shot."""
        ...

    def frames(self, done: int, total: int) -> None:
        """So many of the film's frames are cut."""
        ...

    def ended(self) -> None:
        """The watch is over."""
        ...


@contextlib.contextmanager
def told(words: Sequence[str], *, as_json: bool) -> Iterator[Teller]:
    """Who tells, for where the output goes; ``words`` are the command line's."""
    if as_json:
        yield JsonTeller(words)
    elif sys.stderr.isatty() and not in_ci():
        with contextlib.ExitStack() as bars:
            yield LiveTeller(bars)
    else:
        yield PlainTeller()


class PlainTeller:
    """One line a round with the time of day; faults as ``check`` prints them."""

    def __init__(self) -> None:
        self._faulty = self._first = True

    def watching(self, board: Path, url: str) -> None:
        """Print the page's address."""
        say(f"watching {board}; Ctrl-C ends it")
        put(url)

    def tell(self, news: News) -> None:
        """Print what there is to say of it."""
        match news:
            case Begun() if len(news.shots) > _MANY:
                self._say(f"making {len(news.shots)} shots")
            case Waiting():
                self._say("waiting for another storyreel on this draft")
            case Done():
                self._say("; ".join(done_words(news, mended=self._faulty and not self._first)))
                _say_failures(news)
                self._faulty = self._first = False
            case Faulty():
                self._say_fault(news.error)
                self._faulty, self._first = True, False
            case Begun() | Overtaken():
                pass  # the round that follows tells

    def hear(self, event: Event) -> None:
        """Nothing: the round's line tells."""

    def frames(self, done: int, total: int) -> None:
        """Nothing, as above."""

    def ended(self) -> None:
        """Nothing: whoever ended it knows."""

    def _say(self, words: str) -> None:
        say(f"{dt.datetime.now().astimezone():%H:%M:%S} {words}")

    def _say_fault(self, error: StoryreelError) -> None:
        for text in _faults_drawn(error):
            say(f"{text}\n")
        self._say(f"{error.brief} The last cut stays.")
        if not hasattr(error, "faults") and error.details:
            say("\n".join(f"  {line}" for line in error.details.splitlines()))
        if error.hint:
            say(f"  {error.hint}")


class LiveTeller(PlainTeller):
    """The same on a terminal, with a bar that is gone when a round is over."""

    def __init__(self, kept: contextlib.ExitStack) -> None:
        super().__init__()
        self._kept = kept
        self._bar: Any = None

    def tell(self, news: News) -> None:
        """As plain; a round of many shots has a bar."""
        self._kept.close()
        self._bar = None
        super().tell(news)
        if isinstance(news, Begun) and len(news.shots) > _MANY:
            self._bar = self._kept.enter_context(_bars())
            self._bar.add_task("shots", total=len(news.shots))

    def hear(self, event: Event) -> None:
        """A shot more is done."""
        from pipeline.run.events import Failed, Found, Skipped, Stored

        over = isinstance(event, (Stored, Found, Failed, Skipped))
        if self._bar and over and not (isinstance(event, Found) and event.take is None):
            self._bar.advance(self._bar.task_ids[0])

    def frames(self, done: int, total: int) -> None:
        """So many frames are cut."""
        if self._bar:
            if len(self._bar.task_ids) == 1:
                self._bar.add_task("frames", total=total)
            self._bar.update(self._bar.task_ids[1], completed=done, total=total)


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True, no_color=not colouring(sys.stderr), highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True)


def done_words(done: Done, *, mended: bool = False) -> Iterator[str]:
    """A round in short: what changed, what was made of it, whether the film was cut."""
    made = len(done.rendered.made)
    if mended:
        yield "no faults"
    if done.shots:
        yield why_words(done.shots)
    elif done.changed and done.cut and not mended:
        yield f"{_listed([path.name for path in done.changed], 'files')} changed"
    shots = f"{made} shot{'' if made == 1 else 's'} made"
    if done.rendered.film is None:
        yield f"{shots}, the film is not cut: the last one stays"
    elif done.cut:
        yield f"{f'{shots}, ' if made else ''}film cut in {max(0.1, done.seconds):.1f} s"
    else:
        yield f"{f'{shots}, ' if made else ''}the film is as it was"


def why_words(shots: Why) -> str:
    """Which shots are made and why: ``sh010, sh020 new; sh040 changed: prompt``."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in shots.items():
        by_reason.setdefault(reason, []).append(name)
    told = [f"{_listed(names, 'shots')} {why}" for why, names in by_reason.items()]
    left = len(told) - _NAMED
    more = [f"{left} more reason{'s' if left > 1 else ''}"] if left > 0 else []
    return "; ".join([*told[:_NAMED], *more])


def _listed(names: Sequence[str], word: str) -> str:
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} {word}"


def _say_failures(done: Done) -> None:
    for name, error in done.rendered.outcome.failed.items():
        say(f"  {name} failed: {error.brief}")
        if error.hint:
            say(f"    {error.hint}")
    if fault := done.rendered.report_fault:
        say(f"  the report was not written: {fault}")


def _faults_drawn(error: StoryreelError) -> Iterator[str]:
    """Each fault at its place, where it is a board that has them."""
    from pipeline.storyboard.diagnostics import BoardFaultsError, render_fault

    if isinstance(error, BoardFaultsError):
        for fault in error.faults:
            yield render_fault(
                fault,
                error.source,
                error.file,
                width=terminal_width(),
                colour=colouring(sys.stderr),
            )


class JsonTeller:
    """One JSON line for each event, those of the shots among them, on standard output."""

    def __init__(self, words: Sequence[str]) -> None:
        from pipeline.cli.progress import JsonProgress

        self._words = words
        self._shots = JsonProgress()

    def watching(self, board: Path, url: str) -> None:
        """Put out where the page is."""
        self._put("watching", board=str(board), draft=True, url=url)

    def tell(self, news: News) -> None:
        """Put out the news."""
        match news:
            case Begun():
                self._put("begun", changed=_paths(news.changed), shots=dict(news.shots))
            case Waiting():
                self._put("waiting")
            case Done():
                self._put("round", **_document(news))
            case Faulty():
                fault = _fault_document(news.error, self._words)
                self._put("faulty", changed=_paths(news.changed), **fault)
            case Overtaken():
                self._put("overtaken", changed=_paths(news.changed))

    def hear(self, event: Event) -> None:
        """Put out the event of a shot, as ``render --json`` does."""
        self._shots.hear(event)

    def frames(self, done: int, total: int) -> None:
        """Put out how far the cut is."""
        self._shots.tell(done, total)

    def ended(self) -> None:
        """Put out that no line follows."""
        self._put("ended")

    def _put(self, event: str, **told: Any) -> None:
        put_json({"schema": 1, "event": event, **told}, indent=None)


def _paths(changed: Sequence[Path]) -> list[str]:
    return [str(path) for path in changed]


def _document(done: Done) -> dict[str, Any]:
    from pipeline.cli.delivered import delivered_document

    rendered = done.rendered
    return {
        "changed": _paths(done.changed),
        "shots": dict(done.shots),
        "made": list(rendered.made),
        "failed": sorted(rendered.outcome.failed),
        "skipped": sorted(rendered.outcome.skipped),
        "film": str(rendered.film) if rendered.film else None,
        "cut_anew": done.cut,
        "outputs": delivered_document(rendered.delivered),
        "report": str(rendered.report) if rendered.report else None,
        "seconds": round(done.seconds, 3),
    }


def _fault_document(error: StoryreelError, words: Sequence[str]) -> dict[str, Any]:
    from pipeline.cli.ways import error_document
    from pipeline.storyboard.diagnostics import BoardFaultsError, fault_as_json

    told: dict[str, Any] = {"ok": False, "error": error_document(error, words)}
    if isinstance(error, BoardFaultsError):
        told["error"].pop("details", None)
        told["faults"] = [fault_as_json(fault, error.file) for fault in error.faults]
    return told
