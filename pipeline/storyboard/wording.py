"""What pydantic found -> faults in an author's words, at their places."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.ids import ShotId
from pipeline.storyboard.fault import Fault, Path, Places, Span
from pipeline.storyboard.keys import key_help, part_at
from pipeline.storyboard.spelling import did_you_mean
from pipeline.storyboard.text import EMPTY_HINT, MOST_FAULTS

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST_ID = 40

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "lines of `key: value`",
    "model_type": "lines of `key: value`",
}
_BEGIN = "a board begins with `storyboard: 1`, a `title:` and `shots:`"
_AFTER_A_COMMA = "if it is text: a comma ends a value between braces, so put the text in quotes"
_ID_HELP = "a letter, then letters, digits, `-` or `_`: sh010"
_EXAMPLES = {
    "aspect": "a shape is written 16:9, 9:16 or 2.39:1",
    "resolution": "the short side is written 720p or 1080p",
}


def faults_of_shape(errors: Iterable[ErrorDetails], data: object, places: Places) -> list[Fault]:
    """One fault for each error, worded and placed.

    Args:
        errors: of pydantic's ``ValidationError``.
        data: what was validated.
        places: where it stands.
    """
    found = list(itertools.islice(errors, MOST_FAULTS))
    deeper = {path[:-1] for error in found if (path := error["loc"])}
    inner = {path[:length] for path in deeper for length in range(len(path) + 1)}
    return [
        _Worded(error, data, places).fault()
        for error in found
        # a list of nothing but bad items is not also empty
        if not (error["type"] == "too_short" and error["loc"] in inner)
    ]


class _Worded:
    """One of pydantic's errors with its value and its place at hand."""

    def __init__(self, error: ErrorDetails, data: object, places: Places) -> None:
        self.error = error
        self.kind = error["type"]
        self.places = places
        self.data = data
        self.context: Mapping[str, Any] = error.get("ctx", {})
        self.path = _written_part(error["loc"], places)
        self.in_key = error["loc"][-1:] == ("[key]",)
        self.name = next((str(part) for part in reversed(self.path) if isinstance(part, str)), "")
        self.value = _value_at(data, self.path)

    def fault(self) -> Fault:
        if self.kind == "missing" and self.path == self.error["loc"]:
            return self.wrong_type()  # it is written, and empty
        word = _WORDS.get(self.kind, _Worded.other)
        return word(self)

    def other(self) -> Fault:
        return self._told("bad-value", f"{self._called()}: {self.error['msg'].lower()}")

    def unknown_key(self) -> Fault:
        key = str(self.error["loc"][-1])
        key_is_one = self.value is not None or " " not in key
        return Fault(
            "unknown-key",
            f"{self._inside()} has no key `{key}`",
            self.places.key(self.path),
            label="unknown",
            help=key_help(key, self.path[:-1]) if key_is_one else _AFTER_A_COMMA,
            shot=self._shot(),
        )

    def missing_key(self) -> Fault:
        key = self.error["loc"][-1]
        around = self.error["loc"][:-1]
        span = self.places.first_key(around)
        field = part_at(around).model_fields[str(key)]
        return Fault(
            "missing-key",
            f"{called_at(around, self.data)} has no `{key}`",
            span,
            label=f"`{key}` belongs here",
            help=f"{key}: {_lower(field.description or '')}",
            shot=shot_at(self.data, around),
        )

    def wrong_type(self) -> Fault:
        if self.value is None:
            hint = self._empty_help()
            return self._told("empty-value", f"{self._called()} is empty", at_key=True, hint=hint)
        wanted = "a number" if self.name == "fps" else _WANTED[self.kind]
        return self._told(
            "wrong-type",
            f"{self._called()} wants {wanted}; this is {_kind_of(self.value)}",
            label=f"not {wanted}",
            hint=self._type_help(),
        )

    def _empty_help(self) -> str:
        if not self.path:
            return _BEGIN
        return "write a name here, or delete it" if isinstance(self.path[-1], int) else EMPTY_HINT

    def _type_help(self) -> str | None:
        written = self.value if isinstance(self.value, str) else ""
        match self.path:
            case ():
                return _BEGIN
            case ("shots", _):
                return "a shot begins with `- id: sh010`; its `prompt:` goes on the next line"
            case ("references", _) if "." in written:
                return f"write `{{image: {written}}}`"
            case ("sound", "music", *_) if "." in written:
                return f"write `{{file: {written}}}`"
            case (*_, "id"):
                return _ID_HELP
            case _:
                return self._kind_help(written)

    def _kind_help(self, written: str) -> str | None:
        if self.path == ("subtitles",) and (self.value is True or written in ("yes", "on")):
            return "for the texts of the voice-over write `subtitles: {}`"
        if self.kind == "string_type" and isinstance(self.value, (int, float)):
            return "put it in quotes to make it text"
        return f"write a list: `[{written}]`" if self.kind == "tuple_type" and written else None

    def unknown_value(self) -> Fault:
        if self.path == ("storyboard",):
            return self._told(
                "format-version",
                "this storyreel reads storyboards of format 1",
                label="another format",
                hint="write `storyboard: 1`",
            )
        known = re.findall(r"'([^']*)'", str(self.context.get("expected", "")))
        return self._told(
            "unknown-value",
            f"{self._called()} cannot be {_quoted(self.value)}",
            label="not one of its words",
            hint=did_you_mean(str(self.value), known, f"one of: {', '.join(known)}"),
        )

    def bad_pattern(self) -> Fault:
        if self.name == "id" or self.in_key:
            written = str(self.path[-1] if self.in_key else self.value)
            return self._told(
                "bad-id",
                f"a name cannot be {_quoted(written)}: {_id_words(written)}",
                at_key=self.in_key,
                hint=_ID_HELP,
            )
        hint = _EXAMPLES.get(self.name)
        return self._told(
            "bad-value", f"{self._called()} cannot be {_quoted(self.value)}", hint=hint
        )

    def own_words(self) -> Fault:
        words = str(self.context.get("error", self.error["msg"]))
        message = f"{self._called()} cannot be {_quoted(self.value)}"
        return self._told(
            "bad-duration" if self.name == "duration" else "bad-value", message, hint=words
        )

    def out_of_range(self) -> Fault:
        least, most = self.context.get("ge"), self.context.get("le")
        small = least is not None
        return self._told(
            "out-of-range",
            f"{self._called()} is {self.value}, which is too {'small' if small else 'large'}",
            hint=f"write a number of at {f'least {least}' if small else f'most {most}'}",
        )

    def empty_text(self) -> Fault:
        return self._told(
            "empty-value", f"{self._called()} is empty", hint="write a value, or delete the line"
        )

    def empty_list(self) -> Fault:
        hint = (
            "a film has at least one shot"
            if self.name == "shots"
            else "name one, or delete the line"
        )
        return self._told("empty-value", f"{self._called()} is an empty list", hint=hint)

    def too_much(self) -> Fault:
        most, what = self.context["max_length"], "characters"
        if isinstance(self.value, tuple):
            what = "entries"
        length = len(self.value) if isinstance(self.value, (str, tuple)) else 0
        return self._told(
            "too-long", f"{self._called()} has {length:,} {what}; at most {most:,}", at_key=True
        )

    def _told(
        self,
        code: str,
        message: str,
        *,
        label: str = "",
        hint: str | None = None,
        at_key: bool = False,
    ) -> Fault:
        span: Span = self.places.key(self.path) if at_key else self.places.value(self.path)
        return Fault(code, message, span, label, hint, shot=self._shot())

    def _called(self) -> str:
        return called_at(self.path, self.data)

    def _inside(self) -> str:
        return called_at(self.path[:-1], self.data)

    def _shot(self) -> ShotId | None:
        return shot_at(self.data, self.path)


