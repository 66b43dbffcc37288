"""Moments of the film by the shots they belong to, so that they stay there when shots are re-timed.

``sh010`` is where that shot begins in the film, ``sh010.end`` where it ends; ``sh010+1s`` and
``sh010.end-12f`` lie beside them; a plain length is counted from the film's beginning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.ids import ShotId
from pipeline.timing import Length, parse_length

_EDGE = re.compile(r"(?P<shot>[A-Za-z][A-Za-z0-9_-]*)(?:\.(?P<edge>start|end))?")
_FORMS = "a moment is written sh010, sh010+1s, sh010-12f, sh010.end-1s or 4s (from the beginning)"
_LENGTH = (
    r"([0-9]{1,6}(\.[0-9]{1,6})?\s*s?|[0-9]{1,7}\s*f|[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]:[0-9]{2})"
)
PATTERN = rf"^\s*({_LENGTH}|[A-Za-z][A-Za-z0-9_-]*(\.(start|end))?\s*([+-]\s*{_LENGTH})?)\s*$"
"""The same for editors."""

Spans = Mapping[ShotId, tuple[int, int]]
"""By shot, the film frame it begins on and the one behind its last."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment: ``offset`` seconds and frames from an edge of a shot, or from the beginning."""

    shot: ShotId | None = None
    edge: Literal["start", "end"] = "start"
    offset: Length = Length()  # noqa: RUF009 - frozen
    sign: Literal[1, -1] = 1

    def at(self, spans: Spans, rate: Fraction) -> Fraction:
        """When it is, in exact seconds of film; never before the film begins."""
        begin = 0
        if self.shot is not None:
            start, end = spans[self.shot]
            begin = end if self.edge == "end" else start
        return max(Fraction(0), begin / rate + self.sign * self.offset.at(rate))


def parse_anchor(text: str | float, shots: frozenset[str] = frozenset()) -> Anchor:
    """Read a moment.

    Args:
        text: as written.
        shots: the shots there are, because an id may itself hold a hyphen and a length: ``a-1``
            is the shot of that name if there is one, else a second before ``a``.

    Raises:
        ValueError: it is none.
    """
    written = str(text).strip()
    if isinstance(text, bool) or not written:
        raise ValueError(_FORMS)
    if written[0].isdigit():
        return Anchor(offset=_length(written))
    if (edge := _EDGE.fullmatch(written)) and (edge["shot"] in shots or _split(written) is None):
        return _anchored(edge)
    split = _split(written)
    edge = _EDGE.fullmatch(written[:split].rstrip()) if split is not None else None
    if split is None or edge is None:
        raise ValueError(_FORMS)
    sign: Literal[1, -1] = 1 if written[split] == "+" else -1
    return _anchored(edge, _length(written[split + 1 :]), sign)


def _anchored(
    edge: re.Match[str], offset: Length | None = None, sign: Literal[1, -1] = 1
) -> Anchor:
    kind: Literal["start", "end"] = "end" if edge["edge"] == "end" else "start"
    return Anchor(ShotId(edge["shot"]), kind, offset or Length(), sign)


def _split(written: str) -> int | None:
    """Where the sign of an offset stands: the last + or - with a length behind it."""
    place = max(written.rfind("+"), written.rfind("-"))
    if place < 0:
        return None
    try:
        parse_length(written[place + 1 :].strip())
    except ValueError:
        return None
    return place


def _length(text: str) -> Length:
    try:
        return parse_length(text.strip())
    except ValueError:
        raise ValueError(_FORMS) from None
