"""The report of a film: gathered, laid out, and written beside it where it differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import StoryreelError
from pipeline.files import as_bytes, write_whole
from pipeline.planned import PlannedFilm, RenderedFilm
from pipeline.planning import plan_again
from pipeline.reporting.last_run import LastRun, load_last_run, remember_run


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where a report lies, and whether it was written anew."""

    path: Path
    anew: bool


def report_path(folder: Path) -> Path:
    """Where a board's report lies, in its folder under ``output``."""
    return folder / "report.html"


def write_report(planned: PlannedFilm) -> WrittenReport:
    """Write the report of a film as it stands.

    Raises:
        StoryreelError: the journal cannot be read.
        OSError: it cannot be written.
    """
    return _written(planned, load_last_run(planned.places.folder))


def with_report(planned: PlannedFilm, rendered: RenderedFilm) -> RenderedFilm:
    """A render with its report written; that it could not be is told, and fails nothing."""
    if rendered.outcome.stopped:  # somebody wants to leave
        return rendered
    try:
        return replace(rendered, report=report_render(planned, rendered).path)
    except StoryreelError as error:
        return replace(rendered, report_fault=error.brief)
    except Exception as error:  # noqa: BLE001 - the clips are made and paid; this is only a page
        return replace(rendered, report_fault=f"{type(error).__name__}: {error}")


def report_render(planned: PlannedFilm, rendered: RenderedFilm) -> WrittenReport:
    """Write down what a render did, and the report with it.

    Raises:
        StoryreelError: the lock or the journal cannot be read.
        OSError: it cannot be written.
    """
    again = plan_again(planned)
    return _written(again, remember_run(planned, rendered, again.lock))


def _written(planned: PlannedFilm, run: LastRun) -> WrittenReport:
    """The same bytes are left alone: what hangs on the file's time need not look again."""
    from pipeline.reporting.gathering import gather
    from pipeline.reporting.page import page

    path = report_path(planned.places.folder)
    text = as_bytes(page(gather(planned, run)))
    if path.is_file() and path.read_bytes() == text:
        return WrittenReport(path, anew=False)
    write_whole(path, text)
    return WrittenReport(path, anew=True)
