"""What a plain scalar means by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, 10.3.2)."""

from __future__ import annotations

import math
import re

_LONGEST_NUMBER = 40  # characters; Python refuses to read numbers of thousands of digits

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAYBE = re.compile(r"[-+.~0-9nNtTfF]|$")


def scalar(text: str) -> object:
    """What a plain scalar means by the core schema of YAML 1.2.

    Raises:
        ValueError: it is infinite, not a number, or too long for one.
    """
    if not _MAYBE.match(text):
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(_of_fair_length(text))
    if _PREFIXED.fullmatch(text):
        return int(_of_fair_length(text), 0)
    return _as_float(text)


def _as_float(text: str) -> float | str:
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(text)
    if not _FLOAT.fullmatch(text):
        return text
    number = float(_of_fair_length(text))
    if math.isinf(number):
        raise ValueError(text)
    return number


def _of_fair_length(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(text)
    return text
