"""What an author may write of the film's sound, a sentence on every field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from pipeline.storyboard.anchors import PATTERN as ANCHOR_PATTERN
from pipeline.storyboard.anchors import parse_anchor
from pipeline.storyboard.levels import (
    LEVEL_PATTERN,
    LOUDNESS_PATTERN,
    PRESETS,
    parse_level,
    parse_loudness,
)
from pipeline.storyboard.written import LengthText, Written, worded

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FILE = Annotated[str, Field(min_length=1)]
VOICE_PATTERN = r"^(none|espeak-ng( [a-z]{2,3}(-[a-z0-9]{1,8}){0,2})?)$"


def _as_anchor(value: object) -> str:
    if not isinstance(value, (str, int, float)):
        raise ValueError("a moment is written sh010, sh010+1s, sh010.end-12f or 4s")
    parse_anchor(value)
    return str(value).strip()


def _as_duck(value: object) -> object:
    if isinstance(value, bool):
        return "voice" if value else "never"
    if value not in ("voice", "all"):
        raise ValueError("music ducks under the voice (true or voice), under all, or not: false")
    return value


def _as_voice(value: object) -> object:
    if not (isinstance(value, str) and re.match(VOICE_PATTERN, value)):
        raise ValueError("a voice is written espeak-ng, espeak-ng de (a language) or none")
    return value


def _as_pieces(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


def _as_level(value: object) -> str:
    parse_level(value if isinstance(value, str) else "")
    return str(value).strip()


def _as_loudness(value: object) -> str:
    parse_loudness(value if isinstance(value, str) else "")
    return str(value).strip()


AnchorText = Annotated[
    str,
    BeforeValidator(
        _as_anchor,
        json_schema_input_type=Annotated[
            str,
            Field(
                pattern=ANCHOR_PATTERN,
                json_schema_extra=worded("sh010, sh010+1s, sh010.end-12f or 4s"),
            ),
        ]
        | int
        | float,
    ),
]
LevelText = Annotated[
    str,
    BeforeValidator(
        _as_level,
        json_schema_input_type=Annotated[
            str, Field(pattern=LEVEL_PATTERN, json_schema_extra=worded("-8dB, 0dB or +3dB"))
        ],
    ),
]
VoiceText = Annotated[
    str,
    BeforeValidator(
        _as_voice,
        json_schema_input_type=Annotated[
            str,
            Field(
                pattern=VOICE_PATTERN, json_schema_extra=worded("espeak-ng, espeak-ng de or none")
            ),
        ],
    ),
]
_LOUDNESS_CHOICES = f"({LOUDNESS_PATTERN})|^({'|'.join(PRESETS)})$"
LoudnessText = Annotated[
    str,
    BeforeValidator(
        _as_loudness,
        json_schema_input_type=Annotated[
            str,
            Field(
                pattern=_LOUDNESS_CHOICES,
                json_schema_extra=worded(f"-16 LUFS, or one of {', '.join(PRESETS)}"),
            ),
        ],
    ),
]


Duck = Annotated[
    Literal["voice", "all", "never"],
    BeforeValidator(_as_duck, json_schema_input_type=Literal["voice", "all", True, False]),
]


class Music(Written):
    """A piece of music under the film."""

    file: _FILE = Field(
        description="The music, a path beside this board: audio/theme.wav.",
        examples=["audio/theme.wav"],
    )
    level: LevelText | None = Field(
        default=None, description="How much louder or quieter: -8dB.", examples=["-8dB"]
    )
    begins: AnchorText | None = Field(
        default=None,
        alias="from",
        description="When it begins: sh010, sh010+1s, sh010.end-12f, or 4s from the film's "
        "beginning. With the film, if nothing is said.",
        examples=["sh010", "sh010+1s"],
    )
    until: AnchorText | None = Field(
        default=None,
        description="When it ends, written as `from` is. With the film or its file, if nothing is "
        "said.",
        examples=["sh050.end"],
    )
    skip: LengthText | None = Field(
        default=None, description="How much of the file's beginning is not heard."
    )
    fade_in: LengthText | None = Field(
        default=None, description="How long it takes to come up to its level: 1s.", examples=["1s"]
    )
    fade_out: LengthText | None = Field(
        default=None, description="How long it takes to go away at its end: 2s.", examples=["2s"]
    )
    loop: bool | None = Field(
        default=None, description="Begin the file again where it ends, until `until`."
    )
    duck: Duck = Field(
        default="never",
        description="Make way, by about 9 dB: under the voice-over (true or voice), or under all "
        "that is heard besides music (all).",
    )


Pieces = Annotated[
    tuple[Music, ...],
    Field(min_length=1),
    BeforeValidator(_as_pieces, json_schema_input_type=Music | tuple[Music, ...]),
]


class VoiceLine(Written):
    """A line spoken over the film."""

    at: AnchorText = Field(
        description="When it begins: sh010+1s, sh010.end-12f, or 4s from the film's beginning.",
        examples=["sh010+1s"],
    )
    text: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        default=None,
        description="What is said; without a file, a scratch voice speaks it.",
        examples=["She had been alone since the thaw."],
    )
    file: _FILE | None = Field(
        default=None,
        description="The recording, a path beside this board: vo/01.wav.",
        examples=["vo/01.wav"],
    )
    level: LevelText | None = Field(
        default=None, description="How much louder or quieter: +3dB.", examples=["+3dB"]
    )


class SoundCue(Written):
    """A sound at a moment of the film."""

    at: AnchorText = Field(
        description="When it begins: sh020+2s, sh020.end-12f, or 4s from the film's beginning.",
        examples=["sh020+2s"],
    )
    file: _FILE = Field(
        description="The sound, a path beside this board: sfx/door.wav.",
        examples=["sfx/door.wav"],
    )
    level: LevelText | None = Field(
        default=None, description="How much louder or quieter: -6dB.", examples=["-6dB"]
    )


class SoundEntry(Written):
    """What is heard besides the shots' own sound, and how loud the film is."""

    music: Pieces = Field(
        default=(), description="Music under the film: one piece, or a list of them."
    )
    voice_over: Annotated[tuple[VoiceLine, ...], Field(min_length=1)] | None = Field(
        default=None, description="Lines spoken over the film, from files or by a scratch voice."
    )
    voice: VoiceText | None = Field(
        default=None,
        description="Who speaks lines without a file: espeak-ng (with a language: espeak-ng de), "
        "a scratch voice; or none.",
        examples=["espeak-ng", "espeak-ng de", "none"],
    )
    cues: Annotated[tuple[SoundCue, ...], Field(min_length=1)] | None = Field(
        default=None, description="Single sounds at moments of the film."
    )
    loudness: LoudnessText | None = Field(
        default=None,
        description="What the whole film is brought to: -16 LUFS, or web (-14), podcast (-16), "
        "ebu-r128 (-23), atsc-a85 (-24), netflix (-27). Left as it is, if nothing is said.",
        examples=["-16 LUFS", "web", "ebu-r128"],
    )
    level_shots: bool | None = Field(
        default=None,
        description="Bring the shots' own sound to one loudness before anything is mixed.",
    )


def files_of_sound(entry: SoundEntry | None) -> tuple[str, ...]:
    """The files it names, as written."""
    if entry is None:
        return ()
    named: list[Music | VoiceLine | SoundCue] = [
        *entry.music,
        *(entry.voice_over or ()),
        *(entry.cues or ()),
    ]
    return tuple(one.file for one in named if one.file is not None)


def as_written(errors: list[ErrorDetails], data: object) -> list[ErrorDetails]:
    """Pydantic's errors, those of a single piece of music where it was written: in no list."""
    sound = data.get("sound") if isinstance(data, dict) else None
    if not (isinstance(sound, dict) and isinstance(sound.get("music"), dict)):
        return errors
    head = ("sound", "music", 0)
    return [
        {**error, "loc": (*head[:2], *error["loc"][3:])} if error["loc"][:3] == head else error
        for error in errors
    ]
