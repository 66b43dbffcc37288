"""A card, resolved: the words of a title or an end card, and what they are drawn on and with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pipeline.ids import Digest
from pipeline.models.catalog import CARD, models
from pipeline.storyboard.colours import is_light, parse_colour
from pipeline.storyboard.lengths import clip_seconds
from pipeline.storyboard.model import ShotEntry, Storyboard, said
from pipeline.storyboard.shot import CameraWords, CardWords, FontFile, Shot, Source

BLACK, WHITE = "#000000", "#ffffff"


class KnownFont(Protocol):
    """A font of the author's own that was looked at."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def digest(self) -> Digest:
        """The digest of its bytes."""
        ...


def background_picture(board: Storyboard, entry: ShotEntry) -> str | None:
    """The picture a card is drawn on, as written; none where it is a colour.

    What is both a reference's name and a colour's is the reference.
    """
    written: str | None = said(board, entry, "background")
    if written is None or (written not in board.references and parse_colour(written)):
        return None
    return written


def as_card(
    shot: Shot,
    board: Storyboard,
    entry: ShotEntry,
    font: KnownFont | None,
    pictures: Collection[Source],
    rate: Fraction,
) -> Shot:
    """``shot`` as a card; ``pictures`` are its background's, ``rate`` the film's."""
    ground = None if pictures else parse_colour(said(board, entry, "background", "black"))
    usual = BLACK if ground and is_light(ground) else WHITE
    written = said(board, entry, "colour")
    words = CardWords(
        text=tidy(entry.text or ""),
        colour=parse_colour(written) or usual if written else usual,
        background=ground or BLACK,
        align=said(board, entry, "align", "centre"),
        font=FontFile(font.path, font.digest) if font else None,
    )
    needed = clip_seconds(board, entry, shot.wanted, rate)
    return replace(
        shot,
        model=CARD,
        card=words,
        prompt=(),
        words=" ".join(words.text.split()),
        camera=CameraWords(),
        look="",
        references=tuple(pictures)[:1],
        asked=models()[CARD].durations.round_up(needed),
    )


def tidy(text: str) -> str:
    """A card's words without blanks at the ends of lines, nor empty lines around them."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).strip("\n")
