"""Reads the body of ``POST /v1/videos/generations`` as strictly as EmpirioLabs documents it. Pure.

[doc] marks what its pages and the schemas of its MCP tools say, [guess] what they leave open, with
our reason: where several readings are possible it is the one that forgives a client less.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

MOST_PROMPT = 2500  # [doc]
MOST_SEED = 2**31 - 1  # [doc]
SHORTEST, LONGEST = 3, 15  # [doc] seconds; [guess] whole ones: no page shows another
MOST_PICTURES = 9  # [doc]
MODES = ("auto", "t2v", "i2v", "r2v")  # [doc]
ASPECTS = ("16:9", "9:16", "1:1", "4:3", "3:4")  # [doc]
RESOLUTIONS = ("720p", "1080p")  # [doc]
# [doc] usd a second. There are other models; a desk makes only this one.
PRICES: Mapping[str, Mapping[str, Fraction]] = {
    "happyhorse-1-1": {"720p": Fraction("0.14"), "1080p": Fraction("0.18")},
}
_NAMED = re.compile(r"\bcharacter(\d+)\b")  # [doc] the spelling, without a space


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a body is refused: the status, the code [doc, unless marked], the words, the field."""

    status: int
    code: str
    said: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A body that is valid, its defaults filled in [doc: 720p, 16:9 (guess), 5 s]."""

    model: str
    prompt: str
    mode: str
    pictures: tuple[str, ...]
    resolution: str
    aspect: str
    seconds: int
    seed: int | None

    @property
    def price(self) -> Fraction:
        """What it costs, in usd."""
        return PRICES[self.model][self.resolution] * self.seconds


def read_wish(body: Any, *, data_uris: bool = False) -> Wish | Wrong:
    """The wish, or the first thing that is wrong with it."""
    if not isinstance(body, dict):
        return _invalid("the body must be a JSON object", None)
    if wrong := _model(body) or _template(body) or _fields(body, data_uris=data_uris):
        return wrong
    seen = _seen(body)
    mode = body.get("mode", "auto")
    if wrong := _sources(body) or _mode(mode, seen) or _characters(body["prompt"], seen):
        return wrong
    return Wish(
        model=body["model"],
        prompt=body["prompt"],
        mode=seen.mode,
        pictures=seen.pictures,
        resolution=body.get("resolution", "720p"),
        aspect=body.get("aspect_ratio", "16:9"),
        seconds=body.get("duration", 5),
        seed=body.get("seed"),
    )


def data_of(uri: str) -> bytes | None:
    """The bytes of a ``data:`` URI of a picture; ``None`` if it is none."""
    head, comma, coded = uri.partition(",")
    if not comma or not re.fullmatch(r"data:image/[a-z+.-]+;base64", head):
        return None
    try:
        return base64.b64decode(coded, validate=True)
    except (ValueError, binascii.Error):
        return None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The pictures sent, and the mode they speak for."""

    mode: str
    pictures: tuple[str, ...]


def _seen(body: Mapping[str, Any]) -> _Seen:
    """[doc: the MCP tool] Two ``images`` or more are references, one is a first frame."""
    if references := body.get("reference_images"):
        return _Seen("r2v", tuple(references))
    images = tuple(body.get("images", ()))
    frame = body.get("image", body.get("image_url"))
    pictures = images or ((frame,) if frame else ())
    return _Seen(("t2v", "i2v")[len(pictures)] if len(pictures) < 2 else "r2v", pictures)


def _invalid(said: str, field: str | None) -> Wrong:
    """[guess] The code: none is documented for a wrong body; the status: as for templates."""
    return Wrong(400, "invalid_request", said, field)


def _model(body: Mapping[str, Any]) -> Wrong | None:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        return _invalid("model is required", "model")
    if model not in PRICES:
        # [guess] the status: as for templates, and as OpenAI has it
        return Wrong(404, "model_not_found", f"The model {model[:60]!r} does not exist", "model")
    return None


