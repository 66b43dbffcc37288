"""Reads the body of ``POST /v2/videos/generate`` as strictly as Apiframe's OpenAPI has it. Pure.

[doc] marks what Apiframe documents (OpenAPI 2.0.0, its pages, its SDK), [guess] what we concluded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MOST_PROMPT = 2500  # [doc] 1 to 2500
MOST_SEED = 2**31 - 1  # [doc]
SHORTEST, LONGEST = 3, 15  # [doc] seconds, whole
ASPECTS = ("16:9", "9:16", "1:1", "4:3", "3:4")  # [doc]
RESOLUTIONS = ("720p", "1080p")  # [doc]
EVENTS = ("progress", "completed", "failed")  # [doc]

Details = dict[str, list[str]]
"""[doc] What is wrong, by JSON path."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model's name, the block its parameters stand in, its prices in credits a second [doc]."""

    name: str
    block: str
    pictures: str
    most_pictures: int
    price: Mapping[str, int]


# [doc] There are forty more; a desk makes only these.
MODELS = {
    model.name: model
    for model in (
        Model("happyhorse-1.1", "happyhorse11Params", "images", 9, {"720p": 24, "1080p": 31}),
        Model("happyhorse-1.0", "happyhorse10Params", "image", 1, {"720p": 24, "1080p": 48}),
    )
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A body that is valid, its defaults filled in [doc: 1080p, 16:9, 5 s]."""

    model: Model
    prompt: str
    images: tuple[str, ...]
    resolution: str
    aspect: str
    seconds: int
    seed: int | None

    @property
    def credits(self) -> int:
        """What it costs."""
        return self.model.price[self.resolution] * self.seconds


def read_wish(body: Any) -> Wish | Details:
    """The wish, or everything that is wrong with it."""
    if not isinstance(body, dict):
        return {"": ["Expected object"]}
    model = MODELS.get(body["model"]) if isinstance(body.get("model"), str) else None
    if model is None:
        return {"model": ["Required" if "model" not in body else "Invalid discriminator value"]}
    faults = _faults(body, model)
    if faults:
        return faults
    given = body.get(model.block, {})
    images = given.get(model.pictures, [])
    return Wish(
        model=model,
        prompt=body["prompt"],
        images=(images,) if isinstance(images, str) else tuple(images),
        resolution=given.get("resolution", "1080p"),
        aspect=given.get("aspect_ratio", "16:9"),
        seconds=int(given.get("duration", 5)),
        seed=int(given["seed"]) if "seed" in given else None,
    )


def _faults(body: dict[str, Any], model: Model) -> Details:
    checks = {
        "model": lambda _: None,
        "prompt": _prompt,
        "webhookUrl": _address,
        "webhookEvents": _events,
        model.block: lambda value: None if isinstance(value, dict) else "Expected object",
    }
    found = _checked(body, checks, "")
    if "prompt" not in body:
        found["prompt"] = ["Required"]
    given = body.get(model.block)
    if isinstance(given, dict):
        found |= _checked(given, _parameters(model), f"{model.block}.")
    return found


def _checked(
    given: dict[str, Any], checks: Mapping[str, Callable[[Any], str | None]], before: str
) -> Details:
    """[doc] Unknown keys are refused at both levels; [guess] each is named by its own path."""
    found: Details = {}
    for name, value in given.items():
        wrong = checks[name](value) if name in checks else f'Unrecognized key: "{name}"'
        if wrong:
            found[before + name] = [wrong]
    return found


def _parameters(model: Model) -> Mapping[str, Callable[[Any], str | None]]:
    return {
        model.pictures: _address if model.most_pictures == 1 else _addresses,
        "resolution": _one_of(RESOLUTIONS),
        "aspect_ratio": _one_of(ASPECTS),
        "duration": _whole(SHORTEST, LONGEST),
        "seed": _whole(0, MOST_SEED),
    }


def _prompt(value: Any) -> str | None:
    if not isinstance(value, str):
        return "Expected string"
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2
    # [guess] counted as JavaScript counts (the 400 is said to be Zod's): an emoji is two
    if not 1 <= length <= MOST_PROMPT:
        return f"String must contain between 1 and {MOST_PROMPT} character(s)"
    return None


def _address(value: Any) -> str | None:
    """[doc] ``format: uri``; [guess] of the web: what ``data:`` would do is documented nowhere."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        parts = None
    fine = parts and parts.scheme in ("http", "https") and parts.hostname and " " not in value
    return None if fine else "Invalid url"


def _addresses(value: Any) -> str | None:
    if not isinstance(value, list):
        return "Expected array"
    if len(value) > 9:
        return "Array must contain at most 9 element(s)"
    return next((wrong for one in value if (wrong := _address(one))), None)


def _events(value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return "Array must contain at least 1 element(s)"
    return next((wrong for one in value if (wrong := _one_of(EVENTS)(one))), None)


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if value in words else f"Invalid enum value. Expected {' | '.join(words)}"

    return check


def _whole(least: int, most: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or value % 1:  # Infinity is not whole either
            return "Expected integer"
        return None if least <= value <= most else f"Number must be from {least} to {most}"

    return check
