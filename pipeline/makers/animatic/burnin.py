"""The burn-in: two solid bands with shot, scene, beat, camera, running time and the prompt.

All that can be drawn before the first frame is; a frame then costs a few small pastes.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.makers.animatic.geometry import Box
from pipeline.makers.animatic.planes import Colour, Planes, colour_of, mixed, planes_of
from pipeline.makers.lettering import (
    Lettering,
    canvas,
    leftward,
    paged,
    plain,
    wrapped,
)  # fmt: skip
from pipeline.timing import timecode

if TYPE_CHECKING:
    from fractions import Fraction

    from PIL import Image, ImageDraw

    from pipeline.makers.animatic.layout import Layout

GROUND = (15, 15, 15)
_BRIGHT = (245, 245, 245)
_WORDS = (222, 222, 222)
_QUIET = (150, 150, 150)
_TRACK = (44, 44, 44)
# One for each scene, so that a cut from scene to scene is seen in the corner of an eye.
_ACCENTS = (
    (255, 176, 59), (94, 196, 255), (255, 111, 97), (125, 220, 140), (200, 150, 255),
    (255, 214, 102), (80, 220, 205), (255, 140, 190),
)  # fmt: skip
_PAGE_SECONDS = 1.6  # the least time a page of the prompt is shown
_TURN = 4  # frames in which one page gives way to the next
_TOLERANCE = 9  # code values by which a band's ground may differ after a lossy codec


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be burned in; all but the shot may be empty."""

    shot: str
    scene: str = ""
    beat: str = ""
    camera: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class BurnIn:
    """The finished bands of one clip."""

    layout: Layout
    rate: Fraction
    frames: int
    top: Planes
    pages: tuple[Planes, ...]
    clock: tuple[int, int]  # left and top of the running time
    digits: dict[str, Image.Image]
    accent: Colour

    def paint(self, onto: Planes, frame: int) -> None:
        """Draw the bands as they stand at ``frame`` over the whole width of the picture."""
        onto.paste(self.top, 0, 0)
        onto.paste(self._page(frame), 0, self.layout.height - self.layout.bottom)
        self._paint_time(onto, frame)
        self._paint_progress(onto, frame)

    def _page(self, frame: int) -> Planes:
        share = self.frames / len(self.pages)
        now = min(len(self.pages) - 1, int(frame / share))
        since = frame - int(now * share)
        if now == 0 or since >= _TURN:
            return self.pages[now]
        return mixed(self.pages[now - 1], self.pages[now], (since + 1) / (_TURN + 1))

    def _paint_time(self, onto: Planes, frame: int) -> None:
        left, top = self.clock
        for sign in timecode(frame, self.rate):
            tile = self.digits[sign]
            onto.y.paste(tile, (left, top))
            left += tile.width

    def _paint_progress(self, onto: Planes, frame: int) -> None:
        layout = self.layout
        gone = round(layout.width * (frame + 1) / self.frames / 2) * 2
        top = layout.height - layout.bottom
        onto.fill(self.accent, Box(0, top, gone, top + layout.rule))


def burn_in(words: Words, layout: Layout, rate: Fraction, frames: int) -> BurnIn:
    """Draw the bands for a clip."""
    strong = Lettering(layout.type_size, bold=True)
    accent = _accent(words.scene)
    digits = {sign: _digit(sign, strong, layout) for sign in "0123456789:"}
    room = sum(digits[sign].width for sign in timecode(0, rate))
    clock = (layout.width - layout.margin - room, layout.padding)
    return BurnIn(
        layout=layout,
        rate=rate,
        frames=frames,
        top=_top(words, layout, accent, clock[0]),
        pages=_pages(words.prompt, layout, float(frames / rate)),
        clock=clock,
        digits=digits,
        accent=colour_of(*accent),
    )


def wears_bands(picture: Image.Image, layout: Layout) -> bool:
    """Whether an RGB picture of the layout's size looks like a frame with these bands on.

    Told by the ground where no word ever stands: at the sides of both bands.
    """
    side = layout.side
    low, high = GROUND[0] - _TOLERANCE, GROUND[0] + _TOLERANCE
    below = layout.height - layout.bottom + layout.rule + 2
    for top, bottom in ((2, layout.top - 2), (below, layout.height - 2)):
        for left in (0, layout.width - side):
            strip = picture.crop((left, top, left + side, bottom))
            if any(least < low or most > high for least, most in _extrema(strip)):
                return False
    return True


def _extrema(picture: Image.Image) -> list[tuple[float, float]]:
    return [band.getextrema() for band in picture.split()]  # type: ignore[misc]


def _accent(scene: str) -> Colour:
    return _ACCENTS[zlib.crc32(scene.encode("utf-8", "replace")) % len(_ACCENTS)]


