"""TOML data -> a lock, trusting nothing in it: what it names becomes paths in the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from pipeline.ids import Digest, ShotId, TakeKey, is_digest
from pipeline.plan.take import Lock, ShotTakes, Take

_KEY = re.compile(r"[A-Za-z0-9-]{1,100}")
_LARGEST = 2**63 - 1

Check = Callable[[Any], bool]


def _counts(least: int) -> Check:
    return lambda value: type(value) is int and least <= value <= _LARGEST


def is_key(value: object) -> bool:
    """Whether ``value`` is written like a key: then it names a file and leads nowhere else."""
    return isinstance(value, str) and bool(_KEY.fullmatch(value))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _are_frames(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_digest, value.values()))


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_table, value))


_LOCK: Mapping[str, Check] = {"lock": _counts(1), "board_seed": _counts(0), "shots": _is_table}
_SHOT: Mapping[str, Check] = {
    "seed": _counts(0), "pick": is_digest, "takes": _are_tables
}  # fmt: skip
_TAKE: Mapping[str, Check] = {
    "number": _counts(1),
    "key": is_key,
    "clip": is_digest,
    "model": _is_text,
    "variation": _counts(1),
    "seed": _counts(0),
    "route": _is_text,
    "job": _is_text,
    "price": _is_text,
    "frames": _are_frames,
}


def lock_from(data: Mapping[str, Any]) -> Lock:
    """The lock in a TOML document.

    Raises:
        ValueError: something in it is missing, unknown or of another kind; it says what.
    """
    _check("the file", data, _LOCK, needed=("lock",))
    shots = {ShotId(name): _shot(name, block) for name, block in data.get("shots", {}).items()}
    return Lock(data.get("board_seed", 0), shots)


def _shot(name: str, block: object) -> ShotTakes:
    if not isinstance(block, dict):
        _refuse(name, "is no block of a shot")
    _check(name, block, _SHOT, needed=())
    pick = block.get("pick")
    takes = tuple(_take(f"a take of {name}", take) for take in block.get("takes", ()))
    return ShotTakes(block.get("seed"), Digest(pick) if pick else None, takes)


def _take(name: str, take: Mapping[str, Any]) -> Take:
    _check(name, take, _TAKE, needed=("number", "key", "clip", "model"))
    return Take(**{**take, "key": TakeKey(take["key"]), "clip": Digest(take["clip"])})


def _check(
    place: str, table: Mapping[str, Any], checks: Mapping[str, Check], *, needed: tuple[str, ...]
) -> None:
    for name in needed:
        if name not in table:
            _refuse(place, f"has no `{name}`")
    for name, value in table.items():
        if name not in checks:
            _refuse(place, f"has `{name}`, which is not known")
        if not checks[name](value):
            _refuse(place, f"has a `{name}` that cannot be: {str(value)[:60]!r}")


def _refuse(place: str, why: str) -> NoReturn:
    raise ValueError(f"{place} {why}")
