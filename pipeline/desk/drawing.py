"""What a desk's clips look like: a flat ground with a number, and a block that comes in. Pure.

Nothing moves in the first frame, so a clip that starts on a picture shows exactly that picture.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pipeline.files import digest_of_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

RATE = 24
"""Frames a second. [doc-3p: a pass-through of the same model says 24]"""

SOUND_RATE = 48_000
_SHORT = {"720p": 720, "1080p": 1080}
_COLOUR = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
           "-color_range", "tv")  # fmt: skip
_SCALE = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a clip's bytes.

    ``pictures`` are bytes of the pictures given: one is the first frame, unless it is sent
    ``as_references``; more are references. ``aspect`` counts without a first frame. ``small`` is
    the short side in place of the resolution's.
    """

    prompt: str
    seed: int
    seconds: int
    resolution: str
    aspect: str
    pictures: tuple[bytes, ...] = ()
    small: int | None = None
    rate: int = RATE
    silent: bool = False
    as_references: bool = field(default=False, repr=False)

    @property
    def digest(self) -> str:
        """What tells this clip from every other."""
        seen = [digest_of_bytes(one) for one in self.pictures]
        told = repr(replace(self, pictures=())) + repr(seen)
        alone = "|as a reference" if self.as_references else ""
        return hashlib.sha256((told + alone).encode()).hexdigest()

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.seconds * self.rate


def size_of(recipe: Recipe, first: Image | None) -> tuple[int, int]:
    """Width and height, both even: the resolution is the short side [guess: as upstream's 720P].

    With a first frame the picture's own shape counts [doc: "adopts the image's aspect ratio"].
    """
    if first:
        aspect = Fraction(*first.size)
    else:
        wide, _, high = recipe.aspect.partition(":")
        aspect = Fraction(int(wide), int(high))
    short = recipe.small or _SHORT[recipe.resolution]
    sides = (short * aspect, Fraction(short)) if aspect >= 1 else (Fraction(short), short / aspect)
    return max(2, 2 * round(sides[0] / 2)), max(2, 2 * round(sides[1] / 2))


def opened(data: bytes) -> Image:
    """A picture as a vendor reads it: turned as its EXIF says, without transparency [guess].

    Raises:
        ValueError: it is none.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as raw:
            return ImageOps.exif_transpose(raw).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("no picture that can be opened") from error


def ground(recipe: Recipe) -> bytes:
    """The first frame as PNG: the picture given, or a coloured field with a number on it.

    References stand along the bottom in the order they were sent.
    """
    from PIL import Image

    pictures = [opened(one) for one in recipe.pictures]
    first = pictures[0] if len(pictures) == 1 and not recipe.as_references else None
    size = size_of(recipe, first)
    if first:
        page = first if first.size == size else first.resize(size, Image.Resampling.LANCZOS)
    else:
        page = _field(recipe, size)
        _set_tiles(page, pictures)
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _field(recipe: Recipe, size: tuple[int, int]) -> Image:
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", size, _colour(recipe.digest, 0))
    font = ImageFont.load_default(min(size) * 0.5)
    place = (size[0] / 2, size[1] * 0.42)
    ImageDraw.Draw(page).text(place, str(number_of(recipe)), "white", font, anchor="mm")
    return page


def _set_tiles(page: Image, pictures: list[Image]) -> None:
    side = max(2, min(page.width // 9, page.height // 4))
    for index, picture in enumerate(pictures):
        page.paste(picture.resize((side, side)), (index * side, page.height - side))


def number_of(recipe: Recipe) -> int:
    """The number a clip made from words shows, 0 to 99."""
    return int(recipe.digest[:8], 16) % 100


def _colour(digest: str, which: int) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(digest[8 + 6 * which : 14 + 6 * which])
    return 40 + red // 2, 40 + green // 2, 40 + blue // 2


def arguments(recipe: Recipe, size: tuple[int, int], picture: str, target: str) -> list[str]:
    """Encode ``picture`` and the block that comes in over it, with a tone, to ``target``."""
    width, height = size
    block = max(2, min(size) // 8 * 2)
    colour = "0x{:02x}{:02x}{:02x}".format(*_colour(recipe.digest, 1))
    top = int(recipe.digest[-4:], 16) * max(1, height - block) // 65536 // 2 * 2
    last = max(1, recipe.frames - 1)
    across = f"trunc(({width // 2}+{block})*round(t*{recipe.rate})/{last}/2)*2-{block}"
    graph = (
        f"[0:v]scale={_SCALE}:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1,"
        f"loop=loop=-1:size=1:start=0,setpts=N/{recipe.rate}/TB[ground];"
        f"[1:v]format=yuv420p[block];"
        f"[ground][block]overlay=x='{across}':y={top}:eval=frame:format=yuv420,"
        f"setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv[v]"
    )
    sound = [] if recipe.silent else _sound(recipe)
    inputs = ["-framerate", str(recipe.rate), "-i", picture, "-f", "lavfi", "-i",
              f"color=c={colour}:s={block}x{block}:r={recipe.rate}"]  # fmt: skip
    return [
        *inputs, *sound[:4], "-filter_complex", graph, "-map", "[v]", *sound[4:],
        "-frames:v", str(recipe.frames), *_picture_settings(recipe),
        "-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart",
        "-f", "mp4", target,
    ]  # fmt: skip


def _sound(recipe: Recipe) -> list[str]:
    tone = 220 + int(recipe.digest[:4], 16) % 440
    source = f"sine=frequency={tone}:sample_rate={SOUND_RATE}:duration={recipe.seconds}"
    return ["-f", "lavfi", "-i", source, "-map", "2:a", "-c:a", "aac", "-b:a", "64k", "-ac", "2",
            "-flags:a", "+bitexact"]  # fmt: skip


def _picture_settings(recipe: Recipe) -> list[str]:
    """The ends are coded finely: the next shot may start from the last, and checks the first."""
    end = recipe.frames - 1
    x264 = f"threads=2:lookahead-threads=1:cpu-independent=1:zones=0,0,q=3/{end},{end},q=3"
    return ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
            "-g", str(2 * recipe.rate), "-x264-params", x264, "-flags:v", "+bitexact",
            *_COLOUR]  # fmt: skip
