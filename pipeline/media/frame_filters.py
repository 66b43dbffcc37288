"""How a picture of any shape and colour is brought into the film's frame, in ffmpeg's filters.

Streams are handed in; see ``filters.py``, which knows where they come from.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipeline.media.colour import scale_matrix, scale_range

if TYPE_CHECKING:
    from pipeline.media.facts import ClipFacts
    from pipeline.media.filters import Frame, Shown

# Without these swscale's quick rounding darkens a chain of shots (media.md).
EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
_MIDDLE = Fraction(50)  # percent


def is_in_form(facts: ClipFacts, frame: Frame) -> bool:
    """Whether scaling a clip for the film would copy it, value by value."""
    return (
        (facts.width, facts.height) == (frame.width, frame.height)
        and (facts.rotation, facts.pixels) == (0, "yuv420p")
        and facts.sample_aspect == 1
        and (scale_matrix(facts), scale_range(facts)) == ("bt709", "tv")
    )


def in_film_frame(stream: Any, shown: Shown, frame: Frame) -> Any:
    """Fit the picture into the frame, its pixels square, its colours the film's."""
    if shown.fit == "fill":
        filling = _scaled(stream, shown.facts, _covering(frame.width, frame.height), EXACT)
        return tagged(_cropped(filling, shown, frame))
    if shown.fit == "blur" and not _covers(shown.facts, frame):
        behind, before = _forked(stream)
        behind = _softened(behind, shown.facts, frame)
        before = _scaled(before, shown.facts, _inside(frame), EXACT)
        corner = {"x": "(W-w)/2", "y": "(H-h)/2"}
        return tagged(behind.overlay(before, format="yuv420", **corner))
    whole = _scaled(stream, shown.facts, _inside(frame), EXACT)
    return tagged(whole.filter("pad", frame.width, frame.height, "(ow-iw)/2", "(oh-ih)/2", "black"))


def _inside(frame: Frame) -> tuple[str, str]:
    """Width and height of the whole picture within the frame."""
    width, height = frame.width, frame.height
    wide = f"max(2,2*round(min({width},{height}*dar)/2))"
    return wide, f"max(2,2*round(min({height},{width}/dar)/2))"


def _covering(width: int, height: int) -> tuple[str, str]:
    """Width and height of the picture filling the frame, its edges beyond it."""
    # a hundredth keeps the rounding of dar from adding a column
    wide = f"max({width},2*ceil({height}*dar/2-0.01))"
    return wide, f"max({height},2*ceil({width}/dar/2-0.01))"


def _scaled(stream: Any, facts: ClipFacts, size: tuple[str, str], flags: str) -> Any:
    stream = stream.filter(
        "scale",
        w=size[0],
        h=size[1],
        flags=flags,
        in_color_matrix=scale_matrix(facts),
        in_range=scale_range(facts),
        out_color_matrix="bt709",
        out_range="tv",
    )
    return stream.filter("format", "yuv420p").filter("setsar", 1)


def _covers(facts: ClipFacts, frame: Frame) -> bool:
    """Whether the whole picture leaves nothing of the frame free."""
    width, height = facts.shown_size
    inside = (frame.height * width / height, frame.width * height / width)
    return inside[0] > frame.width - 1 and inside[1] > frame.height - 1


def _cropped(stream: Any, shown: Shown, frame: Frame) -> Any:
    """The frame's part of a picture that fills it: around the focus, as far as there is picture.

    Only the side that is cut off is told of it, so that it changes no other segment.
    """
    width, height = shown.facts.shown_size
    along = "x" if width * frame.height > height * frame.width else "y"
    focus = shown.focus["xy".index(along)]
    if focus == _MIDDLE or _covers(shown.facts, frame):
        return stream.filter("crop", frame.width, frame.height)
    side = "w" if along == "x" else "h"
    begin = f"clip(i{side}*{spelled(focus / 100)}-o{side}/2,0,i{side}-o{side})"
    return stream.filter("crop", frame.width, frame.height, **{along: begin})


_SMALLER = 8  # a soft picture is as soft from an eighth of its size, and much cheaper
_SOFT = 20  # the small frame's longer side is so many radii of its blur
_DARKER = "(val-{black})/2+{black}"
_BLACK = {"y": 16, "u": 128, "v": 128}


def _softened(stream: Any, facts: ClipFacts, frame: Frame) -> Any:
    """A blurred enlargement filling the frame, half as bright.

    Whole numbers only (no ``gblur``): the same bytes on any processor.
    """
    width, height = (max(8, 2 * round(side / _SMALLER / 2)) for side in (frame.width, frame.height))
    stream = _scaled(stream, facts, _covering(width, height), "area+accurate_rnd+bitexact")
    stream = stream.filter("crop", width, height)
    radius = max(1, min(max(width, height) // _SOFT, min(width, height) // 4 - 1))
    stream = stream.filter("boxblur", luma_radius=radius, luma_power=3,
                           chroma_radius=max(1, radius // 2), chroma_power=3)  # fmt: skip
    dark = {plane: _DARKER.format(black=value) for plane, value in _BLACK.items()}
    stream = stream.filter("lutyuv", **dark)
    stream = stream.filter("scale", w=frame.width, h=frame.height, flags=EXACT)
    return stream.filter("setsar", 1)


def _forked(stream: Any) -> tuple[Any, Any]:
    forks = stream.filter_multi_output("split")
    return forks[0], forks[1]


def tagged(stream: Any) -> Any:
    """Say that it is BT.709 in studio range."""
    return stream.filter(
        "setparams", colorspace="bt709", color_primaries="bt709", color_trc="bt709", range="tv"
    )


def spelled(number: Fraction) -> str:
    """A number as ffmpeg's options take it, exactly."""
    return f"{number.numerator}/{number.denominator}"
