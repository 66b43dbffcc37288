"""A bar for bytes on the move: on a terminal, where it takes long enough to be asked about."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from pipeline.cli.console import colouring
from pipeline.settings import in_ci


@contextlib.contextmanager
def byte_bar(words: str, *, as_json: bool) -> Iterator[Callable[[int, int], None]]:
    """Gives what is told how many bytes are done, and of how many; it clears itself away."""
    if as_json or not sys.stderr.isatty() or in_ci():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, no_color=not colouring(sys.stderr), highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        bar = bars.add_task(words, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def size_of(count: int) -> str:
    """A number of bytes in words."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
