"""Which colours the numbers in a clip mean: ffmpeg's words, and the rule where it says nothing."""

from __future__ import annotations

from pipeline.media.facts import ClipFacts

HD_LINES = 720

# Code points of ITU-T H.273 (tables 2 to 4), with the words ffmpeg has for them.
_MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
    9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc",
    13: "chroma-derived-c", 14: "ictcp", 15: "ipt-c2", 16: "ycgco-re", 17: "ycgco-ro",
}  # fmt: skip
_PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film",
    9: "bt2020", 10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
_TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    9: "log100", 10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1",
    14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_RANGES = {1: "tv", 2: "pc"}

# What ffmpeg's scale filter can read, by its own words, 5.1 to 9.0.
_SCALE_WORDS = {
    "bt709": "bt709", "fcc": "fcc", "bt470bg": "bt470", "smpte170m": "smpte170m",
    "smpte240m": "smpte240m", "bt2020nc": "bt2020",
}  # fmt: skip
_HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}


def matrix_word(code: int) -> str | None:
    """What ffmpeg calls a matrix; ``None`` where the clip does not say."""
    return _MATRICES.get(code)


def primaries_word(code: int) -> str | None:
    """What ffmpeg calls primaries; ``None`` where the clip does not say."""
    return _PRIMARIES.get(code)


def transfer_word(code: int) -> str | None:
    """What ffmpeg calls a transfer; ``None`` where the clip does not say."""
    return _TRANSFERS.get(code)


def range_word(code: int) -> str | None:
    """``tv`` or ``pc``; ``None`` where the clip does not say."""
    return _RANGES.get(code)


def scale_matrix(facts: ClipFacts) -> str:
    """The matrix to read a clip with, as the ``scale`` filter's ``in_color_matrix`` spells it.

    A clip that does not say is read as BT.709 from 720 lines on, as BT.601 below: ffmpeg itself
    would read every one of them as BT.601.

    Raises:
        ValueError: its matrix is one that filter cannot read.
    """
    if facts.matrix is None:
        return "bt709" if facts.height >= HD_LINES else "smpte170m"
    if facts.matrix == "gbr":
        return "auto"
    if facts.matrix not in _SCALE_WORDS:
        raise ValueError(f"its colours are written as {facts.matrix}, which cannot be read here")
    return _SCALE_WORDS[facts.matrix]


def scale_range(facts: ClipFacts) -> str:
    """``tv`` or ``pc``: the range to read a clip with; studio range where it does not say."""
    if facts.range is not None:
        return facts.range
    full = facts.pixels.startswith(("yuvj", "rgb", "bgr", "gbr"))
    return "pc" if full else "tv"


def hdr_word(facts: ClipFacts) -> str | None:
    """``PQ`` or ``HLG`` where a clip is HDR."""
    return _HDR.get(facts.transfer or "")


def colour_note(facts: ClipFacts) -> str | None:
    """What to tell about a clip whose colours an 8-bit picture without tags cannot say."""
    if hdr := hdr_word(facts):
        return (
            f"It is HDR ({hdr}); its code values are handed on as they are, "
            "without tone mapping, and will look flat elsewhere."
        )
    if facts.primaries == "bt2020":
        return "It has BT.2020 primaries; its code values are handed on without gamut mapping."
    return None
