"""A report as one HTML file that asks nothing of anybody: no script, no request, no font."""

from __future__ import annotations

import base64
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.reporting.graph_picture import HIGH, WIDE, along, draw_graph
from pipeline.reporting.told import Report, ShotTold
from pipeline.timing import spell_seconds, timecode

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_MOST_MARKS = 12
_HUES = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A shot, a scene or a mark on the timeline; places in per cent of the film."""

    name: str
    left: str
    width: str
    hue: int
    title: str = ""


def page(report: Report) -> str:
    """The report as HTML; equal reports give equal bytes."""
    template = _environment().get_template("report.html")
    drawing = draw_graph([shot.id for shot in report.shots], report.arrows)
    return template.render(
        report=report,
        css=(_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        hues=_hues(report),
        scenes=list(_scenes(report)),
        pieces=list(_pieces(report)),
        marks=list(_marks(report)),
        drawing=drawing,
        box=(WIDE, HIGH),
        thick=along(report.longest),
        standing={shot.id: shot.standing for shot in report.shots},
        poster=next((s.serving.poster for s in report.shots if s.serving), None),
        to_come=sum(shot.standing != "stands" for shot in report.shots),
        length=spell_seconds(report.frames / report.rate),
        failures=[trouble for trouble in report.troubles if trouble.kind != "warning"],
        warnings=[trouble for trouble in report.troubles if trouble.kind == "warning"],
    )


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"jpeg": jpeg_address, "seconds": spell_seconds, "bytes": _bytes}
    environment.globals |= {"timecode": timecode, "moment": _moment}
    return environment


def jpeg_address(data: bytes) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def _moment(frame: int, rate: Fraction) -> str:
    """A film frame as seconds for ``#t=``: its middle, so that players show just this one."""
    return f"{float((max(0, frame) + Fraction(1, 2)) / rate):.3f}"


def _bytes(count: int) -> str:
    """``12.3 MB``: with three figures, as file managers tell it."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            digits = 1 if count < 100 * size else 0
            return f"{count / size:.{digits}f} {unit}"
    return f"{count} bytes"


def _hues(report: Report) -> dict[str | None, int]:
    """A colour for each scene, by its number, in order of appearance."""
    scenes = dict.fromkeys(shot.scene for shot in report.shots)
    return {scene: number % _HUES for number, scene in enumerate(scenes)}


def _per_cent(frames: int, report: Report) -> str:
    return f"{100 * frames / max(1, report.frames):.3f}"


def _pieces(report: Report) -> Iterator[Piece]:
    hues = _hues(report)
    for shot in report.shots:
        alone = max(1, shot.span.frames - shot.span.overlap)
        start = shot.span.start + shot.span.overlap
        title = (
            f"{shot.id}, {spell_seconds(shot.span.frames / report.rate)} "
            f"from {timecode(max(0, shot.span.start), report.rate)}"
        )
        yield Piece(
            shot.id, _per_cent(start, report), _per_cent(alone, report), hues[shot.scene], title
        )


def _scenes(report: Report) -> Iterator[Piece]:
    """Runs of shots of one scene."""
    hues = _hues(report)
    for scene, shots in itertools.groupby(report.shots, key=lambda shot: shot.scene):
        run: list[ShotTold] = list(shots)
        start = run[0].span.start + run[0].span.overlap
        frames = run[-1].span.start + run[-1].span.frames - start
        if scene:
            yield Piece(scene, _per_cent(start, report), _per_cent(frames, report), hues[scene])


def _marks(report: Report) -> Iterator[Piece]:
    """Seconds below the timeline, as many as can be read."""
    seconds = report.frames / report.rate
    step = next((step for step in _STEPS if seconds / step <= _MOST_MARKS), _STEPS[-1])
    for second in range(0, int(seconds * Fraction(96, 100)) + 1, step):  # none cut off at the end
        words = f"{second // 60}:{second % 60:02}" if seconds >= 60 else f"{second}s"
        yield Piece(words, _per_cent(int(second * report.rate), report), "0", 0)
