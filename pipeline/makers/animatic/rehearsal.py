"""From an order to a panel: which pictures stand on the stage, what is burned in, what to note."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

from pipeline.makers.animatic import lettering, tint
from pipeline.makers.animatic.burnin import Words, burn_in, wears_bands
from pipeline.makers.animatic.camera import path
from pipeline.makers.animatic.cards import Card, gathered
from pipeline.makers.animatic.layout import layout_of
from pipeline.makers.animatic.panel import Panel
from pipeline.makers.animatic.pictures import fitted, open_picture, solid
from pipeline.makers.animatic.planes import planes_of
from pipeline.makers.animatic.scenery import imagined
from pipeline.makers.animatic.stage import Stage, continued, whole, window_of

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from pipeline.makers.animatic.camera import Pose
    from pipeline.makers.animatic.layout import Layout
    from pipeline.makers.interface import Order

_MOST_PIXELS = 2.5  # of a picture's longer side that can be of use, in frames


def rehearsed(order: Order) -> tuple[Panel, tuple[str, ...]]:
    """Set everything up for drawing.

    Returns:
        The panel, and notes for people.

    Raises:
        MediaError: a given picture cannot be read.
    """
    layout = layout_of(order.width, order.height)
    words = _words(order)
    first = _frame(order.first_frame, layout)
    last = _frame(order.last_frame, layout)
    opening, closing = _stages(order, layout, first, last)
    panel = Panel(
        layout=layout,
        burn_in=burn_in(words, layout, order.rate, order.frames),
        frames=order.frames,
        stage=opening,
        towards=closing,
        first=planes_of(first) if first else None,
        last=planes_of(last) if last else None,
    )
    return panel, _notes(words)


def _stages(
    order: Order, layout: Layout, first: Image.Image | None, last: Image.Image | None
) -> tuple[Stage, Stage | None]:
    window = window_of(layout.window)
    if first and last:
        return (
            continued(_windowed(first, layout), window, _path(order, first=True)),
            continued(_windowed(last, layout), window, _path(order, last=True)),
        )
    if given := first or last:
        poses = _path(order, first=bool(first), last=bool(last))
        return continued(_windowed(given, layout), window, poses), None
    return _composed(order, layout), None


def _composed(order: Order, layout: Layout) -> Stage:
    """A scene for a shot that no frame was given for."""
    window = window_of(layout.window)
    poses = _path(order)
    gains = tint.gains_of(order.options.get("look", ""))
    size = order.options.get("size", "")
    pictures = [_reference(file, layout) for file in order.references]
    if not pictures:
        return imagined(order, window, poses, gains)
    tinted = [tint.tinted(picture, gains) for picture in pictures]
    if len(pictures) == 1 and pictures[0].mode == "RGB":
        return whole(tinted[0], window, poses, size)
    names = _names(order)
    cards = [Card(picture, name) for picture, name in zip(tinted, names, strict=True)]
    return gathered(cards, window, poses, size=size, seed=order.seed)


def _path(order: Order, *, first: bool = False, last: bool = False) -> tuple[Pose, ...]:
    move = order.options.get("move", "static")
    return path(move, order.frames, order.rate, first=first, last=last, seed=order.seed)


def _frame(file: Path | None, layout: Layout) -> Image.Image | None:
    """A given frame, brought to the clip's own size."""
    if file is None:
        return None
    picture = solid(open_picture(file, most=_most(layout)))
    return fitted(picture, layout.width, layout.height)


def _windowed(frame: Image.Image, layout: Layout) -> Image.Image:
    return frame.crop(tuple(int(side) for side in layout.window))  # type: ignore[arg-type]


def _reference(file: Path, layout: Layout) -> Image.Image:
    """A reference's picture; of a frame that bears bands, only what is between them."""
    picture = open_picture(file, most=_most(layout))
    if picture.mode == "RGB" and min(picture.size) >= 32:  # noqa: PLR2004 - room for bands
        own = layout_of(picture.width // 2 * 2, picture.height // 2 * 2)
        if wears_bands(picture, own):
            return _windowed(picture, own)
    return picture


def _most(layout: Layout) -> int:
    return int(max(layout.width, layout.height) * _MOST_PIXELS)


def _words(order: Order) -> Words:
    options = order.options
    camera = [options.get(key, "").replace("_", " ") for key in ("size", "move", "lens")]
    return Words(
        shot=order.shot,
        scene=options.get("scene", ""),
        beat=options.get("beat", ""),
        camera=" · ".join(word for word in camera if word),
        prompt=options.get("words", order.prompt),
    )


def _names(order: Order) -> list[str]:
    """What each reference is called, "" where nothing is said."""
    try:
        said = json.loads(order.options.get("names", "[]"))
    except ValueError:
        said = []
    names = [name if isinstance(name, str) else "" for name in said] if (
        isinstance(said, list)
    ) else []
    return [*names, *[""] * len(order.references)][: len(order.references)]


def _notes(words: Words) -> tuple[str, ...]:
    text = " ".join((words.shot, words.scene, words.beat, words.camera, words.prompt))
    notes = []
    if missing := lettering.missing_letters(text):
        shown = missing if len(missing) <= 12 else missing[:12] + "…"  # noqa: PLR2004 - a taste
        notes.append(f"no font here has {shown}; shown as boxes")
    if not lettering.shapes() and any(
        unicodedata.bidirectional(letter) in ("R", "AL") for letter in text
    ):
        notes.append("this Pillow cannot set right-to-left text; its letters run the wrong way")
    return tuple(notes)
