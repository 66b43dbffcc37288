"""Where and when a shot without a picture plays, read from its words, and in what colours. Pure."""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass

from pipeline.makers.animatic.planes import Colour

_SETTINGS = {
    "sea": "sea ocean wave waves beach harbour harbor boat ship shore coast lake river island",
    "city": "city street streets building tower skyline roof rooftop alley neon market crowd town",
    "space": "space orbit galaxy galaxies nebula planet planets cosmos starfield universe",
    "forest": "forest tree trees wood woods woodland jungle pines birch undergrowth",
    "room": "room kitchen interior desk table café cafe coffee house bedroom office studio window "
    "corridor hall counter library indoors bar",
    "hills": "hill hills mountain mountains desert dune dunes field fields valley ridge prairie",
}
_TIMES = {
    "dawn": "dawn sunrise morning daybreak",
    "dusk": "dusk sunset evening golden twilight",
    "night": "night midnight moon moonlit moonlight dark darkness stars starry neon",
    "grey": "rain rainy storm stormy fog foggy mist misty snow overcast grey gray bleak winter",
    "day": "day noon midday afternoon sun sunny sunlight bright",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours from the sky down to what is nearest; ``light`` is of the sun or moon."""

    high: Colour
    low: Colour
    light: Colour
    far: Colour
    middle: Colour
    near: Colour


_PALETTES = {
    "dawn": Palette((62, 84, 138), (252, 200, 164), (255, 236, 206),
                    (158, 140, 168), (94, 88, 124), (36, 37, 60)),
    "day": Palette((74, 138, 206), (216, 234, 240), (255, 252, 240),
                   (138, 170, 190), (82, 118, 124), (34, 56, 62)),
    "dusk": Palette((40, 38, 90), (246, 142, 96), (255, 214, 150),
                    (128, 80, 112), (70, 48, 88), (27, 21, 44)),
    "night": Palette((9, 14, 36), (48, 68, 118), (230, 236, 252),
                     (37, 50, 90), (22, 31, 60), (9, 13, 28)),
    "grey": Palette((112, 126, 140), (202, 210, 213), (232, 235, 236),
                    (146, 156, 162), (94, 105, 112), (43, 50, 55)),
}  # fmt: skip


def setting_of(words: str, scene: str) -> str:
    """One of ``sea city space forest room hills``: named in the words, else the scene's own."""
    return _named(_SETTINGS, words) or _chance(scene).choice(["hills", "sea", "city", "forest"])


def palette_of(words: str, look: str, scene: str, setting: str) -> Palette:
    """Colours of the time of day named in the prompt or look, else the scene's own."""
    chance = _chance(scene)
    likely = ["night"] if setting == "space" else ["dawn", "day", "dusk"]
    time = _named(_TIMES, words) or _named(_TIMES, look) or chance.choice(likely)
    return _varied(_PALETTES[time], chance)


def _named(groups: dict[str, str], words: str) -> str | None:
    """The group most of whose words are said; the first of equals; ``None`` if none is."""
    said = re.findall(r"\w+", words.lower())
    counts = {name: sum(said.count(word) for word in set(group.split()))
              for name, group in groups.items()}  # fmt: skip
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


def _chance(scene: str) -> random.Random:
    """Chance that falls the same for all shots of a scene."""
    return random.Random(zlib.crc32(scene.encode("utf-8", "replace")))  # noqa: S311 - a drawing


def _varied(palette: Palette, chance: random.Random) -> Palette:
    shift = [chance.uniform(0.93, 1.07) for _ in range(3)]
    parts = (palette.high, palette.low, palette.light, palette.far, palette.middle, palette.near)
    return Palette(*(_scaled(part, shift) for part in parts))


def _scaled(colour: Colour, shift: list[float]) -> Colour:
    red, green, blue = (min(255, round(part * by)) for part, by in zip(colour, shift, strict=True))
    return (red, green, blue)


def between(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` (0 to 1) of the way from one colour to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)
