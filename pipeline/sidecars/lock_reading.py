"""TOML data -> a lock, trusting nothing in it: what it names becomes paths in the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, NoReturn

from pipeline.ids import Digest, ShotId, TakeKey, is_digest
from pipeline.plan.take import OWN_SEED, Lock, Note, ShotTakes, Take, TakeOrder

_KEY = re.compile(r"[A-Za-z0-9-]{1,100}")
_FRAME = re.compile(r"[0-9]{1,9}", re.ASCII)
_LARGEST = 2**63 - 1

Check = Callable[[Any], bool]


def _counts(least: int) -> Check:
    return lambda value: type(value) is int and least <= value <= _LARGEST


def is_key(value: object) -> bool:
    """Whether ``value`` is written like a key: then it names a file and leads nowhere else."""
    return isinstance(value, str) and bool(_KEY.fullmatch(value))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_true(value: object) -> bool:
    return value is True


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _are_frames(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_digest, value.values()))


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_table, value))


def _is_variation(value: object) -> bool:
    return _counts(OWN_SEED)(value)


_LOCK: Mapping[str, Check] = {"lock": _counts(1), "board_seed": _counts(0), "shots": _is_table}
_SHOT: Mapping[str, Check] = {
    "seed": _counts(0),
    "pick": is_digest,
    "held": _is_true,
    "takes": lambda value: _is_table(value) or _are_tables(value),
    "frames": _is_table,
    "rejected": _is_table,
    "notes": _is_table,
    "orders": _is_table,
}
_TAKE: Mapping[str, Check] = {
    "number": _counts(1),
    "key": is_key,
    "clip": is_digest,
    "model": _is_text,
    "variation": _is_variation,
    "seed": _counts(0),
    "route": _is_text,
    "job": _is_text,
    "price": _is_text,
    "frames": _are_frames,
}
_ORDER: Mapping[str, Check] = {"variation": _is_variation, "seed": _counts(0)}


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
    takes, renumbered = numbered(_takes(name, block))
    return ShotTakes(
        seed=block.get("seed"),
        pick=Digest(pick) if pick else None,
        takes=takes,
        held=block.get("held", False),
        rejected=frozenset(_rejected(name, block.get("rejected", {}))),
        notes=tuple(_notes(name, block.get("notes", {}))),
        orders=tuple(_orders(name, block.get("orders", {}))),
        renumbered=renumbered,
    )


def numbered(takes: Iterable[Take]) -> tuple[tuple[Take, ...], tuple[tuple[int, int], ...]]:
    """Takes with a number each, and which were given another: ``(in the file, now)``.

    Of several with one number the one of the smallest clip digest keeps it; the others get the next
    free ones, so that everybody who reads the lock counts alike.
    """
    in_order = sorted(takes, key=lambda take: (take.number, take.clip, take.key))
    free = count(max((take.number for take in in_order), default=0) + 1)
    used: set[int] = set()
    found, moved = [], []
    for take in in_order:
        number = next(free) if take.number in used else take.number
        used.add(number)
        found.append(replace(take, number=number))
        if number != take.number:
            moved.append((take.number, number))
    return tuple(sorted(found, key=lambda take: take.number)), tuple(moved)


def _takes(name: str, block: Mapping[str, Any]) -> Iterator[Take]:
    told = block.get("takes", {})
    frames = block.get("frames", {})
    place = f"a take of {name}"
    if isinstance(told, list):  # as the first version wrote them
        yield from (_take(place, take) for take in told)
        return
    for key, clips in told.items():
        if not _is_table(clips):
            _refuse(place, "names no clip")
        for clip, take in clips.items():
            if not _is_table(take):
                _refuse(place, "says nothing of it")
            of_it = {"frames": frames[clip]} if clip in frames else {}
            yield _take(place, {**take, "key": key, "clip": clip, **of_it})


def _rejected(name: str, told: Mapping[str, Any]) -> Iterator[Digest]:
    for clip, value in told.items():
        if value is not True or not is_digest(clip):
            _refuse(name, "has a rejection that cannot be")
        yield Digest(clip)


def _notes(name: str, told: Mapping[str, Any]) -> Iterator[Note]:
    for clip, frames in told.items():
        if not (is_digest(clip) and _is_table(frames) and all(map(_is_table, frames.values()))):
            _refuse(name, "has notes that cannot be")
        for frame, texts in frames.items():
            if not (_FRAME.fullmatch(frame) and all(map(_is_text, texts.values()))):
                _refuse(name, "has a note that cannot be")
            yield from (Note(Digest(clip), int(frame), text) for text in texts.values())


def _orders(name: str, told: Mapping[str, Any]) -> Iterator[TakeOrder]:
    for key, order in told.items():
        if not (is_key(key) and _is_table(order)):
            _refuse(name, "has an order that cannot be")
        _check(f"an order of {name}", order, _ORDER, needed=("variation",))
        yield TakeOrder(TakeKey(key), order["variation"], order.get("seed"))


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
