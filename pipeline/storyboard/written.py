"""What all parts of the storyboard language are made of: a mapping, and a length of time."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from pipeline.timing import parse_length

_LENGTH_PATTERN = (  # as timing.parse_length reads it, for editors
    r"^\s*([0-9]{1,6}(\.[0-9]{1,6})?\s*s?|[0-9]{1,7}\s*f|[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]:[0-9]{2})\s*$"
)


ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"


def worded(words: str) -> dict[str, JsonValue]:
    """What an editor says of a text that does not fit a pattern, instead of the pattern."""
    return {"patternErrorMessage": f"This is written as {words}."}


def _as_length(value: object) -> str:
    if isinstance(value, (str, int, float)):
        parse_length(value)  # its ValueError is the sentence the author reads
        return str(value).strip()
    raise ValueError("a length is written 5s, 4.5s, 120f (frames) or 00:00:05:00")


LengthText = Annotated[
    str,
    BeforeValidator(
        _as_length,
        json_schema_input_type=Annotated[
            str,
            Field(pattern=_LENGTH_PATTERN, json_schema_extra=worded("5s, 4.5s or 120f (frames)")),
        ]
        | int
        | float,
    ),
]

Identifier = Annotated[
    str,
    Field(pattern=ID_PATTERN, json_schema_extra=worded("a letter, then letters, digits, - or _")),
]
Resolution = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]{1,3}p$",
        examples=["720p", "1080p"],
        json_schema_extra=worded("720p or 1080p"),
    ),
]
_RATIO_PART = r"[1-9][0-9]?(\.[0-9]{1,2})?"
Aspect = Annotated[
    str,
    Field(
        pattern=f"^{_RATIO_PART}:{_RATIO_PART}$",
        examples=["16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "2.39:1"],
        json_schema_extra=worded("16:9, 9:16 or 2.39:1"),
    ),
]
Name = Annotated[str, Field(min_length=1)]
"""Of a model, route, file or frame: whether it exists is for the rules to say."""


class Written(BaseModel):
    """A mapping in the file; a key that is not listed is a fault, never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
