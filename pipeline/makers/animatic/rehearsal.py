"""From an order to a panel: which pictures stand on the stage, what is burned in, what to note."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.makers import lettering
from pipeline.makers.animatic import tint
from pipeline.makers.animatic.burnin import Words, burn_in, wears_bands
from pipeline.makers.animatic.camera import path
from pipeline.makers.animatic.cards import Card, gathered
from pipeline.makers.animatic.geometry import Box
from pipeline.makers.animatic.layout import layout_of
from pipeline.makers.animatic.panel import Panel
from pipeline.makers.animatic.pictures import fitted, open_picture, placed_to_fit, solid
from pipeline.makers.animatic.planes import Planes, exact_planes_of, mended, planes_of
from pipeline.makers.animatic.scenery import imagined
from pipeline.makers.animatic.stage import Stage, continued, whole, window_of

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from pipeline.makers.animatic.camera import Pose
    from pipeline.makers.animatic.layout import Layout
    from pipeline.makers.interface import Order

_LEAST_BANDED = 64  # pixels: below this, no frame of ours
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
    first = _given(order.first_frame, layout)
    last = _given(order.last_frame, layout)
    opening, closing = _stages(order, layout, first, last)
    panel = Panel(
        layout=layout,
        burn_in=burn_in(words, layout, order.rate, order.frames),
        frames=order.frames,
        stage=opening,
        towards=closing,
        first=first.frame if first else None,
        last=last.frame if last else None,
    )
    return panel, _notes(words)


@dataclass(frozen=True, slots=True)
class _Given:
    """A given frame, whole, and the scene that goes on from it.

    ``picture`` lies at ``placed`` in the window's pixels; ``window`` is what shows at rest.
    """

    frame: Planes
    picture: Image.Image
    placed: Box
    window: Planes


def _given(file: Path | None, layout: Layout) -> _Given | None:
    """A given frame, brought to the clip's own size."""
    if file is None:
        return None
    original = solid(open_picture(file, most=_most(layout)))
    picture = fitted(original, layout.width, layout.height)
    frame = exact_planes_of(picture)
    window = frame.crop(layout.window)
    bare = window_of(layout.window)
    if scene := _between_bands(original):
        if original.size == picture.size:
            return _Given(frame, scene, bare, mended(window))
        scene = fitted(scene, int(bare.width), int(bare.height))  # bands of another size
        return _Given(frame, scene, bare, planes_of(scene))
    whole = Box(0, 0, layout.width, layout.height)
    placed = placed_to_fit(original.size, whole)
    if placed is None:  # shown whole, on a soft copy of itself
        return _Given(frame, picture, whole.moved(0, -layout.top), window)
    return _Given(frame, original, placed.moved(0, -layout.top), window)


def _stages(
    order: Order, layout: Layout, first: _Given | None, last: _Given | None
) -> tuple[Stage, Stage | None]:
    window = window_of(layout.window)

    def going_on(given: _Given, poses: tuple[Pose, ...]) -> Stage:
        return continued(given.picture, given.placed, given.window, window, poses)

    if first and last:
        opening = going_on(first, _path(order, first=True))
        return opening, going_on(last, _path(order, last=True))
    if given := first or last:
        return going_on(given, _path(order, first=bool(first), last=bool(last))), None
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
    return gathered(_place_first(cards, order), window, poses, size=size, seed=order.seed)


def _place_first(cards: list[Card], order: Order) -> list[Card]:
    """A location stands behind everybody, whatever its place in the list."""
    kinds = order.options.get("kinds", "").split()
    kinds = [*kinds, *["prop"] * len(cards)]
    places = sorted(range(len(cards)), key=lambda number: kinds[number] != "location")
    return [cards[number] for number in places]


def _path(order: Order, *, first: bool = False, last: bool = False) -> tuple[Pose, ...]:
    move = order.options.get("move", "static")
    return path(move, order.frames, order.rate, first=first, last=last, seed=order.seed)


def _windowed(frame: Image.Image, layout: Layout) -> Image.Image:
    left, top, right, bottom = layout.window
    return frame.crop((int(left), int(top), int(right), int(bottom)))


def _reference(file: Path, layout: Layout) -> Image.Image:
    """A reference's picture; of a frame that bears bands, only what is between them."""
    picture = open_picture(file, most=_most(layout))
    return _between_bands(picture) or picture


def _between_bands(picture: Image.Image) -> Image.Image | None:
    """What a frame with our bands on shows between them; ``None`` for any other picture."""
    if picture.mode != "RGB" or min(picture.size) < _LEAST_BANDED:
        return None
    layout = layout_of(picture.width // 2 * 2, picture.height // 2 * 2)
    return _windowed(picture, layout) if wears_bands(picture, layout) else None


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
    names = (
        [name if isinstance(name, str) else "" for name in said] if (isinstance(said, list)) else []
    )
    return [*names, *[""] * len(order.references)][: len(order.references)]


def _notes(words: Words) -> tuple[str, ...]:
    text = f"{words.shot} {words.scene} {words.beat} {words.camera} {words.prompt}"
    notes = []
    if missing := lettering.missing_letters(text):
        shown = missing if len(missing) <= 12 else missing[:12] + "…"
        notes.append(f"no font here has {shown}; shown as boxes")
    if not lettering.shapes() and any(
        unicodedata.bidirectional(letter) in ("R", "AL") for letter in text
    ):
        notes.append("this Pillow cannot set right-to-left text; its letters run the wrong way")
    return tuple(notes)
