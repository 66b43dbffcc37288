"""What an author may write: the storyboard language, a sentence on every field.

The JSON Schema for editors is made from these models, so the sentences here are what an author
reads when hovering over a key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import PydanticKnownError

from pipeline.models.catalog import CARD, FOOTAGE
from pipeline.storyboard.framing import Fit
from pipeline.storyboard.model_card import CardText, Lettered
from pipeline.storyboard.model_deliver import Deliverable, Subtitles
from pipeline.storyboard.model_framing import Focus
from pipeline.storyboard.model_sound import LevelText, SoundEntry
from pipeline.storyboard.transitions import PATTERN as TRANSITION_PATTERN
from pipeline.storyboard.transitions import parse_transition
from pipeline.storyboard.written import (
    Aspect,
    Identifier,
    LengthText,
    Name,
    Resolution,
    Written,
    worded,
)
from pipeline.timing import Length, parse_rate

ShotSize = Literal[
    "extreme_wide", "wide", "full", "medium_wide", "medium", "medium_close_up", "close_up",
    "extreme_close_up", "insert", "over_shoulder",
]  # fmt: skip
Move = Literal[
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "dolly_in", "dolly_out",
    "truck_left", "truck_right", "pedestal_up", "pedestal_down", "zoom_in", "zoom_out",
    "orbit_left", "orbit_right", "roll_left", "roll_right", "crane_up", "crane_down",
    "tracking", "handheld",
]  # fmt: skip
ReferenceKind = Literal["character", "location", "prop", "style"]


def _as_transition(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a transition is written dissolve 12f, fade_black 1s or cut")
    parse_transition(value)
    return value.strip()


def _as_speed(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a speed is a number: 2 is twice as fast, 0.5 half")
    return value


TransitionText = Annotated[
    str,
    BeforeValidator(
        _as_transition,
        json_schema_input_type=Annotated[
            str,
            Field(
                pattern=TRANSITION_PATTERN,
                json_schema_extra=worded("dissolve 12f, fade_black 1s or cut"),
            ),
        ],
    ),
]
Speed = Annotated[
    float, BeforeValidator(_as_speed, json_schema_input_type=float), Field(ge=0.1, le=10)
]


def _unless_a_clip(
    value: object, as_text: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> str:
    """A prompt; empty where the shot shows a clip or words instead, or says that it does."""
    if value is not None:
        return str(as_text(value))
    shows_itself = info.data.get("model") in (FOOTAGE, CARD)
    told = (info.data.get(name, "unreadable") for name in ("clip", "text"))
    if all(instead is None for instead in told) and not shows_itself:
        raise PydanticKnownError("missing")
    return ""


Prompt = Annotated[str, Field(min_length=1, max_length=20_000), WrapValidator(_unless_a_clip)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Format(Written):
    """The film's frame: known before anything is drawn."""

    aspect: Aspect = Field(default="16:9", description="Width to height of the film's frame.")
    resolution: Resolution = Field(
        default="1080p", description="The short side of the frame in pixels: 720p, 1080p."
    )
    fps: int | float | str = Field(
        default=24,
        description="Frames a second of the film: 24, 25, 29.97, 24000/1001.",
        examples=[24, 25, 30, 29.97],
    )
    fit: Fit = Field(
        default="bars",
        description="How a clip of another shape meets the frame: whole with black `bars`, "
        "filling it with its edges cut off (`fill`), or whole over a soft copy of itself (`blur`).",
    )

    @field_validator("fps")
    @classmethod
    def _rate(cls, value: float | str) -> float | str:
        parse_rate(value)
        return value


class Camera(Written):
    """How the camera sees the shot; told to the model in words, drawn by the animatic."""

    size: ShotSize | None = Field(
        default=None, description="How much of the scene is in the frame, from extreme_wide in."
    )
    move: Move | None = Field(default=None, description="What the camera does during the shot.")
    lens: Annotated[str, Field(max_length=60)] | None = Field(
        default=None,
        description="The lens in words, such as 85mm or wide-angle.",
        examples=["24mm", "50mm", "85mm"],
    )


