"""storyreel: films as code.

The map of the house, in reading order: ``storyboard/`` (text -> shots), ``plan/`` (shots -> plan),
``run/`` (plan -> clips), ``film/`` (clips -> film), ``sidecars/`` (what is written beside them);
services: ``makers/`` (who makes clips), ``store/`` (where they lie), ``media/`` (what opens them);
data: ``models/``; on top ``api.py`` (the line, in order) and ``cli/`` (asks and prints).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.api import (
        Draft,
        PlannedFilm,
        RenderedFilm,
        Selection,
        assemble_film,
        check_storyboard,
        plan_film,
        render_film,
    )
    from pipeline.errors import StoryreelError
    from pipeline.versions.diffing import diff_board
    from pipeline.versions.showing import show_at

__version__ = "0.1.0"

_HOME = {
    "Draft": "api",
    "PlannedFilm": "api",
    "RenderedFilm": "api",
    "Selection": "api",
    "StoryreelError": "errors",
    "assemble_film": "api",
    "check_storyboard": "api",
    "diff_board": "versions.diffing",
    "plan_film": "api",
    "render_film": "api",
    "show_at": "versions.showing",
}

__all__ = [
    "Draft",
    "PlannedFilm",
    "RenderedFilm",
    "Selection",
    "StoryreelError",
    "assemble_film",
    "check_storyboard",
    "diff_board",
    "plan_film",
    "render_film",
    "show_at",
]


def __getattr__(name: str) -> object:
    """Public names are imported when first used, so that importing the package costs nothing."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"pipeline.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
