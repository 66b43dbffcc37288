"""What an author may write of a place in the frame: ``[30, 50]`` or ``top right``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.storyboard.framing import PATTERN, parse_point
from pipeline.storyboard.written import worded


def _as_focus(value: object) -> object:
    if not isinstance(value, str | list | tuple):
        raise ValueError("a place in the frame is two numbers in percent, or words: top left")
    parse_point(value)  # its ValueError is the sentence the author reads
    return " ".join(value.split()) if isinstance(value, str) else tuple(value)


_Percent = Annotated[float, Field(ge=0, le=100)]

Focus = Annotated[
    str | tuple[float, float],
    BeforeValidator(
        _as_focus,
        json_schema_input_type=Annotated[
            str, Field(pattern=PATTERN, json_schema_extra=worded("left, top right or [30, 50]"))
        ]
        | Annotated[list[_Percent], Field(min_length=2, max_length=2)],
    ),
]
