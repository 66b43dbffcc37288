"""A request with its pictures at hand -> the order a maker gets. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.makers.interface import Order
from pipeline.plan.request import Request
from pipeline.storyboard.prompt import spell
from pipeline.storyboard.shot import Picture, Shot, Source


def order_for(shot: Shot, request: Request, files: Mapping[Source, Path], target: Path) -> Order:
    """What the maker of ``shot`` is told.

    Args:
        shot: its name and its references' names are labels for people; the rest is asked.
        request: the same shot, all its pictures known.
        files: for every source of the shot, the file to open.
        target: where the clip is wanted.
    """
    names = [s.name or "" if isinstance(s, Picture) else str(s) for s in shot.references]
    options = dict(request.options)
    options["words"] = shot.words
    if any(names):
        options["names"] = json.dumps(names, ensure_ascii=False)
    return Order(
        shot=shot.id,
        prompt=spell(request.prompt, "[Image {n}]"),
        seed=request.seed or 0,
        seconds=request.seconds,
        rate=shot.clip_rate,
        width=shot.size.width,
        height=shot.size.height,
        target=target,
        first_frame=files[shot.first_frame] if shot.first_frame else None,
        last_frame=files[shot.last_frame] if shot.last_frame else None,
        clip=shot.clip.path if shot.clip else None,
        font=shot.card.font.path if shot.card and shot.card.font else None,
        references=tuple(files[source] for source in shot.references),
        options=options,
    )
