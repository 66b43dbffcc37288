"""The look's words as a gentle tint: a colour matrix for the pictures. Pure but for the picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_GREY = (0.2126, 0.7152, 0.0722)
Gains = tuple[float, float, float, float, float]
"""Red, green, blue gains, saturation, contrast; 1 changes nothing."""

# The first words found in each group count; groups add up.
_COLOURS: dict[str, Gains] = {
    "sepia": (1.12, 1.0, 0.78, 0.25, 0.98),
    "golden": (1.09, 1.01, 0.84, 1.08, 1.0),
    "amber": (1.11, 0.99, 0.80, 1.02, 1.0),
    "sunset": (1.12, 0.97, 0.86, 1.10, 1.0),
    "orange": (1.10, 0.99, 0.84, 1.05, 1.0),
    "warm": (1.06, 1.0, 0.89, 1.02, 1.0),
    "candlelit": (1.12, 0.96, 0.76, 1.0, 0.98),
    "moonlit": (0.84, 0.95, 1.14, 0.72, 1.0),
    "teal": (0.90, 1.03, 1.05, 0.95, 1.03),
    "neon": (1.06, 0.92, 1.12, 1.32, 1.08),
    "cyan": (0.88, 1.03, 1.07, 1.0, 1.0),
    "blue": (0.88, 0.97, 1.12, 0.95, 1.0),
    "cold": (0.91, 0.99, 1.09, 0.86, 1.0),
    "cool": (0.94, 1.0, 1.06, 0.94, 1.0),
    "icy": (0.90, 1.0, 1.10, 0.75, 1.0),
    "green": (0.93, 1.07, 0.91, 0.96, 1.0),
    "pink": (1.08, 0.94, 1.03, 1.0, 1.0),
    "rose": (1.08, 0.94, 1.0, 1.0, 1.0),
    "purple": (1.03, 0.90, 1.10, 1.0, 1.0),
    "red": (1.12, 0.93, 0.92, 1.0, 1.0),
}
_STRENGTHS: dict[str, Gains] = {
    "black and white": (1, 1, 1, 0.0, 1.10),
    "black-and-white": (1, 1, 1, 0.0, 1.10),
    "monochrome": (1, 1, 1, 0.0, 1.08),
    "noir": (1, 1, 1, 0.0, 1.22),
    "desaturated": (1, 1, 1, 0.55, 1.0),
    "bleak": (0.98, 1.0, 1.03, 0.6, 1.0),
    "muted": (1, 1, 1, 0.66, 0.96),
    "faded": (1, 1, 1, 0.7, 0.88),
    "pastel": (1.03, 1.03, 1.03, 0.75, 0.88),
    "vivid": (1, 1, 1, 1.3, 1.05),
    "saturated": (1, 1, 1, 1.3, 1.02),
    "vibrant": (1, 1, 1, 1.25, 1.04),
    "high-contrast": (1, 1, 1, 1.0, 1.2),
    "high contrast": (1, 1, 1, 1.0, 1.2),
}


def gains_of(look: str) -> Gains:
    """What the words of a look ask for; all ones where they name nothing known."""
    words = look.lower()
    red, green, blue, saturation, contrast = 1.0, 1.0, 1.0, 1.0, 1.0
    for group in (_COLOURS, _STRENGTHS):
        for word, gains in group.items():
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words):
                red, green, blue = red * gains[0], green * gains[1], blue * gains[2]
                saturation, contrast = saturation * gains[3], contrast * gains[4]
                break
    return (red, green, blue, saturation, contrast)


def tinted(picture: Image.Image, gains: Gains) -> Image.Image:
    """An RGB picture in the tint; the same object where there is none."""
    if gains == (1.0, 1.0, 1.0, 1.0, 1.0):
        return picture
    return picture.convert("RGB", _matrix(gains))


def _matrix(gains: Gains) -> tuple[float, ...]:
    """Rows for red, green, blue: saturation about the grey, then gains, then contrast about it."""
    *channels, saturation, contrast = gains
    rows: list[float] = []
    for row, gain in enumerate(channels):
        rows += [
            gain * contrast * (grey * (1 - saturation) + saturation * (row == column))
            for column, grey in enumerate(_GREY)
        ]
        rows.append(112.0 * (1 - contrast))
    return tuple(rows)
