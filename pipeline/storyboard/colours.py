"""Colours by name or as ``#1b2a41``: how they are written."""

from __future__ import annotations

import re

COLOURS = {
    "black": "#000000", "white": "#ffffff", "grey": "#808080", "gray": "#808080",
    "silver": "#c0c0c0", "charcoal": "#262626", "cream": "#fff6e0", "ivory": "#fffff0",
    "beige": "#f5f5dc", "brown": "#a52a2a", "maroon": "#800000", "red": "#ff0000",
    "orange": "#ffa500", "gold": "#ffd700", "yellow": "#ffff00", "olive": "#808000",
    "lime": "#00ff00", "green": "#008000", "teal": "#008080", "cyan": "#00ffff",
    "blue": "#0000ff", "navy": "#000080", "indigo": "#4b0082", "purple": "#800080",
    "violet": "#ee82ee", "magenta": "#ff00ff", "pink": "#ffc0cb",
}  # fmt: skip
"""Mostly CSS's names (CSS Color 4, 6.1): those that a title can be wanted in."""

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)


def parse_colour(written: str) -> str | None:
    """A colour as ``#rrggbb``; nothing if it is none."""
    word = written.strip().lower()
    match = _HEX.fullmatch(word)
    if match is None:
        return COLOURS.get(word)
    digits = match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1])
    return f"#{digits}"


def is_light(colour: str) -> bool:
    """Whether black is read better on it than white; ``colour`` is ``#rrggbb``."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 140
