"""What an author may write about what leaves the house: subtitles, and named outputs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.storyboard.framing import Fit
from pipeline.storyboard.written import Aspect, Name, Resolution, Written, worded


class Subtitles(Written):
    """What is to be read in the film."""

    file: Name | None = Field(
        default=None,
        description="An .srt beside this board, timed to the film: subs/film.srt. Without one the "
        "voice-over's texts are read.",
        examples=["subs/film.srt"],
    )
    language: Annotated[
        str, Field(pattern=r"^[a-z]{3}$", json_schema_extra=worded("three letters: eng, deu, jpn"))
    ] = Field(
        default="und",
        description="Its language in three letters (ISO 639-2), told to players: eng, deu, jpn.",
        examples=["eng", "deu", "jpn"],
    )


class Deliverable(Written):
    """One more file made of the same cut; it lies beside the film as BOARD.NAME.mp4."""

    codec: Literal["h264"] = Field(
        default="h264", description="How its picture is coded: h264, which plays everywhere."
    )
    aspect: Aspect | None = Field(
        default=None, description="Width to height of its frame, if not the film's: 9:16."
    )
    resolution: Resolution | None = Field(
        default=None, description="The short side of its frame in pixels, if not the film's."
    )
    fit: Fit | None = Field(
        default=None,
        description="How every clip meets its frame, if not as the shot says; `fill` keeps the "
        "shot's `focus` in sight.",
    )
    subtitles: Literal["soft", "burned", "beside", "none"] = Field(
        default="soft",
        description="The board's subtitles: as a track that a player can show (`soft`), drawn "
        "into the picture (`burned`), as .srt and .vtt `beside` the file, or `none`.",
    )
    poster: Name | None = Field(
        default=None,
        description="A frame written as a picture beside the file, for players to show before it "
        "plays: sh020@1s, sh020.first.",
        examples=["sh020@1s", "sh010.first"],
    )
    chapters: bool = Field(
        default=True, description="Whether each shot is a chapter that players can jump to."
    )