class Reference(Written):
    """A person, place or thing that has to look the same in several shots."""

    kind: ReferenceKind = Field(
        default="prop", description="What it is: a character, a location, a prop or a style."
    )
    image: Name | None = Field(
        default=None,
        description="Its picture, a path beside this board: refs/vixen.png.",
        examples=["refs/vixen.png"],
    )
    images: Annotated[tuple[Name, ...], Field(min_length=1, max_length=9)] | None = Field(
        default=None,
        description="Several pictures of it, paths beside this board.",
        examples=[["refs/vixen-front.png", "refs/vixen-side.png"]],
    )
    description: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        default=None,
        description="What it looks like, in words, for a shot that cannot send its picture.",
        examples=["a lean red fox with a torn left ear"],
    )


class Trim(Written):
    """What the film leaves out at the ends of a clip."""

    head: LengthText | None = Field(
        default=None, alias="in", description="How much of the clip's beginning is not shown: 6f."
    )
    tail: LengthText | None = Field(
        default=None, alias="out", description="How much of the clip's end is not shown: 6f."
    )


class Overridable(Lettered):
    """What may be said once for all shots, and again in any one of them."""

    model: Name | None = Field(
        default=None,
        description="What makes the picture: happyhorse-1.1, or animatic (free); footage shows a "
        "clip of your own, card a title.",
    )
    routes: Annotated[tuple[Name, ...], Field(min_length=1)] | None = Field(
        default=None, description="Who may serve the model, in the order to try them."
    )
    on_refusal: Literal["stop", "next_route"] | None = Field(
        default=None,
        description="When a vendor's moderation refuses the shot: stop there (as if nothing were "
        "said), or ask the next of its routes.",
    )
    duration: LengthText | None = Field(
        default=None,
        description="How long the shot is in the film: 5s, 4.5s, 120f (frames). Footage is as long "
        "as its clip unless its shot says less.",
        examples=["5s", "4.5s", "120f"],
    )
    aspect: Aspect | None = Field(
        default=None, description="Width to height asked of the model, if not the film's."
    )
    resolution: Resolution | None = Field(
        default=None, description="The short side asked of the model, if not the film's."
    )
    camera: Camera | None = Field(default=None, description="Shot size, camera move and lens.")
    transition: TransitionText | None = Field(
        default=None,
        description="How the shot comes in: cut, dissolve 12f, fade_black 1s, wipe_left 12f. It "
        "overlaps the shot before it: handles are used first, then both shots.",
        examples=["dissolve 12f", "fade_black 1s", "cut"],
    )
    handles: LengthText | None = Field(
        default=None,
        description="Spare frames made before and after what the film shows, for transitions and "
        "for editing: 8f.",
        examples=["8f"],
    )
    audio: Literal["keep", "mute"] | None = Field(
        default=None, description="Whether the shot's own sound is in the film; kept unless muted."
    )
    level: LevelText | None = Field(
        default=None,
        description="How much louder or quieter the shot's own sound is in the film: -6dB.",
        examples=["-6dB"],
    )
    fit: Fit | None = Field(
        default=None, description="How this clip meets the film's frame, if not as the format says."
    )
    focus: Focus | None = Field(
        default=None,
        description="With `fit: fill`, what stays in sight: [x, y] in percent from the top left, "
        "or words such as left, top, top right.",
        examples=["left", "top right", [30, 50]],
    )
    look: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="Style in words, added to the prompt instead of the board's look."
    )
    takes: Annotated[int, Field(ge=1, le=20)] | None = Field(
        default=None,
        description="How many takes are made to choose from, each with the next seed; one unless "
        "more are asked for. Every take is paid for.",
        examples=[3],
    )


class Defaults(Overridable):
    """What every shot says unless it says otherwise."""


