"""Which font draws a character: the shipped one, else one that lies on this machine.

And what an author's own font file is.
"""

from __future__ import annotations

import functools
import struct
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.ids import Digest

_REGULAR = Path(__file__).parent / "fonts" / "NotoSans-Regular.ttf"
_BOLD = _REGULAR.with_name("NotoSans-Bold.ttf")
_FOLDERS = {
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
_OTHER_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts",
)  # fmt: skip
_KINDS = {".ttf", ".otf", ".ttc", ".otc"}
# Words in a font's file name that promise a script, by the first word of a character's name.
_PROMISES = {
    "CJK": ("cjk", "han", "hei", "ming", "song", "gothic", "wqy", "fang", "fallback", "unifont"),
    "HIRAGANA": ("cjk", "jp", "gothic", "mincho", "hiragino", "fallback", "unifont"),
    "KATAKANA": ("cjk", "jp", "gothic", "mincho", "hiragino", "fallback", "unifont"),
    "HANGUL": ("cjk", "kr", "nanum", "malgun", "gothic", "fallback", "unifont"),
    "ARABIC": ("sansarabic", "naskh", "arabic", "dejavusans"),
}
_SYMBOLS = ("emoji", "symbols2", "symbols", "dejavusans", "symbola", "seguisym")
_MOST_FONTS = 3000  # opened at most, on a machine that has a great many


def shipped(*, bold: bool) -> Path:
    """The font that comes with storyreel: Noto Sans, for Latin, Greek and Cyrillic."""
    return _BOLD if bold else _REGULAR


@dataclass(frozen=True, slots=True)
class FontFacts:
    """A font file: the code points it has outlines for, and the digest of its bytes."""

    characters: frozenset[int]
    digest: Digest


def look_at_font(path: Path) -> FontFacts:
    """See that a file is a font that can be drawn with, and what is in it.

    Raises:
        MediaError: it is none, or it is damaged.
    """
    from PIL import ImageFont

    try:
        found = characters(path)
        ImageFont.truetype(str(path), 20).getlength("Ag")
    except (OSError, ValueError) as error:
        raise MediaError(path, "it is no font that can be opened", hint=_CONVERT) from error
    if not found:
        raise MediaError(path, "it is no font with outlines", hint=_CONVERT)
    return FontFacts(found, digest_of_file(path))


_CONVERT = "Use a .ttf or .otf file."


@functools.cache
def font_for(character: str, *, bold: bool = False) -> Path | None:
    """A font file that has the character, ``None`` where no font here has it."""
    if ord(character) in characters(shipped(bold=bold)):
        return shipped(bold=bold)
    return _found(character)


@functools.cache
def _found(character: str) -> Path | None:
    code = ord(character)
    return next((path for path in _by_promise(character) if code in characters(path)), None)


def _by_promise(character: str) -> list[Path]:
    """The machine's fonts, those whose names promise the character's script first."""
    script = unicodedata.name(character, "?").split()[0].split("-")[0]
    known = _SYMBOLS if unicodedata.category(character).startswith("S") else (script.lower(),)
    words = _PROMISES.get(script, known)

    def rank(path: Path) -> tuple[int, bool, bool, bool, str]:
        name = path.stem.lower().replace("-", "").replace("_", "")
        place = next((n for n, word in enumerate(words) if word in name), len(words))
        # upright, plain and without serifs reads best; coloured outlines are not ours to draw
        return (place, "color" in name, "sans" not in name, "regular" not in name, str(path))

    return sorted(_here(), key=rank)


@functools.cache
def _here() -> tuple[Path, ...]:
    folders = _FOLDERS.get(sys.platform, _OTHER_FOLDERS)
    found: list[Path] = []
    for folder in folders:
        place = Path(folder).expanduser()
        found += (path for path in place.rglob("*") if path.suffix.lower() in _KINDS)
    return tuple(sorted(found)[:_MOST_FONTS])


@functools.cache
def characters(path: Path) -> frozenset[int]:
    """The code points a font file has outlines for; none if it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            if not {"glyf", "CFF ", "CFF2"} & set(font.keys()):
                return frozenset()  # bitmaps only
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError, ValueError, KeyError, AssertionError, TypeError, IndexError,
            EOFError, OverflowError, AttributeError, struct.error):  # fmt: skip
        return frozenset()  # fontTools says of a damaged table what Python happens to say