def _template(body: Mapping[str, Any]) -> Wrong | None:
    """[doc] 404 for an unknown template; this desk has none."""
    if "template" in body:
        return Wrong(404, "template_not_found", "The template does not exist", "template")
    return None


def _fields(body: Mapping[str, Any], *, data_uris: bool) -> Wrong | None:
    """[guess] A field this model does not have is refused; nothing says that it is passed over.

    Those are ``generate_audio`` and ``extend_from`` too: fields of other models [doc].
    """
    checks = _checks(data_uris=data_uris)
    for name, value in body.items():
        if name not in checks:
            return _invalid(f"{name} is not a parameter of this model", name)
        if said := checks[name](value):
            return _invalid(f"{name} {said}", name)
    return None if "prompt" in body else _invalid("prompt is required", "prompt")


def _sources(body: Mapping[str, Any]) -> Wrong | None:
    """[doc] References do not go with ``image``; [guess] nor do any two of the four."""
    given = [name for name in ("image", "image_url", "images", "reference_images") if name in body]
    if len(given) > 1:
        return _invalid(f"{given[1]} cannot be combined with {given[0]}", given[1])
    return None


def _mode(mode: str, seen: _Seen) -> Wrong | None:
    """[guess] Pictures that a mode does not take are refused, not passed over."""
    if mode in ("auto", seen.mode):
        return None
    count = len(seen.pictures)
    return _invalid(f"mode {mode} does not go with {count} picture(s) of {seen.mode}", "mode")


def _characters(prompt: str, seen: _Seen) -> Wrong | None:
    """[guess] A reference that is named and was not sent is refused."""
    most = len(seen.pictures) if seen.mode == "r2v" else 0
    for number in _NAMED.findall(prompt):
        if not 1 <= int(number) <= most:
            return _invalid(f"the prompt names character{number}, {most} were sent", "prompt")
    return None


_Check = Callable[[Any], str | None]


def _checks(*, data_uris: bool) -> Mapping[str, _Check]:
    """[doc] The parameters of the model's page, and the names its MCP tool gives pictures."""

    def address(value: Any) -> str | None:
        return _address(value, data_uris=data_uris)

    return {
        "model": lambda _: None,
        "prompt": _prompt,
        "mode": _one_of(MODES),
        "image": address,
        "image_url": address,
        "images": _list_of(address),
        "reference_images": _list_of(address),
        "aspect_ratio": _one_of(ASPECTS),
        "resolution": _one_of(RESOLUTIONS),
        "duration": _whole(SHORTEST, LONGEST),
        "seed": _whole(0, MOST_SEED),
        "watermark": lambda value: None if isinstance(value, bool) else "must be a boolean",
    }


def _prompt(value: Any) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    # [guess] counted as JavaScript counts, an emoji is two: the shorter of the usual ways
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2
    if not value.strip():
        return "must not be empty"
    return None if length <= MOST_PROMPT else f"must have at most {MOST_PROMPT} characters"


def _address(value: Any, *, data_uris: bool) -> str | None:
    """[doc] "Any public URL"; [guess] whether ``data:`` is one: an option of the desk."""
    if not isinstance(value, str):
        return "must be a URL"
    if value.startswith("data:"):
        return None if data_uris and data_of(value) else "must be a public URL"
    try:
        parts = urlsplit(value)
    except ValueError:
        return "must be a URL"
    fine = parts.scheme in ("http", "https") and parts.hostname and " " not in value
    return None if fine else "must be a URL"


def _list_of(check: _Check) -> _Check:
    def checked(value: Any) -> str | None:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_PICTURES:
            return f"must be a list of 1 to {MOST_PICTURES} URLs"
        return next((wrong for one in value if (wrong := check(one))), None)

    return checked


def _one_of(words: tuple[str, ...]) -> _Check:
    def check(value: Any) -> str | None:
        return None if value in words else f"must be one of {', '.join(words)}"

    return check


def _whole(least: int, most: int) -> _Check:
    def check(value: Any) -> str | None:
        if type(value) is not int:
            return "must be an integer"
        return None if least <= value <= most else f"must be from {least} to {most}"

    return check