def _digit(sign: str, lettering: Lettering, layout: Layout) -> Image.Image:
    width = round(lettering.width(sign))
    tile, draw = canvas(width, layout.leading, GROUND)
    lettering.write(draw, 0, _baseline(lettering, layout), sign, _BRIGHT)
    return _luma(tile)


def _luma(tile: Image.Image) -> Image.Image:
    """The Y of a grey picture of any size."""
    return tile.convert("L", (0.0, 219 / 255, 0.0, 16.0))


def _baseline(lettering: Lettering, layout: Layout) -> int:
    # Noto's line is taller than its letters: the middle of an x is what looks centred
    return round(layout.leading / 2 + lettering.size * 0.35)


def _top(words: Words, layout: Layout, accent: Colour, until: int) -> Planes:
    """Shot, scene, beat and camera; the first row ends at ``until``, where the time stands."""
    tile, draw = canvas(layout.width, layout.top, GROUND)
    strong, light = Lettering(layout.type_size, bold=True), Lettering(layout.type_size)
    gap = layout.type_size
    baseline = layout.padding + _baseline(strong, layout)
    x: float = layout.margin
    mark = max(2, layout.type_size // 5)
    if layout.roomy:
        tall = round(layout.type_size * 0.74)
        draw.rectangle((x, baseline - tall, x + mark - 1, baseline - 1), fill=accent)
        x += mark + layout.type_size // 2
    shot = strong.shortened(plain(words.shot), until - gap // 2 - x)
    strong.write(draw, x, baseline, shot, _BRIGHT)
    x += strong.width(shot) + gap
    if not layout.roomy:
        return _finished(draw, tile, 0, layout)
    if layout.rows == 1:
        _context(draw, words, light, (x, until - gap), baseline)
    else:
        _camera(draw, words, light, (x, until - gap), baseline)
        below = baseline + layout.leading
        right = layout.width - layout.margin
        _scene_and_beat(draw, words, light, (layout.margin, right), below)
    return _finished(draw, tile, 0, layout)


def _context(
    draw: ImageDraw.ImageDraw, words: Words, light: Lettering, span: tuple[float, float], line: int
) -> None:
    """Scene and beat from the left, the camera at the right where there is room for both."""
    left, right = span
    wanted = light.width(_joined(words))
    camera = light.width(plain(words.camera)) + 2 * light.size
    if words.camera and right - left - camera > min(wanted, (right - left) * 0.45):
        _camera(draw, words, light, span, line)
        right -= camera
    _scene_and_beat(draw, words, light, (left, right), line)


def _joined(words: Words) -> str:
    return "  ·  ".join(part for part in (plain(words.scene), plain(words.beat)) if part)


def _scene_and_beat(
    draw: ImageDraw.ImageDraw, words: Words, light: Lettering, span: tuple[float, float], line: int
) -> None:
    left, right = span
    scene = light.shortened(plain(words.scene), right - left) if words.scene else ""
    light.write(draw, left, line, scene, _WORDS)
    left += light.width(scene + "  ·  ") if scene else 0
    if words.beat and right - left > 4 * light.size:
        if scene:
            light.write(draw, left - light.width("·  "), line, "·", _QUIET)
        light.write(draw, left, line, light.shortened(plain(words.beat), right - left), _QUIET)


def _camera(
    draw: ImageDraw.ImageDraw, words: Words, light: Lettering, span: tuple[float, float], line: int
) -> None:
    camera = light.shortened(plain(words.camera), span[1] - span[0])
    light.write(draw, span[1] - light.width(camera), line, camera, _QUIET)


def _pages(prompt: str, layout: Layout, seconds: float) -> tuple[Planes, ...]:
    light = Lettering(layout.type_size)
    room = layout.width - 2 * layout.margin
    lines = wrapped(plain(prompt), lambda line: light.width(line) <= room)
    most = max(1, int(seconds / _PAGE_SECONDS))
    pages = paged(lines, layout.lines, most) or [[]]
    return tuple(_page(lines, layout, light) for lines in pages)


def _page(lines: list[str], layout: Layout, light: Lettering) -> Planes:
    tile, draw = canvas(layout.width, layout.bottom, GROUND)
    draw.rectangle((0, 0, layout.width, layout.rule - 1), fill=_TRACK)
    baseline = layout.rule + layout.padding + _baseline(light, layout)
    for number, line in enumerate(lines):
        x: float = layout.margin
        if leftward(line):
            x = layout.width - layout.margin - light.width(line)
        light.write(draw, x, baseline + number * layout.leading, line, _WORDS)
    return _finished(draw, tile, layout.rule, layout)


def _finished(draw: ImageDraw.ImageDraw, tile: Image.Image, below: int, layout: Layout) -> Planes:
    """The band, its sides wiped of what hangs over: they tell a frame that bears bands."""
    for left in (0, layout.width - layout.side):
        draw.rectangle((left, below, left + layout.side - 1, tile.height), fill=GROUND)
    return planes_of(tile)
