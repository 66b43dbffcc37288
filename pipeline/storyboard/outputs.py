"""The files a board asks for besides its film: each with its frame, nothing left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.ids import ShotId
from pipeline.storyboard.framing import Fit
from pipeline.storyboard.model import Storyboard
from pipeline.storyboard.model_deliver import Deliverable
from pipeline.storyboard.resolver import Draft, size_of
from pipeline.storyboard.shot import FrameOf, Size
from pipeline.storyboard.sources import WrittenFrame, moment_at, parse_source
from pipeline.timing import parse_rate

SubtitlesKind = Literal["soft", "burned", "beside", "none"]


@dataclass(frozen=True, slots=True)
class Output:
    """A file made of the film's cut; ``fit`` is every clip's there, absent the shots' own."""

    name: str
    size: Size
    fit: Fit | None
    subtitles: SubtitlesKind
    poster: FrameOf | None
    chapters: bool


def outputs_of(board: Storyboard, draft: Draft | None = None) -> Mapping[str, Output]:
    """The outputs of a board without faults, by name; a draft's are of the draft's size."""
    return {name: _output(board, name, asked, draft) for name, asked in board.deliver.items()}


def output_size(board: Storyboard, asked: Deliverable, draft: Draft | None = None) -> Size:
    """The frame of an output."""
    drafted = draft.resolution if draft else None
    resolution = drafted or asked.resolution or board.format.resolution
    return size_of(asked.aspect or board.format.aspect, resolution)


def _output(board: Storyboard, name: str, asked: Deliverable, draft: Draft | None) -> Output:
    return Output(
        name,
        output_size(board, asked, draft),
        asked.fit,
        asked.subtitles,
        _frame(board, asked.poster) if asked.poster else None,
        asked.chapters,
    )


def _frame(board: Storyboard, written: str) -> FrameOf:
    frame = parse_source(written)
    if not isinstance(frame, WrittenFrame):
        raise AssertionError("a checked board's posters are frames")
    return FrameOf(ShotId(frame.shot), moment_at(frame.moment, parse_rate(board.format.fps)))
