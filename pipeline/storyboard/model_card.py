"""What an author may write of a card: its words, and how they look."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.storyboard.framing import PATTERN, parse_point
from pipeline.storyboard.written import Name, Written, worded


def _as_align(value: object) -> object:
    if isinstance(value, str):
        parse_point(value)  # its ValueError is the sentence the author reads
        return " ".join(value.split())
    raise ValueError("words are aligned left, right, top, bottom, centre, or two: top left")


Align = Annotated[
    str,
    BeforeValidator(
        _as_align,
        json_schema_input_type=Annotated[
            str, Field(pattern=PATTERN, json_schema_extra=worded("centre, left or bottom left"))
        ],
    ),
]
CardText = Annotated[str, Field(min_length=1, max_length=2000)]


class Lettered(Written):
    """How a card looks; said once for all cards, or on one of them."""

    font: Name | None = Field(
        default=None,
        description="Of a card: a font file of your own, a path beside this board; Noto Sans "
        "otherwise.",
        examples=["fonts/mine.ttf"],
    )
    colour: Name | None = Field(
        default=None,
        description='Of a card\'s words: a name, or "#ffd27f" in quotes.',
        examples=["white", "gold", "#ffd27f"],
    )
    background: Name | None = Field(
        default=None,
        description="Of a card: a colour, or a picture written as first_frame is.",
        examples=["black", "navy", "refs/sky.png", "sh010.last"],
    )
    align: Align | None = Field(
        default=None,
        description="Where a card's words stand: centre, left, bottom, bottom left.",
        examples=["centre", "left", "bottom left"],
    )
