"""The nouns of this room: what a model can do, and how a route spells and prices it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.errors import SettingsError

Mode = Literal["text", "first_frame", "last_frame", "first_and_last", "references", "clip"]
"""Which pictures reach the model; derived once from what it uses. ``clip`` is shown as it is."""

SeedHonesty = Literal["yes", "best effort", "no", "unknown"]

ExactSeconds = Annotated[Fraction, BeforeValidator(lambda value: Fraction(str(value)))]


class Data(BaseModel):
    """Frozen data from a TOML file; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Span(Data):
    """Whole numbers from ``least`` to ``most``, both included."""

    least: int
    most: int

    def __contains__(self, number: int) -> bool:
        return self.least <= number <= self.most


class Durations(Data):
    """The lengths a model makes, in seconds: from ``least`` to ``most``, in steps if it has any."""

    least: ExactSeconds
    most: ExactSeconds
    step: ExactSeconds | None = None

    def round_up(self, seconds: Fraction) -> Fraction:
        """The shortest length the model makes that is no shorter than ``seconds``."""
        if self.step is None:
            return max(seconds, self.least)
        steps = -((self.least - max(seconds, self.least)) // self.step)
        return self.least + steps * self.step


class PictureNeeds(Data):
    """What a picture must be before a model takes it; sides in pixels.

    A model that takes no pictures has no ``formats``.
    """

    formats: tuple[str, ...]
    least_side: int
    reference_least_side: int
    widest: ExactSeconds = Field(description="longest side over shortest, at most")
    most_bytes: int
    most_side: int | None = Field(default=None, description="absent: nobody says")


class Model(Data):
    """What makes the picture, and what it can do."""

    name: str
    title: str
    version: str
    built_in: bool = False
    modes: tuple[Mode, ...]
    durations: Durations
    rate: int | None = Field(
        default=None, description="frames a second of the clips it makes; absent: the board's"
    )
    aspects: tuple[str, ...] | None = Field(default=None, description="absent: any")
    resolutions: tuple[str, ...] | None = Field(default=None, description="absent: any")
    aspect_ignored: tuple[Mode, ...] = Field(
        default=(), description="modes in which the picture sent decides the aspect"
    )
    references: Span | None = None
    references_with_frames: bool = False
    prompt_limit: int | None = None
    seeds: Span | None = Field(default=None, description="absent: the model takes no seed")
    seed_honoured: SeedHonesty
    picture: PictureNeeds
    sound: Literal["always", "never"] = "always"
    source: str
    as_of: dt.date

    @property
    def varies(self) -> bool:
        """Whether two takes of one request can differ: what is made here differs by its seed."""
        return not self.built_in or self.seeds is not None


class Price(Data):
    """Money for a second of clip, by resolution, in the route's own unit."""

    unit: Literal["usd", "credits"]
    per_second: dict[str, ExactSeconds]
    usd_per_unit: ExactSeconds | None = None
    usd_note: str | None = None


class Wire(Data):
    """What a route calls a model, and the block of its request that holds the model's settings."""

    model: str
    block: str | None = Field(default=None, description="absent: they stand beside the prompt")


class Served(Data):
    """How one route serves one model."""

    wire: Wire | None = Field(default=None, description="absent: not connected yet")
    reference_token: str = Field(description="how a reference is addressed; {n} counts from 1")
    references: Span | None = Field(default=None, description="absent: what the model takes")
    price: Price | None = None


class Upload(Data):
    """What a route takes as an upload; ``life`` is the least a link to it lives, in seconds."""

    formats: tuple[str, ...]
    most_bytes: int
    life: int


class RouteSetting(Data):
    """Something a vendor's documents leave open: what we do by default, and why that is a guess."""

    default: str | bool | int
    choices: tuple[str | bool | int, ...] = Field(default=(), description="empty: any of its kind")
    why: str


class Route(Data):
    """Who may serve a model: its spelling, limits and prices.

    ``poll_floor`` is the shortest time between two looks at a job, ``job_deadline`` how long a job
    is waited for in one run; an idempotency key holds for ``idempotency_seconds``, a finished
    clip's link for ``clip_seconds`` at least, and for ``job_state_seconds`` after its end a job can
    be asked about. All are in seconds. ``jobs_at_once`` and ``requests_per_minute`` are an
    account's.
    """

    name: str
    title: str
    connected: bool = Field(description="whether storyreel can already order through it")
    key_variable: str | None = None
    base_url: str | None = None
    account_url: str | None = Field(
        default=None, description="where the balance is asked; absent: at the base"
    )
    upload: Upload | None = None
    poll_floor: float = 5.0
    job_deadline: float = 3600.0
    idempotency_seconds: float | None = Field(
        default=None, description="absent: the route has no idempotency keys"
    )
    clip_seconds: float | None = None
    job_state_seconds: float | None = Field(default=None, description="absent: as long as its clip")
    jobs_at_once: int = 4
    requests_per_minute: int = 60
    settings: dict[str, RouteSetting] = Field(
        default={}, description="what the vendor leaves open; a user may set them"
    )
    notes: tuple[str, ...] = Field(default=(), description="what is not sure, for people")
    serves: dict[str, Served]
    source: str
    as_of: dt.date

    def setting(self, name: str) -> str | bool | int:
        """The value of one of the route's settings."""
        return self.settings[name].default

    def with_settings(self, given: Mapping[str, object]) -> Route:
        """The route with a user's values in place of our guesses.

        Raises:
            SettingsError: there is no such setting, or it cannot have such a value.
        """
        settings = dict(self.settings)
        for name, value in given.items():
            settings[name] = self._set(name, value)
        return self.model_copy(update={"settings": settings})

    def _set(self, name: str, value: object) -> RouteSetting:
        known = self.settings.get(name)
        if known is None:
            names = ", ".join(self.settings) or "none"
            raise SettingsError(
                f"`{name}` is no setting of the route {self.name}.", hint=f"It has: {names}."
            )
        fits = type(value) is type(known.default) and (not known.choices or value in known.choices)
        if not fits:
            said = ", ".join(map(str, known.choices)) or type(known.default).__name__
            raise SettingsError(
                f"`{name}` of the route {self.name} cannot be {value!r}.", hint=f"It is: {said}."
            )
        return known.model_copy(update={"default": value})