class ShotEntry(Overridable):
    """One shot: the smallest thing that is made. The order of the list is the cut."""

    id: Identifier = Field(
        description="The shot's name, such as sh010: a letter, then letters, digits, - or _.",
        examples=["sh010"],
    )
    scene: Annotated[str, Field(max_length=200)] | None = Field(
        default=None,
        description="The scene it belongs to, in free words.",
        examples=["1 - The clearing"],
    )
    beat: Annotated[str, Field(max_length=300)] | None = Field(
        default=None,
        description="Why the shot exists, in one line; never sent to a model.",
        examples=["We meet her, alone."],
    )
    clip: Name | None = Field(
        default=None,
        description="With `model: footage`, in place of a prompt: the clip to show, a path beside "
        "this board.",
        examples=["refs/harbour.mp4"],
    )
    text: CardText | None = Field(
        default=None,
        description="With `model: card`, in place of a prompt: the words to show. A line that "
        "begins with `# ` is large. Write it under `|`.",
    )
    prompt: Prompt = Field(
        default=None,
        validate_default=True,
        description="What happens, in words. @name speaks of a reference. Write it under `|`.",
    )
    references: Annotated[tuple[Name, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="What the model is shown: names of references, or frames of other shots "
        "such as sh010.last or sh010@2s.",
        examples=[["vixen", "clearing"]],
    )
    first_frame: Name | None = Field(
        default=None,
        description="What the shot starts on: a frame of another shot (sh010.last, sh010@2s), a "
        "reference's name, or a picture beside this board.",
        examples=["sh010.last", "sh010@2s", "refs/opening.png"],
    )
    last_frame: Name | None = Field(
        default=None,
        description="What the shot ends on, written as first_frame is; for models that can.",
    )
    after: Annotated[tuple[Name, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="Shots to be made before this one, when nothing else says so.",
        examples=[["sh010"]],
    )
    trim: Trim | None = Field(
        default=None,
        description="What is not shown of the clip's ends: {in: 6f, out: 6f}. A longer clip is "
        "asked for instead.",
    )
    speed: Speed | None = Field(
        default=None, description="How fast the clip plays: 2 is twice as fast, 0.5 half."
    )
    hold: LengthText | None = Field(
        default=None,
        description="How long the last frame is held; part of the shot's duration.",
        examples=["1s", "12f"],
    )
    match: Name | None = Field(
        default=None,
        description="Whose colours this shot's are brought to in the film, mildly: `previous`, "
        "or a shot such as sh010. Its clip stays as it is.",
        examples=["previous", "sh010"],
    )
    fade_in: LengthText | None = Field(
        default=None,
        description="How long the shot takes to come from black and silence: 1s, 12f.",
        examples=["1s", "12f"],
    )
    fade_out: LengthText | None = Field(
        default=None,
        description="How long the shot takes to go to black and silence: 2s, 48f.",
        examples=["2s", "48f"],
    )
    seed: Seed | None = Field(
        default=None,
        description="The seed asked for; without one it comes from the board's seed and the id.",
    )


class Storyboard(Written):
    """A film as code: shots in the order of the cut."""

    storyboard: Literal[1] = Field(description="The format's version; opens the file.")
    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The film's title."
    )
    format: Format = Field(default=Format(), description="The film's frame and rate.")
    look: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None,
        description="Style in words, added to every prompt.",
        examples=["35mm film, overcast winter light, muted blue palette"],
    )
    seed: Seed = Field(
        default=0, description="The number that every shot's own seed is derived from."
    )
    defaults: Defaults = Field(
        default=Defaults(), description="What every shot says unless it says otherwise."
    )
    references: dict[Identifier, Reference] = Field(
        default={}, description="People, places and things by name, used as @name."
    )
    subtitles: Subtitles | None = Field(
        default=None, description="What is to be read in the film; .srt and .vtt lie beside it."
    )
    deliver: dict[Identifier, Deliverable] = Field(
        default={},
        description="More files made of the same cut, by name: {web: {poster: sh010.first}, "
        "vertical: {aspect: 9:16, fit: fill}}.",
    )
    sound: SoundEntry | None = Field(
        default=None,
        description="What is heard besides the shots' own sound, and how loud the film is.",
    )
    shots: Annotated[tuple[ShotEntry, ...], Field(min_length=1)] = Field(
        description="The shots, in the order of the cut."
    )


def said(board: Storyboard, entry: ShotEntry, name: str, otherwise: Any = None) -> Any:
    """What a shot says of ``name``: itself, else the defaults, else ``otherwise``."""
    own = getattr(entry, name)
    return next((v for v in (own, getattr(board.defaults, name)) if v is not None), otherwise)


__all__ = ["Camera", "Defaults", "Format", "Length", "Move", "Reference", "ReferenceKind",
           "ShotEntry", "ShotSize", "Storyboard", "said"]  # fmt: skip