_WORDS: dict[str, Callable[[_Worded], Fault]] = {
    "extra_forbidden": _Worded.unknown_key,
    "missing": _Worded.missing_key,
    **dict.fromkeys(_WANTED, _Worded.wrong_type),
    "literal_error": _Worded.unknown_value,
    "string_pattern_mismatch": _Worded.bad_pattern,
    "value_error": _Worded.own_words,
    "greater_than_equal": _Worded.out_of_range,
    "less_than_equal": _Worded.out_of_range,
    "string_too_short": _Worded.empty_text,
    "too_short": _Worded.empty_list,
    "string_too_long": _Worded.too_much,
    "too_long": _Worded.too_much,
}


def _written_part(loc: Path, places: Places) -> Path:
    """``loc`` without what pydantic adds for unions and keys: as much as stands in the text."""
    for length in range(len(loc), 0, -1):
        if loc[:length] in places.spots:
            return loc[:length]
    return ()


def _value_at(data: object, path: Path) -> object:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, tuple) and isinstance(part, int):
            data = data[part]
    return data


def shot_at(data: object, path: Path) -> ShotId | None:
    """The id written for the shot that ``path`` leads into, if it can be shown."""
    if path[:1] != ("shots",) or len(path) < 2:
        return None
    written = _value_at(data, (*path[:2], "id"))
    return ShotId(written) if isinstance(written, str) and len(written) <= LONGEST_ID else None


def called_at(path: Path, data: object) -> str:
    """What to call the value at ``path``: ``the storyboard``, ``shot `sh010```, `` `title` ``."""
    match path:
        case ():
            return "the storyboard"
        case ("shots", int(place)):
            shot = shot_at(data, path)
            return f"shot `{shot}`" if shot else f"shot {place + 1}"
        case ("references", str(name)):
            return f"reference `{name}`"
        case (*_, str(key), int(place)):
            return f"entry {place + 1} of `{key}`"
        case _:
            return f"`{path[-1]}`"


def _id_words(written: str) -> str:
    if len(written) > LONGEST_ID:
        return f"it has {len(written)} characters, at most {LONGEST_ID}"
    if not re.match(r"[A-Za-z]", written):
        return "it does not begin with a letter"
    odd = re.search(r"[^A-Za-z0-9_-]", written)
    return f"`{odd[0]}` is no letter, digit, `-` or `_`" if odd else "it is not plain"


def _quoted(value: object) -> str:
    text = value if isinstance(value, str) else _kind_of(value)
    short = text if len(text) <= LONGEST_ID else f"{text[:LONGEST_ID]}..."
    return f"`{short}`" if isinstance(value, str) else short


def _kind_of(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case tuple():
            return "a list"
        case _:
            return "made of `key: value`"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
